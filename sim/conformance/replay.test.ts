import { describe, expect, it } from "vitest";
import type { Product, ProductDefinition, Recorder } from "./product.ts";
import { replay } from "./replay.ts";
import type { Trace, TraceStep } from "./trace.ts";

/** Sends every request to one server, and knows nothing else. */
class OneServer implements Product {
  private readonly recorder: Recorder;

  constructor(recorder: Recorder) {
    this.recorder = recorder;
  }

  advanceTo(): void {}
  open(request: number): void {
    this.recorder.decided(request, "s1");
  }
  close(): void {}
  change(): void {}
}

const oneServer: ProductDefinition = { name: "one", create: (_trace, recorder) => new OneServer(recorder) };

const traceOf = (steps: readonly TraceStep[], expected: readonly string[], rest: Partial<Trace> = {}): Trace => ({
  format: "lb-golden-trace/1",
  product: "one",
  version: "1",
  algorithm: "one",
  shape: "eq1",
  title: "one server",
  frontMode: "proxy",
  config: {},
  servers: [{ name: "s1", address: "127.0.0.1:80" }],
  steps,
  expected,
  ...rest,
});

describe("a replay", () => {
  it("counts the requests that went where they had gone, and names the others with step, place and both answers", () => {
    const steps: TraceStep[] = [
      { op: "req", times: 2 },
      { op: "open", id: 2 },
      { op: "close", id: 2 },
    ];
    expect(replay(traceOf(steps, ["s1", "s1", "s1"]), oneServer)).toEqual({ matched: 3, total: 3, mismatches: [] });
    expect(replay(traceOf(steps, ["s1", "s2", "!503"]), oneServer)).toEqual({
      matched: 1,
      total: 3,
      mismatches: [
        { step: 0, request: 1, what: "server", expected: "s2", found: "s1" },
        { step: 1, request: 2, what: "server", expected: "!503", found: "s1" },
      ],
    });
  });

  it("minds cookies and attempts where they were recorded, the ones that are missing too", () => {
    const trace = traceOf([{ op: "req" }], ["s1"], { setCookie: ["A=s1"], attempts: { "0": ["s2", "s1"] } });
    expect(replay(trace, oneServer)).toMatchObject({
      matched: 0,
      mismatches: [{ what: "attempts" }, { what: "Set-Cookie", expected: "A=s1" }],
    });
  });

  it("refuses by name what the product cannot do", () => {
    for (const step of [
      { op: "reload" },
      { op: "clear-table" },
      { op: "set-weight", name: "s1", weight: 2 },
      { op: "server-add", name: "s2", address: "127.0.0.1:81" },
    ] satisfies TraceStep[]) {
      expect(() => replay(traceOf([step], []), oneServer)).toThrow(`one cannot "${step.op}"`);
    }
  });
});
