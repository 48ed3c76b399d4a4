import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bucketHigh, bucketLow, bucketOf, Histogram, mergeHistograms, quantileOf } from "./histogram.ts";

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

const recordOf = (values: readonly number[]) => histogramOf(values).record();

/** From two nanoseconds to half a millennium, every order of magnitude as likely as every other. */
const duration = fc
  .tuple(fc.double({ min: 1, max: 2, maxExcluded: true, noNaN: true }), fc.integer({ min: -19, max: 43 }))
  .map(([digits, exponent]) => digits * 2 ** exponent);
const durations = fc.array(fc.oneof(duration, fc.constant(0)), { minLength: 1, maxLength: 300 });

describe("a bucket", () => {
  it("holds a value that is within 0.4 % of its middle", () => {
    fc.assert(
      fc.property(duration, (value) => {
        const bucket = bucketOf(value);
        expect(bucketLow(bucket)).toBeLessThanOrEqual(value);
        expect(bucketHigh(bucket)).toBeGreaterThan(value);
        const middle = (bucketLow(bucket) + bucketHigh(bucket)) / 2;
        // Half of a 128th of the power of two below the value.
        expect(Math.abs(middle - value) / value).toBeLessThanOrEqual(1 / 256);
      }),
    );
  });

  it("begins where the one before ends, from 0 up", () => {
    expect(bucketLow(0)).toBe(0);
    const buckets = Array.from({ length: 8191 }, (_, bucket) => bucket);
    const gaps = buckets.filter((bucket) => bucketHigh(bucket) !== bucketLow(bucket + 1));
    const empty = buckets.filter((bucket) => !(bucketHigh(bucket) > bucketLow(bucket)));
    expect({ gaps, empty }).toEqual({ gaps: [], empty: [] });
  });

  it("at either end takes what lies beyond", () => {
    expect(bucketOf(0)).toBe(0);
    expect(bucketOf(1e-12)).toBe(0);
    expect(bucketOf(2 ** 44)).toBe(8191);
    expect(bucketOf(1e300)).toBe(8191);
  });
});

describe("a histogram", () => {
  it("counts every value, adds them up and keeps the largest", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1e6)), (values) => {
        const record = recordOf(values);
        expect(record.total).toBe(values.length);
        expect(record.count.reduce((sum, count) => sum + count, 0)).toBe(values.length);
        expect(record.sum).toBe(values.reduce((sum, value) => sum + value, 0));
        expect(record.maximum).toBe(values.length === 0 ? null : Math.max(...values));
        expect(record.bucket).toEqual([...new Set(values.map(bucketOf))].sort((a, b) => a - b));
      }),
    );
  });

  it("merged from parts is the histogram of the whole, wherever the parts were cut", () => {
    const parts = fc.array(fc.array(fc.nat(1e6), { maxLength: 40 }), { maxLength: 6 });
    fc.assert(
      fc.property(parts, (parts) => {
        expect(mergeHistograms(parts.map(recordOf))).toEqual(recordOf(parts.flat()));
        const whole = new Histogram();
        for (const part of parts) whole.merge(histogramOf(part));
        expect(whole.record()).toEqual(recordOf(parts.flat()));
      }),
    );
  });

  it("takes zeros in bulk as one by one", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000)), fc.nat(50), (values, zeros) => {
        const histogram = histogramOf(values);
        histogram.addZeros(zeros);
        expect(histogram.record()).toEqual(recordOf([...values, ...new Array<number>(zeros).fill(0)]));
      }),
    );
  });

  it("is as new once cleared", () => {
    fc.assert(
      fc.property(durations, durations, (before, after) => {
        const histogram = histogramOf(before);
        histogram.clear();
        expect(histogram.record()).toEqual(recordOf([]));
        for (const value of after) histogram.add(value);
        expect(histogram.record()).toEqual(recordOf(after));
      }),
    );
  });
});

describe("a quantile", () => {
  it("is the value of rank ceil(q × total), within 0.4 %", () => {
    const q = fc.constantFrom(0.001, 0.5, 0.9, 0.99, 0.999, 1);
    fc.assert(
      fc.property(durations, q, (values, q) => {
        const exact = [...values].sort((a, b) => a - b)[Math.ceil(q * values.length) - 1]!;
        const found = quantileOf(recordOf(values), q)!;
        // Below a nanosecond nothing is told apart.
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact / 256 + 2 ** -20);
        expect(found).toBeLessThanOrEqual(Math.max(...values));
      }),
    );
  });

  it("never falls as q grows, and is the maximum at 1 to within its bucket", () => {
    fc.assert(
      fc.property(durations, (values) => {
        const record = recordOf(values);
        const quantiles = [0.1, 0.3, 0.5, 0.9, 0.99, 1].map((q) => quantileOf(record, q)!);
        expect(quantiles).toEqual([...quantiles].sort((a, b) => a - b));
        expect(bucketOf(quantiles[5]!)).toBe(bucketOf(Math.max(...values)));
      }),
    );
  });

  it("of the ranks of small samples is as by hand", () => {
    const record = recordOf([1, 2, 4, 8]);
    const octave = (q: number) => Math.floor(Math.log2(quantileOf(record, q)!));
    expect([0.25, 0.26, 0.5, 0.51, 0.75, 0.76, 1].map(octave)).toEqual([0, 1, 1, 2, 2, 3, 3]);
  });

  it("of nothing is absent, not 0", () => {
    expect(quantileOf(recordOf([]), 0.5)).toBeNull();
    expect(quantileOf(mergeHistograms([]), 0.99)).toBeNull();
  });
});
