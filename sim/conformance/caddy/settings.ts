/** Caddy's settings as a trace has them. What is not understood is refused, never passed over. */
import type { AlgorithmChoice } from "../view.ts";

export interface Settings {
  readonly policy: Policy;
  /** The policy may choose again so many times after a failure. */
  readonly retries: number;
  /** Failures count against a server for so long; 0 when they are not counted. */
  readonly failDurationMs: number;
  readonly maxFails: number;
  /** Requests that any server may have at a time; 0 without a limit of its own. */
  readonly maxRequests: number;
}

/** Who is chosen, and between whom chance may decide. */
export type Policy =
  | { readonly kind: "determined" | "uniform" | "least"; readonly algorithm: AlgorithmChoice }
  | { readonly kind: "keyed"; readonly algorithm: AlgorithmChoice; readonly header: string | null }
  | { readonly kind: "cookie"; readonly name: string; readonly secret: string };

/** @throws RangeError for what it does not know. */
export function settingsOf(config: Readonly<Record<string, unknown>>, version: string): Settings {
  const { policy, retries = 0, passive, active: _active, text: _text, ...rest } = config;
  for (const name of Object.keys(rest)) throw new RangeError(`caddy: setting "${name}"`);
  if (typeof retries !== "number") throw new RangeError(`caddy: retries ${JSON.stringify(retries)}`);
  return { policy: policyOf(fieldsOf("policy", policy), version), retries, ...passiveOf(passive) };
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(name: string, value: unknown): Fields {
  if (typeof value !== "object" || value === null) throw new RangeError(`caddy: ${name} ${JSON.stringify(value)}`);
  return value as Fields;
}

function policyOf({ policy, ...fields }: Fields, version: string): Policy {
  const known: Readonly<Record<string, readonly string[]>> = {
    cookie: ["name", "secret"],
    header: ["field"],
    random_choose: ["choose"],
  };
  for (const [name, value] of Object.entries(fields)) {
    if (!known[String(policy)]?.includes(name))
      throw new RangeError(`caddy: ${policy} ${name} ${JSON.stringify(value)}`);
  }
  switch (policy) {
    case "round_robin":
      return { kind: "determined", algorithm: { name: "round-robin", knobs: { start: 2 } } };
    case "first":
      return { kind: "determined", algorithm: { name: "first" } };
    case "random":
      return { kind: "uniform", algorithm: { name: "random" } };
    case "random_choose":
      return {
        kind: "uniform",
        algorithm: { name: "random-choose", knobs: { choices: Number(fields["choose"] ?? 2) } },
      };
    case "least_conn":
      return { kind: "least", algorithm: { name: "least-request", knobs: { selection: "full-scan" } } };
    case "ip_hash":
      return { kind: "keyed", algorithm: rendezvous({ key: "source" }, version), header: null };
    case "uri_hash":
      return { kind: "keyed", algorithm: rendezvous({ key: "uri", uriWhole: true }, version), header: null };
    case "header": {
      const header = String(fields["field"] ?? "");
      return { kind: "keyed", algorithm: rendezvous({ key: "header", keyName: header }, version), header };
    }
    case "cookie":
      return { kind: "cookie", name: String(fields["name"] ?? "lb"), secret: String(fields["secret"] ?? "") };
  }
  throw new RangeError(`caddy: policy "${policy}"`);
}

/** The text is hashed key first until 2.6.2; XXH64 took FNV-1a's place in 2.8. */
function rendezvous(key: Readonly<Record<string, string | boolean>>, version: string): AlgorithmChoice {
  const [major = 0, minor = 0, patch = 0] = version.replace(/^v/, "").split(".").map(Number);
  const isBefore = (otherMinor: number, otherPatch: number) =>
    major < 2 || (major === 2 && (minor < otherMinor || (minor === otherMinor && patch < otherPatch)));
  const hash = isBefore(8, 0) ? "fnv1a-32" : "xxh64";
  return { name: "rendezvous", knobs: { ...key, hash, keyFirst: isBefore(6, 3) } };
}

function passiveOf(passive: unknown): Pick<Settings, "failDurationMs" | "maxFails" | "maxRequests"> {
  if (passive === undefined || passive === null) return { failDurationMs: 0, maxFails: 0, maxRequests: 0 };
  const { fail_duration = 0, max_fails = 0, unhealthy_request_count = 0, ...rest } = fieldsOf("passive", passive);
  for (const name of Object.keys(rest)) throw new RangeError(`caddy: passive "${name}"`);
  return {
    failDurationMs: durationMs(fail_duration),
    maxFails: Number(max_fails) || 1,
    maxRequests: Number(unhealthy_request_count),
  };
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `1m30s`, or a number of nanoseconds. */
function durationMs(value: unknown): number {
  if (typeof value === "number") return value / 1_000_000;
  const text = String(value);
  if (!/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(text)) throw new RangeError(`caddy: time "${text}"`);
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * UNITS[unit!]!,
    0,
  );
}
