import { describe, expect, it } from "vitest";
import { expectFits } from "../engine/testing/fit.ts";
import { Bench } from "./testing/bench.ts";

const countsOf = (bench: Bench, decisions: number) => {
  const counts = new Array<number>(bench.fleet.count).fill(0);
  for (const server of bench.sequence(decisions)) counts[server]!++;
  return counts;
};

describe("weighted random", () => {
  it("draws in proportion to weight", () => {
    expectFits(countsOf(new Bench("weighted-random", [5, 1, 1, 3]), 20_000), [0.5, 0.1, 0.1, 0.3]);
  });

  it("draws two different servers and takes the later one when they are equally busy", () => {
    // P(later = j) = sum over i of p_i × p_j / (1 - p_i); answered at once, all are idle.
    const p = [0.5, 0.2, 0.3];
    const later = p.map((pj, j) => p.reduce((sum, pi, i) => (i === j ? sum : sum + (pi * pj) / (1 - pi)), 0));
    expectFits(countsOf(new Bench("weighted-random", [5, 2, 3], { knobs: { two: true } }), 20_000), later);
  });

  it("never takes the busiest of two, whatever the draw", () => {
    const bench = new Bench("weighted-random", [1, 1, 1], { knobs: { two: true } });
    bench.place(1);
    expect(countsOf(bench, 2000)[1]).toBe(0);
  });

  it("takes weighted turns after 21 misses in one choice", () => {
    // One in 10,000 is up: the chance that any of six choices hits it before the 21st miss is about 1 %.
    const bench = new Bench("weighted-random", [9997, 2, 1]);
    bench.set(0, false);
    expect(bench.sequence(6)).toEqual([1, 2, 1, 1, 2, 1]);
  });
});
