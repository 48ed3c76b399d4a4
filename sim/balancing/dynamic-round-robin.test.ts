import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bench, letters } from "./testing/bench.ts";

const NAME = "dynamic-round-robin";
const sum = (weights: readonly number[]) => weights.reduce((total, weight) => total + weight, 0);
const counts = (bench: Bench, decisions: number) => {
  const served = new Array<number>(bench.fleet.count).fill(0);
  for (const server of bench.sequence(decisions)) served[server]!++;
  return served;
};
const weights = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 9 });

describe("dynamic round robin", () => {
  it("takes the servers as HAProxy 2.6 did", () => {
    // Recorded from `balance roundrobin`.
    const order = (weights: readonly number[], decisions: number) =>
      letters(new Bench(NAME, weights).sequence(decisions));
    expect(order([1, 1, 1], 6)).toBe("abcabc");
    expect(order([4, 3, 2, 1], 20)).toBe("abacbadabcabacbadabc");
    expect(order([5, 1, 1, 3, 2], 24)).toBe("adaeadbacdeaadaeadbacdea");
  });

  it("gives each server turns in proportion to its weight in every round", () => {
    fc.assert(
      fc.property(weights, (weights) => {
        const bench = new Bench(NAME, weights);
        for (let round = 0; round < 3; round++) {
          // A round has sixteen positions for each unit of weight. A turn that is due at its edge falls on either side.
          counts(bench, 16 * sum(weights)).forEach((turns, server) => {
            expect(Math.abs(turns - 16 * weights[server]!)).toBeLessThanOrEqual(2);
          });
        }
      }),
      { numRuns: 20 },
    );
  });

  it("knows fractional weights to the sixteenth", () => {
    const bench = new Bench(NAME, [0.5, 1.25, 2.0625]);
    expect(counts(bench, 8 + 20 + 33)).toEqual([8, 20, 33]);
  });

  it.each(["in-place", "as-new"])("comes to the new shares when a weight changes (%s)", (weightChange) => {
    fc.assert(
      fc.property(weights, fc.nat(8), fc.integer({ min: 1, max: 40 }), fc.nat(60), (before, which, weight, past) => {
        const server = which % before.length;
        const after = before.with(server, weight);
        const bench = new Bench(NAME, before, { knobs: { weightChange } });
        bench.sequence(past);
        bench.weigh(server, weight);
        // Two rounds settle it; then every round of theirs is exact over sixteen of it, which is what positions count in.
        bench.sequence(2 * (sum(before) + sum(after)));
        const rounds = 16;
        const served = counts(bench, rounds * sum(after));
        served.forEach((turns, i) => {
          // Where a round begins depends on the past, so that a turn or two may fall on either side.
          expect(Math.abs(turns - rounds * after[i]!)).toBeLessThanOrEqual(2);
        });
      }),
      { numRuns: 60 },
    );
  });

  it("places a server whose weight changes at once, or as if it had just come up", () => {
    const orderOf = (weightChange: string) => {
      const bench = new Bench(NAME, [4, 3, 2, 1], { knobs: { weightChange } });
      bench.sequence(3);
      bench.weigh(3, 8);
      return letters(bench.sequence(17));
    };
    expect(orderOf("in-place")).not.toBe(orderOf("as-new"));
    for (const rule of ["in-place", "as-new"]) expect(orderOf(rule).split("d").length - 1).toBeGreaterThanOrEqual(7);
  });

  it("takes a server back in without a rush on it", () => {
    const bench = new Bench(NAME, [1, 1, 1]);
    bench.sequence(5);
    bench.set(1, false);
    expect(bench.sequence(10)).not.toContain(1);
    bench.set(1, true);
    const after = bench.sequence(30);
    expect(after.filter((server) => server === 1).length).toBeLessThanOrEqual(11);
    expect(after.slice(0, 6).filter((server) => server === 1).length).toBeGreaterThanOrEqual(1);
  });

  it("passes over a server without room, and gives it its place back", () => {
    const bench = new Bench(NAME, [1, 1, 1]);
    bench.fleet.setBarred(1, true);
    expect(letters(bench.sequence(5))).toBe("acaca");
    bench.fleet.setBarred(0, true);
    bench.fleet.setBarred(2, true);
    expect(bench.algorithm.pick(0, -1)).toBe(-1);
    for (const server of [0, 1, 2]) bench.fleet.setBarred(server, false);
    expect(counts(bench, 9).every((turns) => turns >= 2)).toBe(true);
  });

  it("does not look at names or places where weights tell servers apart", () => {
    const distinct = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 2, maxLength: 7 });
    fc.assert(
      fc.property(distinct, (weights) => {
        const backwards = weights.toReversed();
        const one = new Bench(NAME, weights).sequence(60).map((server) => weights[server]);
        const other = new Bench(NAME, backwards).sequence(60).map((server) => backwards[server]);
        expect(other).toEqual(one);
      }),
    );
  });
});
