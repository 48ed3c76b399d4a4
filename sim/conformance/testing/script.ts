/** A product before a script that a test writes out, with what it said of each request. */
import type { Product, ProductDefinition } from "../product.ts";
import { play } from "../replay.ts";
import type { Trace, TraceServer, TraceStep } from "../trace.ts";

export interface Said {
  /** By request. */
  readonly verdicts: readonly string[];
  readonly attempts: readonly (readonly string[])[];
  readonly cookies: readonly (readonly string[])[];
}

export interface Script {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly servers: readonly Partial<TraceServer>[];
  readonly steps: readonly TraceStep[];
  readonly version?: string;
}

/** Servers without a name are `s1`, `s2` … at 127.0.1.1:9101, 127.0.1.2:9101 … Draws are the product's own. */
export function played(definition: ProductDefinition, { config = {}, servers, steps, version = "" }: Script): Said {
  const verdicts: string[] = [];
  const attempts: string[][] = [];
  const cookies: string[][] = [];
  const product: Product = definition.create(traceOf(definition.name, version, config, servers, steps), {
    decided(request, verdict) {
      verdicts[request] = verdict;
      attempts[request] ??= [];
      cookies[request] ??= [];
    },
    tried: (request, server) => (attempts[request] ??= []).push(server),
    setCookie: (request, cookie) => (cookies[request] ??= []).push(cookie),
    arrived: () => {},
    drawn: (_request, candidates, own) => own ?? candidates[0]!,
  });
  play(traceOf(definition.name, version, config, servers, steps), product);
  return { verdicts, attempts, cookies };
}

function traceOf(
  product: string,
  version: string,
  config: Readonly<Record<string, unknown>>,
  servers: readonly Partial<TraceServer>[],
  steps: readonly TraceStep[],
): Trace {
  return {
    format: "lb-golden-trace/1",
    product,
    version,
    algorithm: "",
    shape: "",
    title: "",
    frontMode: "proxy",
    config,
    servers: servers.map((server, i) => ({ name: `s${i + 1}`, address: `127.0.1.${i + 1}:9101`, ...server })),
    steps,
    expected: [],
  };
}

export const req = (times = 1): TraceStep => ({ op: "req", times });
export const off = (name: string): TraceStep => ({ op: "listener-off", name });
export const on = (name: string): TraceStep => ({ op: "listener-on", name });
export const wait = (ms: number): TraceStep => ({ op: "wait", ms });
export const open = (id: number): TraceStep => ({ op: "open", id });
export const close = (id: number): TraceStep => ({ op: "close", id });
