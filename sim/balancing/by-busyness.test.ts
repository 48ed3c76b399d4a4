import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bench, letters } from "./testing/bench.ts";

const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });

describe("by busyness", () => {
  it("gives idle servers weighted turns", () => {
    expect(letters(new Bench("by-busyness", [5, 1, 1]).sequence(7))).toBe("aabacaa");
  });

  it("takes a server with the fewest requests in flight, whatever the weights", () => {
    fc.assert(
      fc.property(weights, fc.array(fc.nat(9), { minLength: 8, maxLength: 8 }), (weights, busy) => {
        const bench = new Bench("by-busyness", weights);
        weights.forEach((_, server) => {
          for (let i = 0; i < busy[server]!; i++) bench.place(server);
        });
        const least = Math.min(...busy.slice(0, weights.length));
        expect(bench.fleet.inFlight[bench.algorithm.pick(0, -1)]).toBe(least);
      }),
    );
  });

  it("spreads requests that stay evenly over servers of any weight", () => {
    const bench = new Bench("by-busyness", [9, 1, 1]);
    for (let i = 0; i < 30; i++) bench.send();
    expect([...bench.fleet.inFlight]).toEqual([10, 10, 10]);
  });
});
