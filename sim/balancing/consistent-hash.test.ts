import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { avalanche, djb2 } from "../engine/hash.ts";
import { Bench, type BenchParts } from "./testing/bench.ts";

const NAME = "consistent-hash";
const URLS = Array.from({ length: 1000 }, (_, url) => url);
const served = (bench: Bench) => URLS.map((url) => bench.serve(url));
const bench = (weights: readonly number[], parts: BenchParts = {}) => new Bench(NAME, weights, parts);

describe("consistent hashing", () => {
  it("takes the nearest point, the one before the hash when both are as near", () => {
    // One server of weight 1/16 has one point, at avalanche(id × 4096).
    const points = [1, 2].map((id) => avalanche(id * 4096));
    const [a, b] = points as [number, number];
    const near = bench([1 / 16, 1 / 16], {
      knobs: { key: "source", avalanche: false },
      addressOf: (request) => [a, b, a + 1, b - 1][request]!,
    });
    expect([0, 1, 2, 3].map((request) => near.serve(request))).toEqual([0, 1, 0, 1]);
  });

  it("hashes as it is told to", () => {
    const uri = "/index.html";
    const point = avalanche(djb2(uri));
    const asText = bench([1, 1, 1, 1], { knobs: { hashFunction: "djb2" }, uriOf: () => uri });
    const asAddress = bench([1, 1, 1, 1], { knobs: { key: "source", avalanche: false }, addressOf: () => point });
    expect(asText.serve()).toBe(asAddress.serve());
  });

  it("moves a server's keys when it goes, brings them back when it comes, and moves no other", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 6 }),
        fc.nat(5),
        (weights, which) => {
          const ring = bench(weights);
          const server = which % weights.length;
          const before = served(ring);
          ring.set(server, false);
          served(ring).forEach((now, i) => {
            if (before[i] === server) expect(now).not.toBe(server);
            else expect(now).toBe(before[i]);
          });
          ring.set(server, true);
          expect(served(ring)).toEqual(before);
        },
      ),
      { numRuns: 10 },
    );
  });

  it("takes from others only what a server with a greater weight gains", () => {
    const ring = bench([2, 2, 2]);
    const before = served(ring);
    ring.weigh(1, 4);
    const after = served(ring);
    after.forEach((now, i) => {
      if (now !== before[i]) expect(now).toBe(1);
    });
    expect(after).not.toEqual(before);
    ring.weigh(1, 2);
    expect(served(ring)).toEqual(before);
  });

  it("goes on to the next point for a server to be avoided, or without room", () => {
    const ring = bench([1, 1, 1]);
    const home = ring.serve(7);
    const other = ring.serve(7, home);
    expect(other).not.toBe(home);
    ring.fleet.setBarred(home, true);
    expect(ring.serve(7)).toBe(other);
    ring.fleet.setBarred(other, true);
    const third = 3 - home - other;
    expect(ring.serve(7)).toBe(third);
    expect(ring.serve(7, third)).toBe(third);
    ring.fleet.setBarred(third, true);
    expect(ring.algorithm.pick(7, -1)).toBe(-1);
  });

  it("takes the points in turn for requests without a key, each server as often as it has points", () => {
    const ring = bench([1, 2], { knobs: { key: "cookie", keyName: "sid" }, cookieOf: () => null });
    const counts = [0, 0];
    for (const server of ring.sequence(16 + 32)) counts[server]!++;
    expect(counts).toEqual([16, 32]);
  });
});

describe("bounded loads", () => {
  const bounded = (weights: readonly number[], balanceFactor: number) =>
    bench(weights, { knobs: { balanceFactor }, urlOf: () => 1 });

  it("let no server hold more than its share of the requests in progress, times the factor, rounded up", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 101, max: 300 }), (count, factor) => {
        const ring = bounded(new Array<number>(count).fill(1), factor);
        for (let open = 1; open <= 60; open++) {
          ring.send();
          const slots = Math.ceil((open * factor) / 100);
          expect(Math.max(...ring.fleet.inFlight)).toBeLessThanOrEqual(Math.ceil(slots / count));
        }
      }),
    );
  });

  it("bring the request back to its own server once there is room", () => {
    const ring = bounded([1, 1, 1], 150);
    const home = ring.send();
    // One in progress, one more: 3 slots for three servers, and its own holds one.
    const other = ring.send();
    expect(other).not.toBe(home);
    ring.end(home);
    expect(ring.send()).toBe(home);
  });

  it("share the slots in proportion to weight", () => {
    const ring = bounded([1, 3], 101);
    for (let open = 0; open < 40; open++) ring.send();
    // 41 slots, of which the first server has 10 and the second 31.
    expect(ring.fleet.inFlight[0]).toBeGreaterThanOrEqual(9);
    expect(ring.fleet.inFlight[1]).toBeGreaterThanOrEqual(30);
  });
});
