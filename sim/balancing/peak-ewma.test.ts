import { describe, expect, it } from "vitest";
import { Bench } from "./testing/bench.ts";

/** A bench in which the server's answers, one at a time, come at `atMs` after `ms`. */
function answers(bench: Bench, server: number, samples: readonly (readonly [atMs: number, ms: number])[]): number[] {
  return samples.map(([atMs, ms]) => {
    bench.nowMs = atMs;
    bench.place(server);
    bench.end(server, ms);
    return bench.algorithm.signalOf(server, 0)!;
  });
}

describe("peak EWMA", () => {
  it("jumps to peaks and decays from them: Finagle's rule with a decay time of 10 s", () => {
    const samples = [
      [1000, 100],
      [2000, 100],
      [3000, 1000],
      [4000, 100],
      [8000, 100],
      [18_000, 100],
      [19_000, 500],
      [29_000, 50],
    ] as const;
    const costs = answers(new Bench("peak-ewma", [1, 1]), 0, samples);
    // In seconds 0.1, 0.1, 1, 0.914354, 0.645878, 0.300817, 0.5, 0.215546: cost × w + rtt × (1 - w), w = e^(-dt / 10).
    const expected = [100, 100, 1000, 914.354, 645.878, 300.817, 500, 215.546];
    for (const [i, cost] of costs.entries()) expect(Math.abs(cost - expected[i]!)).toBeLessThan(0.0005);
  });

  it("costs a server its mean for each request in flight and the one to come", () => {
    const bench = new Bench("peak-ewma", [1, 2]);
    answers(bench, 0, [[0, 40]]);
    answers(bench, 1, [[0, 40]]);
    bench.place(0);
    bench.place(0);
    expect(bench.algorithm.signalOf(0, 0)).toBe(120);
    expect(bench.algorithm.signalOf(1, 0)).toBe(20);
    expect(bench.send()).toBe(1);
  });

  it("fades while nothing comes back", () => {
    const bench = new Bench("peak-ewma", [1, 1], { knobs: { decayMs: 1000 } });
    answers(bench, 0, [[0, 100]]);
    bench.nowMs = 1000;
    expect(bench.algorithm.signalOf(0, 0)).toBeCloseTo(100 / Math.E, 9);
  });

  it("sends a new server one request, and the next ones elsewhere until it has answered", () => {
    const bench = new Bench("peak-ewma", [1, 1]);
    answers(bench, 0, [[0, 30]]);
    expect(bench.send()).toBe(1);
    expect([bench.send(), bench.send(), bench.send()]).toEqual([0, 0, 0]);
    bench.end(1, 5);
    expect(bench.send()).toBe(1);
  });

  it("takes the cheaper of two: the dearest of three gets nothing", () => {
    const bench = new Bench("peak-ewma", [1, 1, 1]);
    for (const [server, ms] of [30, 10, 20].entries()) answers(bench, server, [[0, ms]]);
    const counts = [0, 0, 0];
    for (let i = 0; i < 600; i++) counts[bench.algorithm.pick(i, -1)]!++;
    expect(counts[0]).toBe(0);
    // The cheapest is in two of three pairs; 4.5 standard errors.
    expect(Math.abs(counts[1]! - 400)).toBeLessThan(4.5 * Math.sqrt(600 * (2 / 9)));
  });
});
