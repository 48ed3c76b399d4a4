import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fleetOf, letters } from "./testing/bench.ts";
import { WeightMap, wholeWeights } from "./weight-map.ts";

const line = (weights: readonly number[], slots: number, out: readonly number[] = []) => {
  const fleet = fleetOf(weights);
  for (const server of out) fleet.setEligible(server, false);
  const map = new WeightMap(fleet);
  return letters(Array.from({ length: slots }, (_, hash) => map.at(hash)));
};

describe("the weight map", () => {
  it("of equal weights has one slot for each server, in their order, whatever the weight", () => {
    expect(line([1, 1, 1], 6)).toBe("abcabc");
    expect(line([100, 100, 100], 6)).toBe("abcabc");
  });

  it("of unequal weights is HAProxy's, servers spread out along the line", () => {
    // By its rule: scores grow by the weights, the highest in whole lengths wins, the first of equals.
    expect(line([3, 1], 8)).toBe("aaabaaab");
    expect(line([5, 1, 1, 3, 2], 12)).toBe("abadaecdaade");
  });

  it("gives every server as many slots as its share of the weights", () => {
    const weights = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(weights, (weights) => {
        const map = new WeightMap(fleetOf(weights));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const served = weights.map(() => 0);
        for (let hash = 0; hash < total; hash++) served[map.at(hash)]!++;
        expect(served).toEqual(weights);
      }),
    );
  });

  it("closes the ranks when a server is out", () => {
    expect(line([1, 1, 1, 1], 6, [1])).toBe("acdacd");
    expect(line([2, 2, 4], 4, [2])).toBe("abab");
  });

  it("is laid anew when the fleet changes", () => {
    const fleet = fleetOf([1, 1, 1]);
    const map = new WeightMap(fleet);
    expect(map.at(1)).toBe(1);
    fleet.setEligible(0, false);
    expect(map.at(1)).toBe(2);
    fleet.setEligible(0, true);
    expect(map.at(1)).toBe(1);
  });

  it("counts fractional weights to the hundredth, whole ones as they are", () => {
    expect([...wholeWeights(Float64Array.of(3, 1))]).toEqual([3, 1]);
    expect([...wholeWeights(Float64Array.of(0.5, 1))]).toEqual([50, 100]);
    expect([...wholeWeights(Float64Array.of(1 / 3, 0.0001))]).toEqual([33, 1]);
    expect(line([0.5, 1.5], 4)).toBe(line([1, 3], 4));
  });
});
