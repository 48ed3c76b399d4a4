import { describe, expect, it } from "vitest";
import { type AlgorithmCost, algorithmCost, contradicts, growthOf, sizes, statedCost } from "./algorithms.ts";
import { algorithmTable } from "./table.ts";

const cost = (name: string, growth: number): AlgorithmCost => ({
  name,
  equalNs: [10, 20, 30, 40],
  mixedNs: [10, 20, 30, 10 * growth],
  changeUs: 5,
});

describe("the cost of a decision", () => {
  it("is measured for every size, with equal and with mixed weights, and for a change", () => {
    const { equalNs, mixedNs, changeUs } = algorithmCost("round-robin", 1);
    for (const times of [equalNs, mixedNs]) {
      expect(times).toHaveLength(sizes.length);
      for (const ns of times) expect(ns).toBeGreaterThan(0);
    }
    expect(changeUs).toBeGreaterThan(0);
  });

  it("contradicts what is stated once it grows by more than that and the caches explain", () => {
    expect(growthOf([10, 20, 30, 40])).toBe(4);
    expect(statedCost("least-connections")).toBe("O(log n)");
    expect([contradicts(cost("round-robin", 10)), contradicts(cost("round-robin", 11))]).toEqual([false, true]);
    expect([contradicts(cost("least-connections", 40)), contradicts(cost("least-connections", 41))]).toEqual([
      false,
      true,
    ]);
  });

  it("stands in a table, contradictions marked", () => {
    const lines = algorithmTable([cost("round-robin", 2), cost("round-robin", 500)]).split("\n");
    expect(lines[0]!.split(/ {2,}/)).toEqual([
      "algorithm",
      "10",
      "100",
      "1,000",
      "10,000",
      "grows",
      "equal weights",
      "stated",
      "change, µs",
    ]);
    expect(lines[1]).toMatch(/^round-robin +10 +20 +30 +20 +2\.0 +4\.0 +O\(1\) +5\.0$/);
    expect(lines[2]).toMatch(/ 500\.0 +4\.0 +O\(1\) +5\.0 {2}contradicts$/);
  });
});
