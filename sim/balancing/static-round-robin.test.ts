import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bench, letters } from "./testing/bench.ts";

const NAME = "static-round-robin";

describe("static round robin", () => {
  it("walks along HAProxy's line of slots", () => {
    expect(letters(new Bench(NAME, [5, 1, 1, 3, 2]).sequence(14))).toBe("abadaecdaadeab");
    expect(letters(new Bench(NAME, [2, 2, 2]).sequence(5))).toBe("abcab");
  });

  it("gives each server as many turns as its weight in every round of their sum", () => {
    const weights = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(weights, fc.nat(50), (weights, past) => {
        const bench = new Bench(NAME, weights);
        bench.sequence(past);
        const served = weights.map(() => 0);
        for (const server of bench.sequence(weights.reduce((sum, weight) => sum + weight, 0))) served[server]!++;
        expect(served).toEqual(weights);
      }),
    );
  });

  it("keeps its place by number when a server goes, and begins again where that lies beyond the line", () => {
    const bench = new Bench(NAME, [1, 1, 1, 1]);
    expect(letters(bench.sequence(2))).toBe("ab");
    bench.set(0, false);
    // The line is b c d now, and the third slot is next.
    expect(letters(bench.sequence(2))).toBe("db");
    bench.set(1, false);
    bench.set(2, false);
    bench.set(3, false);
    bench.set(0, true);
    expect(letters(bench.sequence(2))).toBe("aa");
  });

  it("passes over servers without room, over the one to avoid unless it is the last, and says when none has room", () => {
    const bench = new Bench(NAME, [1, 1, 1]);
    bench.fleet.setBarred(0, true);
    expect(bench.serve()).toBe(1);
    expect(bench.serve(0, 2)).toBe(1);
    bench.fleet.setBarred(1, true);
    expect(bench.serve(0, 2)).toBe(2);
    bench.fleet.setBarred(2, true);
    expect(bench.algorithm.pick(0, -1)).toBe(-1);
  });
});
