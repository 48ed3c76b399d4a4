import { describe, expect, it } from "vitest";
import { hashedHosts } from "./envoy-hosts.ts";
import { fillTable, maglevTable } from "./maglev-table.ts";
import { Bench } from "./testing/bench.ts";

const hostsOf = (weights: readonly number[]) =>
  hashedHosts(
    weights.map((_, i) => `10.0.${i >> 8}.${i & 255}:80`),
    weights,
  );
const countsOf = (table: Int32Array, hosts: number) => {
  const counts = new Array<number>(hosts).fill(0);
  for (const host of table) counts[host]!++;
  return counts;
};

describe("the Maglev table", () => {
  it("of the paper's example, size 7 with permutations (3, 4), (0, 2), (3, 1), is B1 B0 B1 B0 B2 B2 B0", () => {
    expect([...fillTable([3, 0, 3], [4, 2, 1], [1, 1, 1], 7)]).toEqual([1, 0, 1, 0, 2, 2, 0]);
    // After B1 has gone: B0 B0 B0 B0 B2 B2 B2, the second of the two being B2.
    expect([...fillTable([3, 3], [4, 1], [1, 1], 7)]).toEqual([0, 0, 0, 0, 1, 1, 1]);
  });

  it("gives hosts of equal weight the same number of slots, or one more", () => {
    for (const hosts of [1, 2, 7, 100, 1000]) {
      const counts = countsOf(maglevTable(hostsOf(new Array<number>(hosts).fill(1)), 65_537), hosts);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
  });

  it("gives slots in proportion to weight, within two slots for each unit of the largest over the smallest", () => {
    const counts = countsOf(maglevTable(hostsOf([1, 2, 4, 8]), 65_537), 4);
    counts.forEach((count, host) => {
      expect(Math.abs(count - (65_537 * [1, 2, 4, 8][host]!) / 15)).toBeLessThan(2);
    });
  });

  it("does not depend on the order in which hosts are listed", () => {
    const { keys, shares } = hostsOf([1, 1, 1, 1, 1]);
    const owners = (order: readonly number[]) => {
      const names = order.map((i) => keys[i]!);
      return Array.from(maglevTable({ keys: names, shares }, 1021), (host) => names[host]);
    };
    expect(owners([3, 1, 4, 0, 2])).toEqual(owners([0, 1, 2, 3, 4]));
  });
});

describe("maglev", () => {
  it("leads a client to the same server every time, and to another one when that has refused the request", () => {
    const bench = new Bench("maglev", [1, 1, 1]);
    for (let client = 0; client < 500; client++) {
      const server = bench.serve(client);
      expect(bench.serve(client)).toBe(server);
      expect(bench.serve(client, server)).not.toBe(server);
    }
  });

  it("takes the next prime for the size of its table", () => {
    const bench = new Bench("maglev", [1, 1, 1], { knobs: { tableSize: 65_530 } });
    const prime = new Bench("maglev", [1, 1, 1]);
    expect(bench.sequence(200)).toEqual(prime.sequence(200));
  });

  it("with a balance factor spreads one busy client over the servers that have room, the same ones each time", () => {
    const run = () => {
      const bench = new Bench("maglev", [1, 1, 1, 1], { knobs: { hashBalanceFactor: 110 } });
      return Array.from({ length: 40 }, () => bench.send(3));
    };
    const servers = run();
    expect(new Set(servers).size).toBe(4);
    expect(run()).toEqual(servers);
  });
});
