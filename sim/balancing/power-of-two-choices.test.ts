import { describe, expect, it } from "vitest";
import { expectEven, expectFits } from "../engine/testing/fit.ts";
import { Bench } from "./testing/bench.ts";

/** How often each server is chosen while its load stands still. */
function shares(
  loads: readonly number[],
  decisions: number,
  weights: readonly number[] = loads.map(() => 1),
): number[] {
  const bench = new Bench("power-of-two-choices", weights);
  bench.fleet.inFlight.set(loads);
  const counts = loads.map(() => 0);
  for (let i = 0; i < decisions; i++) counts[bench.algorithm.pick(i, -1)]!++;
  return counts;
}

describe("power of two choices", () => {
  it("gives the server of rank i among n a share of 2 (n - i) / (n (n - 1)), the busiest nothing", () => {
    // The loads in disorder, so that rank and place have nothing to do with each other.
    const loads = [7, 2, 9, 1, 5, 3, 8, 0, 6, 4];
    const counts = shares(loads, 100_000);
    const rank = (load: number) => load + 1;
    expect(counts[loads.indexOf(9)]).toBe(0);
    const others = loads.filter((load) => load < 9);
    expectFits(
      others.map((load) => counts[loads.indexOf(load)]!),
      others.map((load) => (2 * (10 - rank(load))) / 90),
    );
  });

  it("looks at two different servers: of two it always takes the less busy", () => {
    expect(shares([1, 0], 1000)).toEqual([0, 1000]);
    expect(shares([0, 1], 1000)).toEqual([1000, 0]);
  });

  it("takes equals evenly", () => {
    expectEven(shares([3, 3, 3, 3, 3, 3, 3, 3], 40_000));
  });

  it("weighs load by weight", () => {
    // Loads per weight of 2, 1.5 and 4: in pairs, b beats both and a beats c.
    const counts = shares([2, 3, 4], 30_000, [1, 2, 1]);
    expect(counts[2]).toBe(0);
    expectFits([counts[0]!, counts[1]!], [1 / 3, 2 / 3]);
  });

  it("counts only what this balancer has in flight, bound requests included", () => {
    const bench = new Bench("power-of-two-choices", [1, 1]);
    bench.bind(0);
    expect(bench.send()).toBe(1);
    bench.bind(1);
    expect(bench.send()).toBe(0);
  });

  it("can go by what servers report instead, and then minds nothing else", () => {
    const bench = new Bench("power-of-two-choices", [1, 1], { knobs: { load: "reported" } });
    bench.fleet.reports.inSystem.set([3, 2]);
    expect(Array.from({ length: 20 }, (_, request) => bench.send(request))).toEqual(Array(20).fill(1));
    bench.fleet.reports.inSystem.set([3, 4]);
    expect(bench.send()).toBe(0);
    expect(bench.algorithm.signalOf(1, 0)).toBe(4);
  });

  it("takes the other of its two when one is to be avoided, however busy that is", () => {
    const bench = new Bench("power-of-two-choices", [1, 1, 1]);
    bench.fleet.inFlight.set([0, 100, 100]);
    const chosen = Array.from({ length: 3000 }, (_, i) => bench.algorithm.pick(i, 0));
    expect(chosen).not.toContain(0);
    expectEven([1, 2].map((server) => chosen.filter((found) => found === server).length));
  });
});
