import { expect, test } from "vitest";
import { differenceText } from "./verdict.ts";

const difference = { mean: -178, low: -201, high: -155, relative: -1, verdict: "better" } as const;

test("a difference is its number and the verdict in a word, so that colour is not the only cue", () => {
  expect(differenceText({ unit: "count", better: "lower" }, difference)).toBe("−178 ±23 better");
});

test("runs that do not differ are said to be the same, without a number", () => {
  const none = { mean: 0, low: 0, high: 0, relative: 0, verdict: "same" } as const;
  expect(differenceText({ unit: "count", better: "lower" }, none)).toBe("same");
});

test("a metric without a better direction has a number and no verdict", () => {
  expect(differenceText({ unit: "count", better: "neutral" }, { ...difference, verdict: "unclear" })).toBe("−178 ±23");
});

test("a single run has no interval, and so no verdict", () => {
  const single = { ...difference, low: null, high: null, verdict: "unclear" } as const;
  expect(differenceText({ unit: "count", better: "lower" }, single)).toBe("−178");
});
