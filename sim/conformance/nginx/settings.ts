/** nginx's settings as a trace has them. What is not understood is refused, never passed over. */
import type { AlgorithmChoice } from "../view.ts";
import { checkExpression, checkVariable } from "./variables.ts";

export interface Limits {
  readonly maxFails: number;
  readonly failTimeoutSec: number;
}

export interface Settings {
  readonly algorithm: (limits: Limits) => AlgorithmChoice;
  /** `random`: which server it is was up to chance. */
  readonly isRandom: boolean;
  readonly allowsBackups: boolean;
  readonly limits: Limits;
  readonly sticky: StickySettings | null;
}

export type StickySettings =
  | { readonly kind: "cookie"; readonly name: string; readonly attributes: string }
  | { readonly kind: "route"; readonly variables: readonly string[] }
  | {
      readonly kind: "learn";
      readonly lookup: readonly string[];
      readonly create: readonly string[];
      readonly timeoutMs: number;
    };

/** @throws RangeError for what it does not know. */
export function settingsOf(config: Readonly<Record<string, unknown>>): Settings {
  const { method, fail, upstream, sticky, stickyLine, text: _text, ...rest } = config;
  for (const name of Object.keys(rest)) throw new RangeError(`nginx: setting "${name}"`);
  for (const line of listOf("upstream", upstream)) {
    // A zone shares the state between workers; there is one.
    if (!/^zone\s/.test(line)) throw new RangeError(`nginx: upstream line "${line}"`);
  }
  const line = textOf("stickyLine", stickyLine);
  if (line === "" && textOf("sticky", sticky) !== "") throw new RangeError(`nginx: sticky without its line`);
  return {
    ...methodOf(textOf("method", method)),
    limits: limitsOf(textOf("fail", fail), { maxFails: 1, failTimeoutSec: 10 }),
    sticky: line === "" ? null : stickyOf(line.replace(/;$/, "")),
  };
}

function textOf(name: string, value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value !== "string") throw new RangeError(`nginx: ${name} ${JSON.stringify(value)}`);
  return value.trim();
}

function listOf(name: string, value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new RangeError(`nginx: ${name} ${JSON.stringify(value)}`);
  return value.map((line) => textOf(name, line));
}

function methodOf(method: string): Pick<Settings, "algorithm" | "isRandom" | "allowsBackups"> {
  const simple = (name: string, knobs = {}, isRandom = false) => ({
    algorithm: ({ maxFails }: Limits) => ({ name, knobs: { maxFails, ...knobs } }),
    isRandom,
    allowsBackups: name === "weighted-round-robin" || name === "weighted-least-connections",
  });
  const [word, ...rest] = method.split(/\s+/);
  switch (word === "hash" ? word : method) {
    case "":
      return simple("weighted-round-robin");
    case "ip_hash":
      return simple("ip-hash");
    case "least_conn":
      return simple("weighted-least-connections");
    case "random":
      return simple("weighted-random", {}, true);
    case "random two":
    case "random two least_conn":
      return simple("weighted-random", { two: true }, true);
    case "hash": {
      const [expression = "", consistent] = rest;
      if (rest.length > 2 || (consistent !== undefined && consistent !== "consistent")) break;
      checkExpression(expression);
      // The header of that name is what the expression amounts to: requests are read through it.
      return simple(consistent === undefined ? "weighted-hash" : "ketama", { key: "header", keyName: expression });
    }
  }
  throw new RangeError(`nginx: method "${method}"`);
}

/** `max_fails=2 fail_timeout=10s`. */
export function limitsOf(text: string, defaults: Limits): Limits {
  let { maxFails, failTimeoutSec } = defaults;
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const [name, value = ""] = word.split("=");
    if (name === "max_fails" && /^\d+$/.test(value)) maxFails = Number(value);
    else if (name === "fail_timeout") failTimeoutSec = Math.floor(durationMs(value) / 1000);
    else throw new RangeError(`nginx: server parameter "${word}"`);
  }
  return { maxFails, failTimeoutSec };
}

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  M: 30 * 86_400_000,
  y: 365 * 86_400_000,
};

/** `1h30m`; a number without a unit is in seconds. */
export function durationMs(text: string): number {
  if (!/^(\d+(ms|[smhdwMy])?)+$/.test(text)) throw new RangeError(`nginx: time "${text}"`);
  return [...text.matchAll(/(\d+)(ms|[smhdwMy])?/g)].reduce(
    (sum, [, number, unit = "s"]) => sum + Number(number) * UNITS[unit]!,
    0,
  );
}

function stickyOf(line: string): StickySettings {
  const [, kind, ...words] = line.split(/\s+/);
  if (kind === "cookie" && words[0] !== undefined) {
    return { kind, name: words[0], attributes: attributesOf(words.slice(1)) };
  }
  if (kind === "route" && words.length > 0) return { kind, variables: words.map(checkVariable) };
  if (kind === "learn") return learnOf(words);
  throw new RangeError(`nginx: "${line}"`);
}

/** In the order in which nginx writes them, whatever the order of the configuration. */
function attributesOf(words: readonly string[]): string {
  const given = new Map(words.map((word) => [word.split("=")[0]!, word.slice(word.indexOf("=") + 1)] as const));
  const known = ["expires", "domain", "httponly", "secure", "samesite", "path"];
  for (const name of given.keys()) if (!known.includes(name)) throw new RangeError(`nginx: sticky cookie "${name}"`);
  return known
    .filter((name) => given.has(name))
    .map((name) => {
      const value = given.get(name)!;
      if (name === "httponly" || name === "secure") return `; ${name}`;
      if (name !== "expires") return `; ${name}=${value}`;
      if (value === "max") return "; expires=Thu, 31-Dec-37 23:55:55 GMT; max-age=315360000";
      return `; expires=*; max-age=${Math.floor(durationMs(value) / 1000)}`;
    })
    .join("");
}

function learnOf(words: readonly string[]): StickySettings {
  const lookup: string[] = [];
  const create: string[] = [];
  let timeoutMs = 600_000;
  for (const word of words) {
    const [name, value = ""] = word.split("=");
    if (name === "lookup") lookup.push(checkVariable(value));
    else if (name === "create") create.push(checkVariable(value));
    else if (name === "timeout") timeoutMs = durationMs(value);
    // Servers send nothing before they answer, so the header comes when the request is over; the zone is never full.
    else if (word !== "header" && name !== "zone") throw new RangeError(`nginx: sticky learn "${word}"`);
  }
  if (lookup.length === 0 || create.length === 0) throw new RangeError("nginx: sticky learn without lookup or create");
  return { kind: "learn", lookup, create, timeoutMs };
}
