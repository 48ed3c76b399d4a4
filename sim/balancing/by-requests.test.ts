import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bench, letters } from "./testing/bench.ts";

describe("by requests", () => {
  it("is smooth weighted round robin while nobody is bound", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }), (weights) => {
        const smooth = new Bench("weighted-round-robin", weights).sequence(40);
        expect(new Bench("by-requests", weights).sequence(40)).toEqual(smooth);
      }),
    );
  });

  it("lets every request that is led to a server count as its turn", () => {
    const bench = new Bench("by-requests", [1, 1, 1]);
    for (let i = 0; i < 3; i++) bench.bind(0);
    // Three rounds gave 300 to each and took 900 from the first: -600, 300, 300.
    expect(letters(bench.sequence(7))).toBe("bcbcbca");
  });

  it("starts everybody anew, at the load factor, when a weight changes", () => {
    const bench = new Bench("by-requests", [1, 1]);
    expect(letters(bench.sequence(1))).toBe("a");
    bench.weigh(1, 3);
    // Status is 100, 300; by turns of 100 and 300 it goes 200 600 → b; 300 500 → b; 400 400 → a.
    expect(letters(bench.sequence(3))).toBe("bba");
  });
});
