import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lineOf } from "./slot-line.ts";
import { letters } from "./testing/bench.ts";

/** HAProxy's rule as it stands in words. */
function byTheRule(weights: readonly number[]): number[] {
  const length = weights.reduce((sum, weight) => sum + weight, 0);
  const scores = weights.map(() => 0);
  return Array.from({ length }, () => {
    weights.forEach((weight, place) => {
      scores[place]! += weight;
    });
    const ratings = scores.map((score) => Math.trunc((score + length) / length));
    const best = ratings.indexOf(Math.max(...ratings));
    scores[best]! -= length;
    return best;
  });
}

describe("the line of slots", () => {
  it("is HAProxy's, whatever the weights", () => {
    const weights = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(weights, (weights) => {
        expect([...lineOf(weights)]).toEqual(byTheRule(weights));
      }),
    );
  });

  it("spreads servers out", () => {
    expect(letters([...lineOf([3, 1])])).toBe("aaab");
    expect(letters([...lineOf([5, 1, 1, 3, 2])])).toBe("abadaecdaade");
    expect(letters([...lineOf([1])])).toBe("a");
  });
});
