import { describe, expect, it } from "vitest";
import { expectFits, expectMean } from "../../engine/testing/fit.ts";
import { Placed } from "./testing/placed.ts";

/** For each balancer the servers it uses, with the share of their weight. */
function subsets(scheme: string, balancers: number, servers: number, size: number, seed = 1): Map<number, number>[] {
  return Array.from({ length: balancers }, (_, balancer) => {
    const chain = new Placed({
      helpers: [{ name: "subset", knobs: { scheme, size } }],
      weights: new Array<number>(servers).fill(1),
      situation: { balancer, balancers },
      seed,
    });
    return new Map(chain.seen.map((server, place) => [server, chain.weights[place]!]));
  });
}

/** By server: the balancers that use it, by their shares of its weight. */
function connections(sets: readonly Map<number, number>[], servers: number): number[] {
  const counts = new Array<number>(servers).fill(0);
  for (const set of sets) for (const [server, share] of set) counts[server]! += share;
  return counts;
}

describe("subsets at random", () => {
  it.each([
    // E[min] and E[max] of the connections of 300 servers, each Binomial(300, size / 300).
    [90, 67.65, 113.24],
    [30, 16.08, 45.92],
  ])(
    "of %i of 300 servers for 300 balancers leave some server %d connections and give some %d",
    (size, least, most) => {
      const found = Array.from({ length: 12 }, (_, seed) => connections(subsets("random", 300, 300, size, seed), 300));
      // The extremes of 300 have standard deviations of about 2.5 and 3.
      expectMean(
        found.map((counts) => Math.min(...counts)),
        least,
        2.5,
      );
      expectMean(
        found.map((counts) => Math.max(...counts)),
        most,
        3,
      );
    },
    30_000,
  );

  it("have any server in them equally likely, and change by one at most when one server goes", () => {
    const counts = connections(subsets("random", 2000, 10, 3), 10);
    // Each balancer draws three different ones: the cells are less spread than a multinomial's by 1 - 3 / 10.
    expectFits(counts, new Array(10).fill(0.1));
    for (let balancer = 0; balancer < 50; balancer++) {
      const chain = new Placed({
        helpers: [{ name: "subset", knobs: { scheme: "random", size: 3 } }],
        weights: new Array<number>(10).fill(1),
        situation: { balancer, balancers: 50 },
      });
      const before = chain.seen;
      chain.list(4, false);
      expect(chain.seen).toHaveLength(3);
      expect(chain.seen.filter((server) => !before.includes(server)).length).toBe(before.includes(4) ? 1 : 0);
    }
  });
});

describe("two subsets at random", () => {
  it("of 5 of 100 share j servers with the hypergeometric probability: shuffle sharding's arithmetic", () => {
    const sets = subsets("random", 8000, 100, 5).map((set) => [...set.keys()]);
    const shared = [0, 0, 0];
    for (let pair = 0; pair < 4000; pair++) {
      const [one, other] = [sets[2 * pair]!, sets[2 * pair + 1]!];
      shared[Math.min(2, one.filter((server) => other.includes(server)).length)]!++;
    }
    expectFits(shared, [0.76959, 0.21143, 1 - 0.76959 - 0.21143]);
  });
});

describe("subsets in rounds", () => {
  it("give every server the same number of balancers, where rounds are complete and subsets cover all", () => {
    expect(new Set(connections(subsets("rounds", 300, 300, 30), 300))).toEqual(new Set([30]));
    expect(new Set(connections(subsets("rounds", 40, 100, 25), 100))).toEqual(new Set([10]));
  });

  it("otherwise numbers that differ by one for each incomplete round", () => {
    // 300 balancers in rounds of 3 over 300 servers of 90: 30 are left out in each of the 100 rounds.
    const counts = connections(subsets("rounds", 10, 100, 25), 100);
    expect(Math.max(...counts) - Math.min(...counts)).toBe(1);
  });

  it("are disjoint within a round, and another mixture in the next", () => {
    const sets = subsets("rounds", 8, 100, 25);
    expect(new Set(sets.slice(0, 4).flatMap((set) => [...set.keys()])).size).toBe(100);
    expect([...sets[4]!.keys()]).not.toEqual([...sets[0]!.keys()]);
  });
});

describe("subsets on a ring", () => {
  it.each([
    [3, 10, 4],
    [10, 10, 3],
    [7, 30, 12],
    [40, 12, 5],
  ])("of %i balancers over %i servers, at least %i each, load every server alike", (balancers, servers, size) => {
    const sets = subsets("ring", balancers, servers, size);
    const loads = connections(
      sets.map((set) => {
        // A balancer that weighs by these shares sends each server its share of the balancer's requests.
        const total = [...set.values()].reduce((sum, share) => sum + share, 0);
        return new Map([...set].map(([server, share]) => [server, share / total]));
      }),
      servers,
    );
    for (const load of loads) expect(load).toBeCloseTo(balancers / servers, 9);
    for (const set of sets) expect(set.size).toBeGreaterThanOrEqual(size);
  });
});

describe("a subset", () => {
  it("of which nobody is eligible refuses, or lets any server in", () => {
    const chain = (fallback: string) => {
      const made = new Placed({ helpers: [{ name: "subset", knobs: { size: 2, fallback } }], weights: [1, 1, 1, 1] });
      for (const server of made.seen) made.set(server, false);
      return made;
    };
    expect(chain("none").counts(4)[4]).toBe(4);
    expect(chain("any").seen).toHaveLength(2);
  });

  it("as large as the fleet is the fleet", () => {
    expect(subsets("ring", 1, 5, 5)[0]!.size).toBe(5);
    expect([...subsets("rounds", 3, 5, 9)[2]!.keys()]).toEqual([0, 1, 2, 3, 4]);
  });
});
