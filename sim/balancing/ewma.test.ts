import { describe, expect, it } from "vitest";
import { Bench } from "./testing/bench.ts";

function answer(bench: Bench, server: number, atMs: number, ms: number): void {
  bench.nowMs = atMs;
  bench.place(server);
  bench.end(server, ms);
}

describe("EWMA of response times", () => {
  it("moves towards each answer by 1 - e^(-time since the last / decay)", () => {
    const bench = new Bench("ewma", [1, 1]);
    answer(bench, 0, 10_000, 100);
    const first = 100 * (1 - 1 / Math.E);
    expect(bench.algorithm.signalOf(0, 0)).toBeCloseTo(first, 9);
    answer(bench, 0, 20_000, 50);
    expect(bench.algorithm.signalOf(0, 0)).toBeCloseTo(first / Math.E + 50 * (1 - 1 / Math.E), 9);
  });

  it("does not mind requests in flight", () => {
    const bench = new Bench("ewma", [1, 1]);
    answer(bench, 0, 1000, 10);
    answer(bench, 1, 1000, 20);
    expect([1, 2, 3, 4].map(() => bench.send())).toEqual([0, 0, 0, 0]);
  });

  it("takes a server that comes in for as fast as the mean of the others", () => {
    const bench = new Bench("ewma", [1, 1, 1]);
    bench.set(2, false);
    answer(bench, 0, 50_000, 10);
    answer(bench, 1, 50_000, 30);
    bench.set(2, true);
    const [a, b, c] = [0, 1, 2].map((server) => bench.algorithm.signalOf(server, 0)!);
    expect(c).toBeCloseTo((a! + b!) / 2, 9);
  });
});
