import { describe, expect, it } from "vitest";
import type { Knobs } from "../catalogue.ts";
import { Draws } from "../engine/draws.ts";
import { expectEven, expectFits, expectShare } from "../engine/testing/fit.ts";
import { PlaceSampler } from "./place-sampler.ts";
import { Bench } from "./testing/bench.ts";

const DECISIONS = 60_000;
/** In disorder, so that rank and place have nothing to do with each other. */
const loads = [7, 2, 9, 1, 5, 3, 8, 0, 6, 4];

/** How often each server is chosen while its load stands still, by rank, the least loaded first. */
function sharesByRank(knobs: Record<string, number | boolean>): number[] {
  const bench = new Bench(
    "power-of-d-choices",
    loads.map(() => 1),
    { knobs },
  );
  bench.fleet.inFlight.set(loads);
  const counts = loads.map(() => 0);
  for (let i = 0; i < DECISIONS; i++) counts[bench.algorithm.pick(i, -1)]!++;
  return loads.map((_, rank) => counts[loads.indexOf(rank)]!);
}

const choose = (n: number, k: number): number => (k === 0 ? 1 : (n / k) * choose(n - 1, k - 1));

describe("the sampler of places", () => {
  it("draws every ordered choice of two of four with equal probability", () => {
    const sampler = new PlaceSampler(6);
    const draws = new Draws(1, "places");
    const pair = new Int32Array(2);
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < DECISIONS; i++) {
      sampler.sample(2, 4, draws.at(0, i), pair);
      counts[4 * pair[0]! + pair[1]!]!++;
    }
    expect([0, 5, 10, 15].map((same) => counts[same])).toEqual([0, 0, 0, 0]);
    expectEven(counts.filter((_, i) => i % 5 !== 0));
  });

  it("draws all of them when asked for as many as there are", () => {
    const all = new Int32Array(5);
    new PlaceSampler(5).sample(5, 5, new Draws(1, "places"), all);
    expect([...all].sort()).toEqual([0, 1, 2, 3, 4]);
  });
});

/** The most that any of 256 servers has when 256 requests are under way. */
function highest(knobs: Knobs, seed: number): number {
  const bench = new Bench("power-of-d-choices", new Array<number>(256).fill(1), { knobs, seed });
  for (let i = 0; i < 256; i++) bench.send(i);
  return Math.max(...bench.fleet.inFlight);
}

describe("power of d choices", () => {
  it.each([2, 3, 5])(
    "of %d distinct servers of ten: the least loaded of them is of rank i in C(9 - i, d - 1) of C(10, d) draws",
    (choices) => {
      const counts = sharesByRank({ choices });
      const possible = 11 - choices;
      expect(counts.slice(possible).every((count) => count === 0)).toBe(true);
      expectFits(
        counts.slice(0, possible),
        loads.slice(0, possible).map((_, rank) => choose(9 - rank, choices - 1) / choose(10, choices)),
      );
    },
  );

  it.each([2, 3])("of %d with replacement: of rank i in (10 - i)^d - (9 - i)^d of 10^d draws", (choices) => {
    const ways = (servers: number) => servers ** choices;
    expectFits(
      sharesByRank({ choices, withReplacement: true }),
      loads.map((_, rank) => (ways(10 - rank) - ways(9 - rank)) / ways(10)),
    );
  });

  it("with as many choices as servers, or more, takes the least loaded", () => {
    expect(sharesByRank({ choices: 50 })[0]).toBe(DECISIONS);
  });

  it("with a memory of one remembers the best that was left over, and finds the least loaded in the end", () => {
    const counts = sharesByRank({ choices: 1, memory: 1 });
    // Loads stand still and the last request does not count, so the memory only ever improves.
    expect(counts[0]).toBeGreaterThan(DECISIONS - 200);
  });

  it("forgets a remembered server that may not be chosen any more", () => {
    const bench = new Bench("power-of-d-choices", [1, 1, 1], { knobs: { choices: 1, memory: 1 } });
    bench.fleet.inFlight.set([0, 9, 9]);
    for (let i = 0; i < 50; i++) bench.algorithm.pick(i, -1);
    bench.set(0, false);
    for (let i = 0; i < 50; i++) expect(bench.algorithm.pick(i, -1)).not.toBe(0);
  });

  it.each([
    // Balls into as many bins, 20,000 runs of a reference.
    [{ choices: 2 }, 0.113, 2.889],
    [{ choices: 3 }, 0.887, 2.113],
  ])("%j fills 256 servers with 256 requests up to 2 with probability %d, to %d on average", (knobs, two, mean) => {
    const RUNS = 500;
    const maxima = Array.from({ length: RUNS }, (_, seed) => highest(knobs, seed));
    expectShare(maxima.filter((most) => most === 2).length, RUNS, two);
    // Nearly all maxima are 2 or 3.
    expect(Math.abs(maxima.reduce((sum, most) => sum + most) / RUNS - mean)).toBeLessThan(4.5 * Math.sqrt(0.1 / RUNS));
  });

  it("two choices and a memory of one fill them to 2, which three choices do in 89 of 100 cases", () => {
    // One choice and a memory of one are better than two choices only in the limit (Mitzenmacher, Prabhakar and Shah).
    const maxima = Array.from({ length: 100 }, (_, seed) => highest({ choices: 2, memory: 1 }, seed));
    expect(new Set(maxima)).toEqual(new Set([2]));
  });

  it("takes equals evenly", () => {
    const bench = new Bench("power-of-d-choices", [1, 1, 1, 1, 1], { knobs: { choices: 3 } });
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < DECISIONS; i++) counts[bench.algorithm.pick(i, -1)]!++;
    expectEven(counts);
  });
});
