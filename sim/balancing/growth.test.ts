import { describe, expect, it } from "vitest";
import { growsMore, statedGrowth } from "./growth.ts";
import { balancingAlgorithms } from "./index.ts";

describe("the growth that a cost states", () => {
  it.each([
    ["O(1)", "O(1)"],
    ["O(1) while weights are equal, else O(log n)", "O(log n)"],
    ["O(log n), O(1) with equal weights; O(n log n) to rebuild", "O(log n)"],
    ["O(log p) for p points; O(p log p) to rebuild", "O(log n)"],
    ["O(1); O(n) when a server comes in", "O(1)"],
    ["O(choices), O(n) by full scan", "O(n)"],
    ["O(1 + ln(capacity / n)) on average", "O(1)"],
    ["O(d + m)", "O(1)"],
    ["who knows", null],
  ])("of %j is %s", (cost, growth) => {
    expect(statedGrowth(cost)).toBe(growth);
  });

  it("is stated by every algorithm", () => {
    const silent = balancingAlgorithms.filter(({ cost }) => statedGrowth(cost) === null);
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  it("is exceeded only by a larger one", () => {
    expect(growsMore("O(n)", "O(log n)")).toBe(true);
    expect(growsMore("O(1)", "O(1)")).toBe(false);
    expect(growsMore("O(1)", "O(n)")).toBe(false);
  });
});
