/** Who moves when servers come and go: the theoretical set exactly, or as many more as theory says. */
import { describe, expect, it } from "vitest";
import type { Knobs } from "../catalogue.ts";
import { expectShare } from "../engine/testing/fit.ts";
import { hashedHosts } from "./envoy-hosts.ts";
import { maglevTable } from "./maglev-table.ts";
import { Bench } from "./testing/bench.ts";
import { countsOf, movesBetween, placements } from "./testing/churn.ts";

const SERVERS = 10;
const KEYS = 4000;
const benchOf = (name: string, knobs: Knobs = {}, servers = SERVERS) =>
  new Bench(name, new Array<number>(servers).fill(1), { knobs });

/**
 * Those that move nothing but what they must. Envoy's ring is among them only while every server has the same number of points
 * whatever the number of servers, as with a smallest ring of one point for each.
 */
const minimal: readonly (readonly [string, Knobs])[] = [
  ["anchor-hash", {}],
  ["bounded-load-hash", {}],
  ["consistent-hash", {}],
  ["jump-hash", {}],
  ["ketama", {}],
  ["multi-probe-hash", {}],
  ["rendezvous", {}],
  ["ring-hash", { minimumRingSize: 1 }],
  ["shard", {}],
  ["weighted-rendezvous", {}],
];

describe.each(minimal)("%s %j", (name, knobs) => {
  it("when a server goes moves its keys and no others, and moves them back with it", () => {
    const bench = benchOf(name, knobs);
    const before = placements(bench, KEYS);
    for (const server of [0, 4, 9]) {
      bench.set(server, false);
      const { moved, strays } = movesBetween(before, placements(bench, KEYS), [server], []);
      expect(strays).toBe(0);
      expect(moved).toBe(countsOf(before, SERVERS)[server]);
      bench.set(server, true);
      expect(placements(bench, KEYS)).toEqual(before);
    }
  });

  it("when several go, one after the other, moves the keys of those that went", () => {
    const bench = benchOf(name, knobs);
    let before = placements(bench, KEYS);
    for (const server of [7, 2, 5]) {
      bench.set(server, false);
      const after = placements(bench, KEYS);
      expect(movesBetween(before, after, [server], []).strays).toBe(0);
      before = after;
    }
  });

  it("when a server joins moves keys to it and nowhere else", () => {
    const bench = benchOf(name, knobs);
    bench.fleet.setListed(SERVERS - 1, false);
    bench.algorithm.changed(SERVERS - 1);
    const before = placements(bench, KEYS);
    bench.fleet.setListed(SERVERS - 1, true);
    bench.set(SERVERS - 1, true);
    const { moved, strays } = movesBetween(before, placements(bench, KEYS), [], [SERVERS - 1]);
    expect(strays).toBe(0);
    expect(moved).toBeGreaterThan(0);
  });
});

describe("the keys of a server that went", () => {
  it.each(["anchor-hash", "jump-hash", "rendezvous", "weighted-rendezvous"])(
    "%s spreads over all that are left, evenly",
    (name) => {
      const keys = 20_000;
      const bench = benchOf(name);
      const before = placements(bench, keys);
      bench.set(3, false);
      const heirs = countsOf(
        placements(bench, keys).filter((_, key) => before[key] === 3),
        SERVERS,
      );
      const moved = heirs.reduce((sum, count) => sum + count);
      heirs.forEach((count, server) => {
        if (server !== 3) expectShare(count, moved, 1 / (SERVERS - 1));
      });
    },
  );

  it("ring-hash with one point for each server leaves to one neighbour", () => {
    const bench = benchOf("ring-hash", { minimumRingSize: 1 });
    const before = placements(bench, KEYS);
    bench.set(3, false);
    const heirs = new Set(placements(bench, KEYS).filter((_, key) => before[key] === 3));
    expect(heirs.size).toBe(1);
  });
});

describe("those that move more than they must", () => {
  it("flow-hash: all but one in n of the keys, modulo n and n - 1", () => {
    const keys = 20_000;
    const bench = benchOf("flow-hash");
    const before = placements(bench, keys);
    bench.set(9, false);
    expectShare(movesBetween(before, placements(bench, keys), [], []).moved, keys, 0.9);
  });

  it("ring-hash: Envoy's ring gives those that stay new points, which take keys from one another", () => {
    // Ten servers have ceil(1024 / 10) = 103 points each, nine have 114: 99 of 1026 points are new. A new point's stretch is
    // 1 / 1026 of the ring on average; it was another staying server's with probability 0.9 × 8 / 9. Stretches are
    // exponential, so that 99 of them deviate by √99 / 1026 in all.
    const bench = benchOf("ring-hash");
    const before = placements(bench, KEYS);
    bench.set(3, false);
    const { strays } = movesBetween(before, placements(bench, KEYS), [3], []);
    const expected = (99 / 1026) * 0.9 * (8 / 9);
    const deviation = Math.sqrt(99) / 1026 + Math.sqrt((expected * (1 - expected)) / KEYS);
    expect(strays).toBeGreaterThan(0);
    expect(Math.abs(strays / KEYS - expected)).toBeLessThan(4 * deviation);
  });

  it.each([
    // Share of entries that change when k of n hosts go, and its deviation over runs: computed for Eisenbud et al., figure 12.
    [10, 65_537, 1, 0.1024, 0.0005],
    [100, 65_537, 1, 0.0156, 0.0003],
    [100, 65_537, 10, 0.1102, 0.0004],
    [10, 1021, 1, 0.1239, 0.0048],
  ])("maglev: of %d hosts in %d slots, %d of them going, a share of %d", (hosts, size, gone, expected, deviation) => {
    const RUNS = 10;
    let sum = 0;
    for (let run = 0; run < RUNS; run++) {
      const keys = Array.from({ length: hosts }, (_, host) => `10.${run}.0.${host}:80`);
      const before = maglevTable(hashedHosts(keys, new Array<number>(hosts).fill(1)), size);
      const left = keys.slice(gone);
      const after = maglevTable(hashedHosts(left, new Array<number>(left.length).fill(1)), size);
      sum += before.filter((host, slot) => keys[host] !== left[after[slot]!]).length / size;
    }
    expect(Math.abs(sum / RUNS - expected)).toBeLessThan((4 * deviation) / Math.sqrt(RUNS) + 0.00005);
  });
});

describe("shares of the keys", () => {
  it.each([
    // CV² = (n - 1) / (v n + 1), a share being Beta(v, v (n - 1)); the mean of CV² over rings deviates by √(2 / (n - 1) / rings).
    [5, 160],
    [20, 100],
  ])("of %d servers with %d points each vary by √((n - 1) / (v n + 1))", (servers, points) => {
    const RINGS = 12;
    const keys = 20_000;
    let sum = 0;
    for (let ring = 0; ring < RINGS; ring++) {
      const bench = new Bench("ring-hash", new Array<number>(servers).fill(1), {
        knobs: { minimumRingSize: servers * points },
        identity: Array.from({ length: servers }, (_, server) => ({
          name: `server-${server}`,
          id: server + 1,
          host: `10.${ring}.0.${server}`,
          port: 80,
        })),
      });
      const counts = countsOf(placements(bench, keys), servers);
      const squares = counts.reduce((sum, count) => sum + ((count * servers) / keys - 1) ** 2, 0) / servers;
      // Keys are a sample: they add (n - 1) / keys.
      sum += squares - (servers - 1) / keys;
    }
    const expected = (servers - 1) / (points * servers + 1);
    expect(Math.abs(sum / RINGS / expected - 1)).toBeLessThan(4 * Math.sqrt(2 / (servers - 1) / RINGS));
  });
});

describe("keys that fall on servers like balls into bins", () => {
  it.each([
    // The mean of the largest count, exactly (convolution of truncated Poisson laws), and about its deviation.
    ["jump-hash", 10, 1000, 115.6636, 6],
    ["anchor-hash", 20, 2000, 119.1207, 6],
    ["rendezvous", 10, 10, 2.7487, 0.8],
    ["flow-hash", 100, 100, 4.2326, 0.8],
  ])("%s over %d servers: the fullest has, of %d keys, %d on average", (name, servers, keys, expected, deviation) => {
    const RUNS = 100;
    let sum = 0;
    for (let run = 0; run < RUNS; run++) {
      const bench = new Bench(name, new Array<number>(servers).fill(1), {
        addressOf: (request) => (run << 16) + request,
        uriOf: (request) => `/${run}/${request}`,
      });
      sum += Math.max(...countsOf(placements(bench, keys), servers));
    }
    expect(Math.abs(sum / RUNS - expected)).toBeLessThan((4.5 * deviation) / Math.sqrt(RUNS));
  });
});
