import { expect, test } from "vitest";
import { valueAxis, valueTicks } from "./values.ts";

const box = { x: 0, y: 0, width: 100, height: 160 };

test("a linear axis begins where it is told, is higher for more, and names its unit once, at the top", () => {
  const { ticks, y } = valueAxis([12, 180], box, { unit: "ms", from: 0, logBeyond: null });
  expect(y(0)).toBe(160);
  expect(y(180)).toBeLessThan(y(12));
  expect(ticks.map(({ text }) => text)).toEqual(["0", "50", "100", "150", "200 ms"]);
});

test("values that span too much get a logarithmic axis, on which equal ratios are equal distances", () => {
  const { y } = valueAxis([10, 10_000], box, { unit: "ms", from: 0, logBeyond: 30 });
  expect(y(10) - y(100)).toBeCloseTo(y(1_000) - y(10_000), 0);
});

test("fractions are shown in percent", () => {
  const { ticks } = valueAxis([0, 0.2], box, { unit: "fraction", from: 0, logBeyond: null });
  expect(ticks.at(-1)?.text).toBe("20 %");
});

test("all texts of a linear axis have the same decimals", () => {
  const { ticks } = valueAxis([1, 3], box, { unit: "ratio", from: 1, logBeyond: null });
  expect(ticks.map(({ text }) => text)).toEqual(["1.0", "1.5", "2.0", "2.5", "3.0"]);
});

test("an axis of equal values still has a height", () => {
  const { y } = valueAxis([5, 5], box, { unit: "count", from: null, logBeyond: null });
  expect(Number.isFinite(y(5))).toBe(true);
});

test("texts that would touch are left out, except the last, which has the unit", () => {
  const ticks = valueTicks([0, 2_000, 4_000, 6_000, 8_000, 10_000], "ms", (value) => value / 40);
  expect(ticks.map(({ text }) => text)).toEqual(["", "2,000", "", "6,000", "", "10,000 ms"]);
});
