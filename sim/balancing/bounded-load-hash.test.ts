import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bench } from "./testing/bench.ts";
import { movesBetween, placements } from "./testing/churn.ts";

describe("consistent hashing with bounded loads", () => {
  it("lets no server have more than ceil((1 + ε) × its share of the requests in flight), whoever asks", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0.05, 0.25, 1),
        fc.array(fc.constantFrom(1, 2, 5), { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(3), { minLength: 1, maxLength: 120 }),
        (epsilon, weights, keys) => {
          const bench = new Bench("bounded-load-hash", weights, { knobs: { epsilon } });
          const total = weights.reduce((sum, weight) => sum + weight, 0);
          keys.forEach((key, placed) => {
            const server = bench.send(key);
            const bound = Math.ceil((1 + epsilon) * (placed + 1) * (weights[server]! / total));
            expect(bench.fleet.inFlight[server]).toBeLessThanOrEqual(bound);
          });
        },
      ),
    );
  });

  it("keeps a key on its own server while that has room", () => {
    const bench = new Bench("bounded-load-hash", [1, 1, 1]);
    const home = bench.serve(5);
    expect([bench.serve(5), bench.serve(5)]).toEqual([home, home]);
  });

  it("sends one hot key to more servers, the more of it is in flight", () => {
    const bench = new Bench("bounded-load-hash", [1, 1, 1, 1], { knobs: { epsilon: 0.5 } });
    const servers = Array.from({ length: 80 }, () => bench.send(5));
    // Three times 1.5 / 4 hold everything.
    expect(new Set(servers).size).toBe(3);
    expect(Math.max(...bench.fleet.inFlight)).toBe(30);
  });

  it("without load is a plain ring: only the keys of a server that goes move", () => {
    const bench = new Bench("bounded-load-hash", [1, 1, 1, 1, 1]);
    const before = placements(bench, 3000);
    bench.set(3, false);
    expect(movesBetween(before, placements(bench, 3000), [3], []).strays).toBe(0);
  });
});
