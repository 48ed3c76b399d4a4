import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bench, letters } from "./testing/bench.ts";

const weights = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 8 });

describe("weighted least connections", () => {
  it("gives idle servers weighted turns", () => {
    expect(letters(new Bench("weighted-least-connections", [5, 1, 1]).sequence(7))).toBe("aabacaa");
  });

  it("takes the server with the fewest requests in flight for its weight", () => {
    fc.assert(
      fc.property(weights, fc.array(fc.nat(9), { minLength: 8, maxLength: 8 }), (weights, busy) => {
        const bench = new Bench("weighted-least-connections", weights);
        const load = (server: number) => bench.fleet.inFlight[server]! / weights[server]!;
        weights.forEach((_, server) => {
          for (let i = 0; i < busy[server]!; i++) bench.place(server);
        });
        const least = Math.min(...weights.map((_, server) => load(server)));
        expect(load(bench.algorithm.pick(0, -1))).toBe(least);
      }),
    );
  });

  it("does not count a choice without a tie as anybody's turn", () => {
    const bench = new Bench("weighted-least-connections", [1, 1]);
    expect(bench.send()).toBe(0);
    // The second is alone with nothing in flight: it is taken without a round.
    expect(bench.send()).toBe(1);
    bench.end(0);
    bench.end(1);
    // So after the first round, in which the first won, it is the second's turn.
    expect(bench.serve()).toBe(1);
  });

  it("settles a tie among the tied only", () => {
    const bench = new Bench("weighted-least-connections", [1, 1, 1]);
    bench.place(0);
    expect(letters(bench.sequence(4))).toBe("bcbc");
  });

  it("hands out so many requests that stay as each server's weight", () => {
    fc.assert(
      fc.property(weights, (weights) => {
        const bench = new Bench("weighted-least-connections", weights);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        for (let i = 0; i < 3 * total; i++) bench.send();
        expect([...bench.fleet.inFlight]).toEqual(weights.map((weight) => 3 * weight));
      }),
    );
  });
});
