/** Plays a recorded script against a product made of the lab's parts, and compares every decision. */
import type { Product, ProductDefinition, Recorder } from "./product.ts";
import type { Trace, TraceRequest, TraceStep } from "./trace.ts";

export interface Mismatch {
  /** Index of the step in the trace. */
  readonly step: number;
  readonly request: number;
  readonly what: "server" | "attempts" | "Set-Cookie" | "arrival" | "draw";
  readonly expected: string;
  readonly found: string;
}

export interface Conformance {
  /** Requests whose verdict, attempts, cookies and arrivals are all as recorded, and requests in all. */
  readonly matched: number;
  readonly total: number;
  /** In the order of the requests. */
  readonly mismatches: readonly Mismatch[];
}

/** Dates of expiry follow the wall clock of the recording, which no trace tells. HAProxy's fixed one has another form. */
const undated = (text: string): string =>
  text.replaceAll(/expires=\w{3}, \d\d-\w{3}-(\d\d){1,2} \d\d:\d\d:\d\d GMT/g, "expires=*");

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value ?? null));

/** What the product said, and what it is told of the recording where that was left to chance. */
class Observed implements Recorder {
  readonly verdict = new Map<number, string>();
  readonly attempts = new Map<number, string[]>();
  readonly cookies = new Map<number, string[]>();
  readonly arrivals: { readonly step: number; readonly request: number; readonly server: string }[] = [];
  readonly wrongDraws = new Map<number, string>();
  step = 0;
  private readonly trace: Trace;
  private readonly free: ReadonlySet<number | "all">;

  constructor(trace: Trace) {
    this.trace = trace;
    this.free = new Set(trace.free);
  }

  decided(request: number, verdict: string): void {
    this.verdict.set(request, verdict);
  }
  tried(request: number, server: string): void {
    append(this.attempts, request, server);
  }
  setCookie(request: number, value: string): void {
    append(this.cookies, request, value);
  }
  arrived(request: number, server: string): void {
    this.arrivals.push({ step: this.step, request, server });
  }
  drawn(request: number, candidates: readonly string[]): string {
    const recorded = this.trace.expected[request]!;
    const isAllowed = candidates.includes(recorded) && (this.free.has("all") || this.free.has(request));
    if (!isAllowed) this.wrongDraws.set(request, `one of ${candidates.join(", ")}`);
    return isAllowed ? recorded : candidates[0]!;
  }
}

function append(lists: Map<number, string[]>, request: number, value: string): void {
  const list = lists.get(request);
  if (list === undefined) lists.set(request, [value]);
  else list.push(value);
}

/**
 * Carries out a trace's steps. Returns the step of each request.
 *
 * @param atStep told the index of each step before it is carried out
 */
export function play(trace: Trace, product: Product, atStep: (index: number) => void = () => {}): readonly number[] {
  const stepOf: number[] = [];
  let waitedMs = 0;
  trace.steps.forEach((step, index) => {
    atStep(index);
    product.advanceTo(trace.clock?.[index] ?? waitedMs);
    if (step.op === "wait") waitedMs += step.ms;
    else if (!carryOut(step, product, index, stepOf)) {
      throw new RangeError(`${trace.product} cannot "${step.op}" while it runs, or nobody has recorded it`);
    }
  });
  return stepOf;
}

/** Returns false for what the product cannot do. */
function carryOut(step: TraceStep, product: Product, index: number, stepOf: number[]): boolean {
  switch (step.op) {
    case "req":
      for (let i = 0; i < (step.times ?? 1); i++) {
        const request = stepOf.push(index) - 1;
        product.open(request, step satisfies TraceRequest);
        product.close(request);
      }
      return true;
    case "open":
      stepOf[step.id] = index;
      product.open(step.id, step);
      return true;
    case "close":
      product.close(step.id);
      return true;
    case "set-weight":
      product.setWeight?.(step.name, step.weight);
      return product.setWeight !== undefined;
    case "server-add":
      product.add?.(step);
      return product.add !== undefined;
    case "server-down":
    case "server-up":
    case "server-drain":
    case "server-remove":
    case "listener-off":
    case "listener-on":
      product.change(step.op, step.name);
      return true;
    case "reload":
      product.reload?.();
      return product.reload !== undefined;
    case "clear-table":
      product.clearTable?.();
      return product.clearTable !== undefined;
    default:
      // Waiting has been done, and observing changes nothing.
      return true;
  }
}

/** @throws RangeError when the product cannot follow the trace's configuration. */
export function replay(trace: Trace, definition: ProductDefinition): Conformance {
  const observed = new Observed(trace);
  const stepOf = play(trace, definition.create(trace, observed), (step) => {
    observed.step = step;
  });
  const mismatches: Mismatch[] = [];
  const differ = (request: number, what: Mismatch["what"], expected: unknown, found: unknown) => {
    if (textOf(expected) === textOf(found)) return;
    mismatches.push({ step: stepOf[request] ?? 0, request, what, expected: textOf(expected), found: textOf(found) });
  };
  trace.expected.forEach((verdict, request) => {
    const allowed = observed.wrongDraws.get(request);
    if (allowed !== undefined) differ(request, "draw", verdict, allowed);
    differ(request, "server", verdict, observed.verdict.get(request));
    const attempts = observed.attempts.get(request) ?? [];
    if (trace.attempts !== undefined) {
      differ(request, "attempts", trace.attempts[request] ?? null, attempts.length > 1 ? attempts : null);
    }
    if (trace.setCookie !== undefined) {
      const cookies = observed.cookies.get(request) ?? [];
      const found = textOf(cookies.length > 1 ? cookies : cookies[0]);
      const recorded = textOf(trace.setCookie[request]);
      if (undated(recorded) !== found) differ(request, "Set-Cookie", recorded, found);
    }
  });
  trace.arrivals?.forEach(([step, request, server], index) => {
    const found = observed.arrivals[index];
    differ(request, "arrival", [step, request, server], found && [found.step, found.request, found.server]);
  });
  const failed = new Set(mismatches.map(({ request }) => request));
  mismatches.sort((a, b) => a.request - b.request);
  return { matched: trace.expected.length - failed.size, total: trace.expected.length, mismatches };
}
