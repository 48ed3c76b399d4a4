import { expect, test } from "vitest";
import { bucketOf } from "../../sim/metrics/histogram.ts";
import { lastQuantile, percentileAxis, percentileValues } from "./percentiles.ts";

const box = { x: 0, y: 0, width: 400, height: 100 };

test("every further nine has as much room as the one before", () => {
  const { ticks } = percentileAxis(100_000, box);
  expect(ticks.map(({ text, below }) => `${text} ${below}`)).toEqual([
    "50 % 1 in 2",
    "90 % 1 in 10",
    "99 % 1 in 100",
    "99.9 % 1 in 1,000",
    "99.99 % 1 in 10,000",
  ]);
  expect(ticks.slice(1).map(({ at }) => at)).toEqual([100, 200, 300, 400]);
});

test("ten samples lie beyond every percentile that is drawn", () => {
  expect(lastQuantile(1_000)).toBeCloseTo(0.99);
  const histogram = { bucket: [bucketOf(10)], count: [1_000], total: 1_000, sum: 10_000, maximum: 10 };
  const values = percentileValues(histogram, [0.5, 0.99, 0.999]);
  expect(values[1]).not.toBeNull();
  expect(values[2]).toBeNull();
});

test("the median of a histogram is the middle of the bucket that holds it, within 0.4 %", () => {
  const histogram = { bucket: [bucketOf(10), bucketOf(80)], count: [600, 400], total: 1_000, sum: 38_000, maximum: 80 };
  const [median, p90] = percentileValues(histogram, [0.5, 0.9]);
  expect(Math.abs(median! - 10)).toBeLessThanOrEqual(0.04);
  expect(Math.abs(p90! - 80)).toBeLessThanOrEqual(0.32);
});

test("no request, no curve", () => {
  const empty = { bucket: [], count: [], total: 0, sum: 0, maximum: null };
  expect(percentileValues(empty, [0.5])).toEqual([null]);
});
