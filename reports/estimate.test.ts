import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { differenceOf, estimateOf, intervalOf } from "./estimate.ts";

const value = fc.double({ min: -1e9, max: 1e9, noNaN: true });
const runs = fc.array(fc.option(value), { minLength: 1, maxLength: 30 });

describe("the interval", () => {
  test("of 1 … 5 is 3 ± 2.776 × √(2.5 ÷ 5), the textbook's t(0.975, 4)", () => {
    const { mean, low, high } = intervalOf([1, 2, 3, 4, 5]);
    expect(mean).toBe(3);
    expect(high! - mean).toBeCloseTo(2.7764451 * Math.sqrt(0.5), 6);
    expect(mean - low!).toBeCloseTo(high! - mean, 12);
  });

  test("of one run does not exist", () => {
    expect(intervalOf([7])).toEqual({ mean: 7, low: null, high: null });
  });

  test("of equal runs is exactly that value, whatever it is", () => {
    fc.assert(
      fc.property(value, fc.integer({ min: 2, max: 30 }), (drawn, count) => {
        const x = drawn + 0; // -0 becomes 0
        expect(intervalOf(Array<number>(count).fill(x))).toEqual({ mean: x, low: x, high: x });
      }),
    );
  });

  test("holds the mean, and the mean lies between the extremes", () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 2, maxLength: 30 }), (values) => {
        const { mean, low, high } = intervalOf(values);
        // Sums of values up to 1e9 are exact to about 1e-6.
        expect(mean).toBeGreaterThanOrEqual(Math.min(...values) - 1e-5);
        expect(mean).toBeLessThanOrEqual(Math.max(...values) + 1e-5);
        expect(low!).toBeLessThanOrEqual(mean);
        expect(high!).toBeGreaterThanOrEqual(mean);
      }),
    );
  });

  test("covers the true mean in about 95 of 100 samples", () => {
    // Twelve uniform draws minus 6 are close to a standard normal. 2,000 samples of 5: the count of hits has standard
    // deviation √(2000 × 0.95 × 0.05) = 9.7; four of them are 39.
    let state = 12345;
    const uniform = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 4294967296;
    };
    const normal = () => Array.from({ length: 12 }, uniform).reduce((sum, x) => sum + x, -6);
    let hits = 0;
    for (let sample = 0; sample < 2000; sample++) {
      const { low, high } = intervalOf(Array.from({ length: 5 }, normal));
      if (low! <= 0 && high! >= 0) hits++;
    }
    expect(Math.abs(hits - 1900)).toBeLessThan(39);
  });
});

describe("an estimate", () => {
  test("of runs without a value is absent, never 0", () => {
    expect(estimateOf([null, null])).toBeNull();
  });

  test("leaves out the runs without a value, and keeps their place", () => {
    const estimate = estimateOf([4, null, 6]);
    expect(estimate?.mean).toBe(5);
    expect(estimate?.perRun).toEqual([4, null, 6]);
  });
});

describe("a difference", () => {
  test("of equal runs is exactly 0 and the same, whatever the runs", () => {
    fc.assert(
      fc.property(runs, fc.constantFrom("lower", "higher", "neutral"), (values, better) => {
        const difference = differenceOf(values, [...values], better);
        if (values.every((x) => x === null)) expect(difference).toBeNull();
        else {
          expect(difference?.mean).toBe(0);
          expect(difference?.verdict).toBe("same");
        }
      }),
    );
  });

  test("turns its verdict when the direction or the sides are turned", () => {
    const low = [1, 2, 3];
    const high = [11, 12.5, 13];
    expect(differenceOf(low, high, "lower")?.verdict).toBe("better");
    expect(differenceOf(high, low, "lower")?.verdict).toBe("worse");
    expect(differenceOf(low, high, "higher")?.verdict).toBe("worse");
    expect(differenceOf(high, low, "higher")?.verdict).toBe("better");
    expect(differenceOf(low, high, "neutral")?.verdict).toBe("unclear");
  });

  test("is unclear when its interval holds 0, and with a single pair", () => {
    expect(differenceOf([1, 9], [2, 3], "lower")?.verdict).toBe("unclear");
    expect(differenceOf([1], [2], "lower")).toEqual({
      mean: -1,
      low: null,
      high: null,
      relative: -0.5,
      verdict: "unclear",
    });
  });

  test("is taken pair by pair: a shift common to all runs is certain however much the runs differ", () => {
    const difference = differenceOf([101, 1, 51], [100, 0, 50], "lower");
    expect(difference).toMatchObject({ mean: 1, low: 1, high: 1, verdict: "worse" });
  });

  test("has no ratio to a reference of 0", () => {
    expect(differenceOf([5, 6], [0, 0], "lower")?.relative).toBeNull();
  });

  test("refuses sides of different length", () => {
    expect(() => differenceOf([1], [1, 2], "lower")).toThrow("1 runs cannot be paired with 2");
  });
});
