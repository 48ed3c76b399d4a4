/** `balance`, `hash-type` and `hash-balance-factor` as the algorithm of the catalogue that carries them out. */
import type { Knobs, KnobValue } from "../../catalogue.ts";
import { compileSample, type SampleReader } from "./samples.ts";
import { hasFlawedIds, isAtLeast, type Version } from "./version.ts";
import { callOf, unknown, wordsOf } from "./words.ts";

/** Which servers an algorithm of HAProxy holds to be full. */
export type Saturation =
  /** Something waits for it, or its limit is reached. */
  | "waiting"
  /** Requests in progress and waiting for it have reached the limit. */
  | "counted"
  /** Looked at only for requests without a key, that take the servers in turn. */
  | "keyless"
  /** Looked at once the server is drawn. */
  | "drawn";

export interface Balance {
  readonly algorithm: string;
  readonly knobs: Knobs;
  readonly saturation: Saturation;
  /** Weights follow slow start and `set weight`; else they only know all or nothing. */
  readonly isDynamic: boolean;
  /** A retry avoids the server that refused, whatever the request's key. */
  readonly avoids: boolean;
  /** A retry need not wait for its turn to be redispatched: one server is as good as another. */
  readonly redispatchesAtOnce: boolean;
  /** Nobody is tried while something waits for any server. */
  readonly respectsQueue: boolean;
  /** Of `balance hash`. */
  readonly expression: SampleReader | null;
}

const rotation = (algorithm: string, traits: Partial<Balance> = {}): Balance => ({
  algorithm,
  knobs: {},
  saturation: "waiting",
  isDynamic: true,
  avoids: true,
  redispatchesAtOnce: true,
  respectsQueue: true,
  expression: null,
  ...traits,
});

export interface BalanceLines {
  readonly balance: string;
  readonly hashType: string;
  readonly hashBalanceFactor: number;
  /** `hash-key` of the servers. */
  readonly hashKey: string;
}

export function balanceOf(lines: BalanceLines, version: Version): Balance {
  const [word = "", ...options] = wordsOf(lines.balance);
  const [name, argument] = callOf(word);
  switch (name) {
    case "roundrobin": {
      const weightChange = isAtLeast(version, 3, 2) ? "as-new" : "in-place";
      return rotation("dynamic-round-robin", { knobs: { weightChange } });
    }
    case "static-rr":
      return rotation("static-round-robin", { isDynamic: false });
    case "first":
      return rotation("first");
    case "leastconn":
      return rotation("least-connections", {
        saturation: "counted",
        respectsQueue: false,
      });
    case "random": {
      const knobs = { draws: argument === "" ? 2 : Number(argument), ring: true };
      return rotation("random", { knobs, saturation: "drawn", respectsQueue: false });
    }
    default:
      return hashing(keyOf(name, argument, options, lines.balance), lines, version);
  }
}

interface KeyAndExpression {
  readonly knobs: Knobs;
  readonly expression: SampleReader | null;
}

const plain = (knobs: Knobs): KeyAndExpression => ({ knobs, expression: null });

function keyOf(name: string, argument: string, options: readonly string[], line: string): KeyAndExpression {
  switch (name) {
    case "source":
      return plain({ key: "source" });
    case "uri":
      return plain({ key: "uri", ...uriOptions(options, line) });
    case "url_param":
      if (options.length !== 1) return unknown("balance", line);
      return plain({ key: "url-param", keyName: options[0]! });
    case "hdr": {
      if (options.some((option) => option !== "use_domain_only")) return unknown("balance", line);
      return plain({ key: "header", keyName: argument, domainOnly: options.length > 0 });
    }
    case "hash":
      // Whatever the expression reads, the algorithm takes it for a cookie of that name.
      return { knobs: { key: "cookie", keyName: "" }, expression: compileSample(options.join(" ")) };
    default:
      return unknown("balance", line);
  }
}

function uriOptions(options: readonly string[], line: string): Knobs {
  const knobs: Record<string, KnobValue> = {};
  for (let i = 0; i < options.length; i++) {
    if (options[i] === "len") knobs["uriLength"] = Number(options[++i]);
    else if (options[i] === "depth") knobs["uriDepth"] = Number(options[++i]);
    else if (options[i] === "whole") knobs["uriWhole"] = true;
    else if (options[i] === "path-only") knobs["uriPathOnly"] = true;
    else unknown("balance", line);
  }
  return knobs;
}

const FUNCTIONS = ["sdbm", "djb2", "wt6", "crc32"];

function hashing({ knobs, expression }: KeyAndExpression, lines: BalanceLines, version: Version): Balance {
  const [method = "map-based", ...rest] = wordsOf(lines.hashType);
  const isConsistent = method === "consistent";
  if (!isConsistent && method !== "map-based") unknown("hash-type", lines.hashType);
  const [hashFunction = "sdbm", modifier] = rest;
  if (!FUNCTIONS.includes(hashFunction) || (modifier ?? "avalanche") !== "avalanche")
    unknown("hash-type", lines.hashType);
  const avalanche = modifier === "avalanche" || (isConsistent && rest.length === 0);
  const hashed = { ...knobs, hashFunction, avalanche };
  const traits = { saturation: "keyless", redispatchesAtOnce: false, respectsQueue: false, expression } as const;
  if (!isConsistent) {
    return rotation("modulo-hash", { ...traits, knobs: hashed, isDynamic: false, avoids: false });
  }
  const ring = { ringKey: ringKeyOf(lines.hashKey, version), balanceFactor: lines.hashBalanceFactor, shortTurns: true };
  return rotation("consistent-hash", { ...traits, knobs: { ...hashed, ...ring } });
}

/** From 3.0 on ids were mixed differently, until the correction of October 2025 in each series. */
function ringKeyOf(hashKey: string, version: Version): string {
  if (!["id", "addr", "addr-port", "id32"].includes(hashKey)) unknown("hash-key", hashKey);
  return hashKey === "id" && hasFlawedIds(version) ? "id-3.0" : hashKey;
}
