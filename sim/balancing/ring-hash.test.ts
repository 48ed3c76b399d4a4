import { describe, expect, it } from "vitest";
import { hashedHosts } from "./envoy-hosts.ts";
import { envoyRing } from "./envoy-ring.ts";
import { Bench } from "./testing/bench.ts";

const sizes = { minimum: 1024, maximum: 8_388_608 };
const pointsOf = (weights: readonly number[], limits = sizes) => {
  const ring = envoyRing(
    hashedHosts(
      weights.map((_, i) => `10.0.0.${i}:80`),
      weights,
    ),
    limits,
    "xxhash",
  );
  return weights.map((_, host) => ring.server.filter((server) => server === host).length);
};
const keys = Array.from({ length: 4000 }, (_, key) => key);

describe("Envoy's ring", () => {
  it("has the least number of points, rounded up to a whole number for the lightest host", () => {
    expect(pointsOf([1, 1])).toEqual([512, 512]);
    expect(pointsOf([1, 1, 1])).toEqual([342, 342, 342]);
    expect(pointsOf([1, 2, 3])).toEqual([171, 342, 513]);
  });

  it("never has more than the greatest number: four hosts share six points as 2, 1, 2, 1", () => {
    expect(pointsOf([1, 1, 1, 1], { minimum: 6, maximum: 6 })).toEqual([2, 1, 2, 1]);
  });

  it("gives a host of weight 0 no point", () => {
    expect(pointsOf([1, 0, 1])).toEqual([512, 0, 512]);
  });
});

describe("ring hash", () => {
  it("leads a client to the server of the first point at or after the hash of its address", () => {
    const bench = new Bench("ring-hash", [1, 1, 1]);
    const first = keys.map((key) => bench.serve(key));
    expect(keys.map((key) => bench.serve(key))).toEqual(first);
    expect(new Set(first)).toEqual(new Set([0, 1, 2]));
  });

  it("goes on round the ring past a server that refused the request, to where it would go without that server's points", () => {
    const bench = new Bench("ring-hash", [1, 1, 1, 1]);
    const without = new Bench("ring-hash", [1, 1, 1, 1]);
    // The points of the others stay where they are: 256 each, one less or more on a smaller ring.
    without.set(2, false);
    const second = keys.map((key) => {
      const server = bench.algorithm.pick(key, -1);
      const other = bench.algorithm.pick(key, server);
      expect(other).not.toBe(server);
      return [server, other] as const;
    });
    const agreeing = second.filter(([server, other], key) => server !== 2 || without.serve(key) === other).length;
    expect(agreeing / keys.length).toBeGreaterThan(0.75);
  });

  it("puts servers where their names say when it is told so", () => {
    const byAddress = new Bench("ring-hash", [1, 1, 1]);
    const byName = new Bench("ring-hash", [1, 1, 1], { knobs: { hostKey: "name" } });
    expect(byName.sequence(100)).not.toEqual(byAddress.sequence(100));
  });

  it("takes a random point for a request without the header that it hashes", () => {
    const bench = new Bench("ring-hash", [1, 1], { knobs: { key: "header" }, headerOf: () => null });
    expect(new Set(bench.sequence(100))).toEqual(new Set([0, 1]));
  });

  it("with a balance factor lets no server have more than its share of the requests in flight times the factor, and one", () => {
    const bench = new Bench("ring-hash", [1, 1, 2], { knobs: { hashBalanceFactor: 120 } });
    for (let sent = 0; sent < 400; sent++) {
      // One client sends everything.
      bench.send(7);
      const slots = Math.floor(((sent + 1) * 120 + 99) / 100);
      bench.fleet.inFlight.forEach((inFlight, server) => {
        // At its bound a server is not yet above it, and takes one more.
        expect(inFlight).toBeLessThanOrEqual(Math.max(1, Math.ceil((slots * [1, 1, 2][server]!) / 4)) + 1);
      });
    }
  });
});
