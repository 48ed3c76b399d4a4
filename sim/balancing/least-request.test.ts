import { describe, expect, it } from "vitest";
import { expectEven, expectFits } from "../engine/testing/fit.ts";
import { Bench, letters } from "./testing/bench.ts";

const DECISIONS = 60_000;

function shares(loads: readonly number[], knobs = {}): number[] {
  const bench = new Bench(
    "least-request",
    loads.map(() => 1),
    { knobs },
  );
  bench.fleet.inFlight.set(loads);
  const counts = loads.map(() => 0);
  for (let i = 0; i < DECISIONS; i++) counts[bench.algorithm.pick(i, -1)]!++;
  return counts;
}

describe("least request with equal weights", () => {
  it("gives the server of rank i among n a share of (2 (n - i) + 1) / n²: draws are with replacement", () => {
    const loads = [4, 0, 3, 1, 2];
    expectFits(
      shares(loads),
      loads.map((load) => (2 * (5 - (load + 1)) + 1) / 25),
    );
  });

  it("with d choices gives the busiest of n a share of 1 / n^d", () => {
    const counts = shares([5, 1], { choiceCount: 4 });
    expectFits(counts, [1 / 16, 15 / 16]);
  });

  it("by full scan takes the least busy of all, equals at random", () => {
    const counts = shares([2, 1, 3, 1, 1], { selection: "full-scan" });
    expect([counts[0], counts[2]]).toEqual([0, 0]);
    expectEven([counts[1]!, counts[3]!, counts[4]!]);
  });

  it("goes by what servers have reported when told so", () => {
    const bench = new Bench("least-request", [1, 1, 1], { knobs: { load: "reported", selection: "full-scan" } });
    bench.fleet.reports.inSystem.set([7, 0, 7]);
    expect(bench.sequence(3)).toEqual([1, 1, 1]);
    bench.fleet.reports.inSystem.set([7, 8, 2]);
    expect(bench.sequence(3)).toEqual([2, 2, 2]);
  });
});

describe("least request with different weights", () => {
  const knobs = { randomStart: false };

  it("is earliest deadline first while everybody is idle", () => {
    const bench = new Bench("least-request", [2, 1], { knobs });
    expect(letters(bench.sequence(6))).toBe("abaaba");
  });

  it("divides the weight at a server's turn by its requests and one: weight 3 with 4 requests beats 1 with 1", () => {
    const bench = new Bench("least-request", [3, 1], { knobs });
    bench.fleet.inFlight.set([4, 1]);
    bench.weigh(0, 3);
    // Deadlines 5/3 and 2: 0.6 against 0.5.
    expect(bench.algorithm.pick(0, -1)).toBe(0);
    expect(bench.algorithm.signalOf(0, 0)).toBeCloseTo(10 / 3, 12);
    expect(bench.algorithm.signalOf(1, 0)).toBe(2);
    expect(bench.algorithm.pick(0, -1)).toBe(1);
  });

  it("with bias 0 keeps to the weights, whatever the loads", () => {
    const bench = new Bench("least-request", [3, 1], { knobs: { ...knobs, activeRequestBias: 0 } });
    bench.fleet.inFlight.set([50, 0]);
    const counts = [0, 0];
    for (let i = 0; i < 400; i++) counts[bench.algorithm.pick(i, -1)]!++;
    expect(Math.abs(counts[0]! - 300)).toBeLessThanOrEqual(1);
  });

  it("with bias 2 and 1 request on the heavier server gives it weight 8 / 4", () => {
    const bench = new Bench("least-request", [8, 1], { knobs: { ...knobs, activeRequestBias: 2 } });
    bench.fleet.inFlight.set([1, 0]);
    const counts = [0, 0];
    for (let i = 0; i < 300; i++) counts[bench.algorithm.pick(i, -1)]!++;
    expect(Math.abs(counts[0]! - 200)).toBeLessThanOrEqual(1);
  });

  it("does not wait for ever for the turn of a server that is too busy for one: it gets what nobody else may have", () => {
    const bench = new Bench("least-request", [2, 1], { knobs: { ...knobs, activeRequestBias: 50 } });
    bench.fleet.inFlight.set([0, 30]);
    for (let i = 0; i < 20; i++) {
      expect(bench.algorithm.pick(i, 0)).toBe(1);
      expect(bench.algorithm.pick(i, -1)).toBe(0);
    }
  });
});
