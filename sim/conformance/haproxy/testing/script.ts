/** Short scripts against the product: what was decided, step by step. */
import { replay } from "../../replay.ts";
import type { Trace, TraceRequest, TraceServer, TraceStep } from "../../trace.ts";
import { haproxy } from "../haproxy.ts";

export interface Script {
  readonly config: Readonly<Record<string, unknown>>;
  readonly servers: readonly Omit<TraceServer, "address" | "name">[];
  readonly steps: readonly TraceStep[];
  readonly version?: string;
  readonly free?: readonly (number | "all")[];
  readonly spares?: readonly TraceServer[];
}

export const address = (index: number) => `127.0.1.${index + 1}:9101`;
export const req = (content: TraceRequest = {}, times = 1): TraceStep => ({ op: "req", times, ...content });
export const open = (id: number, content: TraceRequest = {}): TraceStep => ({ op: "open", id, ...content });
export const close = (id: number): TraceStep => ({ op: "close", id });
export const wait = (ms: number): TraceStep => ({ op: "wait", ms });
export const setWeight = (name: string, weight: number): TraceStep => ({ op: "set-weight", name, weight });
type Change = "down" | "up" | "drain" | "remove";
export const server = (change: Change, name: string): TraceStep => ({ op: `server-${change}`, name });
export const listener = (state: "off" | "on", name: string): TraceStep => ({ op: `listener-${state}`, name });

/** The trace in which every request got the verdict of that place; servers are s1, s2, … */
export function traceOf({ config, servers, steps, version = "2.6.12", ...rest }: Script, expected: readonly string[]) {
  const trace: Trace = {
    format: "lb-golden-trace/1",
    product: "haproxy",
    version,
    algorithm: "script",
    shape: "script",
    title: "script",
    frontMode: "proxy",
    config,
    servers: servers.map((server, index) => ({ name: `s${index + 1}`, address: address(index), ...server })),
    steps,
    expected,
    ...rest,
  };
  return trace;
}

const requestsIn = (steps: readonly TraceStep[]) =>
  steps.reduce((sum, step) => sum + (step.op === "req" ? (step.times ?? 1) : step.op === "open" ? 1 : 0), 0);

/** What the product decided, request by request: `1` for s1; `-` where it still waits; a number and an exclamation mark for errors. */
export function decisions(script: Script): string {
  const total = requestsIn(script.steps);
  const verdicts = new Array<string>(total).fill("-");
  // An expectation that nothing meets makes every verdict a difference, which tells what was found.
  const { mismatches } = replay(traceOf(script, new Array<string>(total).fill("?")), haproxy);
  for (const { what, request, found } of mismatches) {
    if (what === "server") verdicts[request] = found === "null" ? "-" : found.replace(/^s/, "").replace(/^!/, "!");
  }
  return verdicts.join(" ");
}

/** The Set-Cookie headers that clients saw, by request; null none. */
export function cookies(script: Script): readonly (string | null)[] {
  const total = requestsIn(script.steps);
  const seen = new Array<string | null>(total).fill(null);
  const trace = {
    ...traceOf(script, new Array<string>(total).fill("?")),
    setCookie: new Array<string>(total).fill("?"),
  };
  for (const { what, request, found } of replay(trace, haproxy).mismatches) {
    if (what === "Set-Cookie") seen[request] = found === "null" ? null : found;
  }
  return seen;
}
