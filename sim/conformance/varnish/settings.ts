/** Varnish's directors as a trace has them. What is not understood is refused, never passed over. */
import type { Knobs } from "../../catalogue.ts";
import { checkExpression } from "./expressions.ts";

export interface Settings {
  readonly algorithm: string;
  readonly knobs: Knobs;
  readonly isRandom: boolean;
  /** Servers have names of their own on the circle. */
  readonly usesIdents: boolean;
  /** `alt=bereq.retries`: the n-th retry is the n-th alternative. */
  readonly retriesAreAlternatives: boolean;
  /** A failed fetch is repeated so many times. */
  readonly retries: number;
}

/** Varnish's own limit on them, `max_retries`. */
const MOST_RETRIES = 4;

/** @throws RangeError for what it does not know. */
export function settingsOf(config: Readonly<Record<string, unknown>>): Settings {
  const { director, args, pick, where, replicas, retry, init, text: _text, ...rest } = config;
  for (const name of Object.keys(rest)) throw new RangeError(`varnish: setting "${name}"`);
  if (where !== undefined && where !== "recv" && where !== "fetch") throw new RangeError(`varnish: where "${where}"`);
  const plain = {
    knobs: {},
    isRandom: false,
    usesIdents: false,
    retriesAreAlternatives: false,
    retries: Math.min(MOST_RETRIES, wholeOf("retry", retry ?? 0)),
  };
  const options = parametersOf(textOf("args", args));
  if (director !== "fallback" && options.size > 0) throw new RangeError(`varnish: arguments "${args}"`);
  switch (director) {
    case "round_robin":
      return { ...plain, algorithm: "round-robin" };
    case "random":
      return { ...plain, algorithm: "random", knobs: { weighted: true }, isRandom: true };
    case "fallback":
      return { ...plain, algorithm: "fallback", knobs: { sticky: stickyOf(options) } };
    case "hash":
      return { ...plain, algorithm: "scaled-hash", knobs: keyOf(textOf("pick", pick)) };
    case "shard": {
      checkInit(init);
      const shard = shardOf(textOf("pick", pick), where === "fetch", wholeOf("replicas", replicas ?? 67));
      return { ...plain, ...shard, algorithm: "shard", usesIdents: true };
    }
  }
  throw new RangeError(`varnish: director "${director}"`);
}

function textOf(name: string, value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value !== "string") throw new RangeError(`varnish: ${name} ${JSON.stringify(value)}`);
  return value.trim();
}

function wholeOf(name: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) {
    throw new RangeError(`varnish: ${name} ${JSON.stringify(value)}`);
  }
  return value;
}

/** `sticky = true, alt=1`; a comma inside brackets or quotes does not divide. */
function parametersOf(text: string): ReadonlyMap<string, string> {
  const parts = text.match(/(?:"[^"]*"|\([^)]*\)|[^,"(])+/g) ?? [];
  return new Map(
    parts.map((part) => {
      const equals = part.indexOf("=");
      if (equals < 0) throw new RangeError(`varnish: argument "${part.trim()}"`);
      return [part.slice(0, equals).trim(), part.slice(equals + 1).trim()] as const;
    }),
  );
}

function stickyOf(options: ReadonlyMap<string, string>): boolean {
  const value = options.get("sticky") ?? "false";
  if (!["true", "false"].includes(value) || options.size > (options.has("sticky") ? 1 : 0)) {
    throw new RangeError(`varnish: arguments "${[...options].join(" ")}"`);
  }
  return value === "true";
}

/** Keys are read as headers whose name is Varnish's expression. */
function keyOf(expression: string): Knobs {
  checkExpression(expression);
  return { key: "header", keyName: expression };
}

function checkInit(init: unknown): void {
  for (const line of Array.isArray(init) ? init : []) {
    if (!/^\w+\.reconfigure\((\s*(replicas\s*=\s*)?\d+\s*)?\);?$/.test(String(line)))
      throw new RangeError(`varnish: "${line}"`);
  }
}

function shardOf(pick: string, isFetch: boolean, replicas: number): Pick<Settings, "knobs" | "retriesAreAlternatives"> {
  const options = parametersOf(pick);
  for (const [name, value] of options) {
    const isOff = (name === "rampup" && value === "false") || (name === "warmup" && Number(value) === 0);
    const isUsual = (name === "healthy" && value === "CHOSEN") || name === "resolve" || isOff;
    if (!["by", "key", "alt"].includes(name) && !isUsual) throw new RangeError(`varnish: argument "${name}=${value}"`);
  }
  const alternative = options.get("alt") ?? "0";
  if (!/^\d+$|^bereq\.retries$|^req\.restarts$/.test(alternative)) throw new RangeError(`varnish: alt=${alternative}`);
  const by = options.get("by") ?? "HASH";
  // On the client's side there is no object hash yet, and with arguments the choice is made at once: by URL.
  const isByHash = by === "HASH" && (isFetch || options.size === 0);
  const knobs = isByHash ? { ...keyOf("object.hash"), word: "object" } : byKeyOf(by, options.get("key"));
  return {
    knobs: { ...knobs, replicas, alternative: Number.parseInt(alternative, 10) || 0 },
    retriesAreAlternatives: alternative === "bereq.retries",
  };
}

function byKeyOf(by: string, key: string | undefined): Knobs {
  if (by === "URL" || by === "HASH") return keyOf("req.url");
  const expression = /^\w+\.key\((.*)\)$/.exec(key ?? "")?.[1];
  if (by === "KEY" && expression !== undefined) return keyOf(expression);
  throw new RangeError(`varnish: by=${by}, key=${key}`);
}
