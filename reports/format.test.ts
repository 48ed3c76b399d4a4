import { describe, expect, test } from "vitest";
import {
  formatCell,
  formatChange,
  formatDifference,
  formatEstimate,
  formatSpan,
  formatValue,
  listOf,
  plainNumber,
} from "./format.ts";

const estimate = (mean: number, half: number | null) => ({
  mean,
  low: half === null ? null : mean - half,
  high: half === null ? null : mean + half,
});

describe("a number for people", () => {
  test("keeps two digits of its uncertainty", () => {
    expect(formatCell("count", estimate(412.37, 14.2))).toBe("412 ±14");
    expect(formatCell("ms", estimate(310.237, 1.234))).toBe("310.2 ±1.2");
    expect(formatCell("ratio", estimate(1.08312, 0.0123))).toBe("1.083 ±0.012");
    expect(formatCell("count", estimate(98_412.7, 1234))).toBe("98,413 ±1,234");
  });

  test("has three digits when there is no uncertainty, and a count none after the point", () => {
    expect(formatValue("ms", 310.237)).toBe("310 ms");
    expect(formatValue("ms", 3.10237)).toBe("3.10 ms");
    expect(formatValue("ratio", 1.08312)).toBe("1.08");
    expect(formatValue("count", 1_234_567)).toBe("1,234,567");
    expect(formatValue("count", 0)).toBe("0");
  });

  test("shows a fraction in per cent and bytes in their own size", () => {
    expect(formatValue("fraction", 0.04519)).toBe("4.52 %");
    expect(formatValue("bytes", 1_300_000)).toBe("1.24 MiB");
    expect(formatCell("bytes", estimate(2048, 100))).toBe("2.000 ±0.098 KiB");
    expect(formatValue("perSec", 299.7)).toBe("300/s");
  });

  test("is a dash when absent, and never -0", () => {
    expect(formatCell("ms", null)).toBe("–");
    expect(formatDifference("ms", null)).toBe("–");
    expect(plainNumber(-0.0004, 2)).toBe("0.00");
    expect(plainNumber(-1234.5, 1)).toBe("-1,234.5");
  });

  test("carries its interval in prose and its sign as a change", () => {
    expect(formatEstimate("count", estimate(412.4, 14))).toBe("412 (398 … 426)");
    expect(formatEstimate("ms", estimate(12.5, null))).toBe("12.5 ms");
    const change = { ...estimate(108, 9.4), relative: 0.2, verdict: "worse" } as const;
    expect(formatDifference("count", change)).toBe("+108.0 ±9.4");
    expect(formatChange("ms", change)).toBe("+108.0 ms (+98.6 … +117.4)");
    expect(formatDifference("count", { ...estimate(0, 0), relative: null, verdict: "same" })).toBe("0 ±0");
  });
});

test("a list of names is shortened past the fourth", () => {
  expect(listOf(["a"])).toBe("a");
  expect(listOf(["a", "b"])).toBe("a and b");
  expect(listOf(["a", "b", "c", "d"])).toBe("a, b, c and d");
  expect(listOf(["a", "b", "c", "d", "e", "f"])).toBe("a, b, c and 3 more");
});

test("a span of time is told in its largest whole unit", () => {
  expect([7_200_000, 600_000, 90_000, 1_500, 0].map(formatSpan)).toEqual(["2 h", "10 min", "90 s", "1,500 ms", "0 ms"]);
});
