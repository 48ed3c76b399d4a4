import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectEven } from "../engine/testing/fit.ts";
import { reuseBudget } from "./prequal.ts";
import { ProbePool, RecentQuantile } from "./probe-pool.ts";
import { Bench } from "./testing/bench.ts";

type Answer = readonly [server: number, inSystem: number, latencyMs: number];

/** A bench that has just had these answers. */
function benchWith(answers: readonly Answer[], knobs = {}): Bench {
  const bench = new Bench("prequal", new Array<number>(20).fill(1), { knobs: { probesPerRequest: 0, ...knobs } });
  for (const [server, inSystem, latencyMs] of answers) bench.algorithm.probed(server, inSystem, latencyMs);
  return bench;
}

describe("Prequal's rule", () => {
  it("takes the cold server with the least latency, though a hot one has less", () => {
    const answers = [
      [3, 9, 1],
      [4, 2, 50],
      [5, 1, 70],
      [6, 2, 60],
    ] as const;
    expect(benchWith(answers, { hotFraction: 0.75 }).send()).toBe(4);
  });

  it("goes by requests alone where the fraction is 0, by latency alone where it is 1", () => {
    const answers = [
      [3, 9, 1],
      [4, 2, 50],
      [5, 1, 70],
    ] as const;
    expect(benchWith(answers, { hotFraction: 0 }).send()).toBe(5);
    expect(benchWith(answers, { hotFraction: 1 }).send()).toBe(3);
  });

  it("takes the hot one with the fewest requests when all are hot", () => {
    const pool = new ProbePool(4);
    pool.add(0, 9, 1, 0, 1);
    pool.add(1, 7, 5, 0, 1);
    expect(pool.isBetter(1, 0, 6)).toBe(true);
    expect(pool.isBetter(1, 0, 10)).toBe(false);
  });

  it("has a worst that is none other's better: an order of all answers", () => {
    const answer = fc.tuple(fc.nat(5), fc.nat(5));
    fc.assert(
      fc.property(fc.array(answer, { minLength: 1, maxLength: 8 }), fc.nat(5), (answers, hotAbove) => {
        const pool = new ProbePool(8);
        answers.forEach(([inSystem, latencyMs], server) => {
          pool.add(server, inSystem, latencyMs, 0, 1);
        });
        const worst = pool.worst(hotAbove);
        for (let at = 0; at < pool.count; at++) expect(pool.isBetter(worst, at, hotAbove)).toBe(false);
      }),
    );
  });

  it("with fewer than two answers draws at random", () => {
    const bench = benchWith([[3, 0, 1]], { removalsPerRequest: 0 });
    const counts = new Array<number>(20).fill(0);
    for (let i = 0; i < 20_000; i++) counts[bench.algorithm.pick(i, -1)]!++;
    expectEven(counts);
  });
});

describe("Prequal's pool", () => {
  it.each([
    // The paper's m = 16, n = 100, δ = 1.
    [3, 1, 1.315789],
    [1, 0.25, 3.389831],
    [0.5, 0.25, 11.764706],
  ])("with %d probes and %d removals a request lets each answer be used %d times", (probes, removals, budget) => {
    const options = { poolSize: 16, probesPerRequest: probes, removalsPerRequest: removals, reuseExcess: 1 };
    expect(Math.abs(reuseBudget(100, options) - budget)).toBeLessThan(1e-6);
  });

  it("counts a request that is sent to a server in all its answers", () => {
    const bench = benchWith(
      [
        [3, 0, 10],
        [4, 0, 20],
        [5, 0, 30],
      ],
      { removalsPerRequest: 0, hotFraction: 0.5 },
    );
    // 3 is hot from its first request on, then 4.
    expect([bench.send(), bench.send(), bench.send()]).toEqual([3, 4, 5]);
  });

  it("throws away what is too old, and the answers of servers that may not be chosen any more", () => {
    const bench = benchWith([
      [3, 0, 10],
      [4, 0, 20],
      [5, 0, 30],
    ]);
    bench.set(3, false);
    expect(bench.algorithm.signalOf(3, 0)).toBeNull();
    expect(bench.algorithm.signalOf(4, 0)).toBe(20);
    bench.nowMs = 1001;
    bench.algorithm.pick(0, -1);
    expect(bench.algorithm.signalOf(4, 0)).toBeNull();
  });

  it("probes as many servers with each request as it is told, broken numbers on average, nobody twice", () => {
    const bench = benchWith([], { probesPerRequest: 2.5 });
    for (let i = 0; i < 10; i++) {
      const before = bench.probed.length;
      bench.send(i);
      const asked = bench.probed.slice(before);
      expect(asked.length).toBe(i % 2 === 0 ? 2 : 3);
      expect(new Set(asked).size).toBe(asked.length);
    }
  });

  it("removes the worst and the oldest in turn", () => {
    const answers = [3, 4, 5, 6, 7].map((server) => [server, 0, server === 5 ? 99 : 50 - server] as const);
    const bench = benchWith(answers, { reuseExcess: 1000, probesPerRequest: 1, poolSize: 5, hotFraction: 1 });
    const known = () => [3, 4, 5, 6, 7].filter((server) => bench.algorithm.signalOf(server, 0) !== null);
    bench.algorithm.pick(0, -1);
    expect(known()).not.toContain(5);
    bench.algorithm.pick(0, -1);
    expect(known()).not.toContain(3);
  });
});

describe("the quantile of recent values", () => {
  it("is the one of the sorted last so many", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(9), { minLength: 1, maxLength: 40 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, q) => {
          const quantile = new RecentQuantile(8);
          for (const value of values) quantile.add(value);
          const last = values.slice(-8).sort((a, b) => a - b);
          expect(quantile.at(q)).toBe(last[Math.max(0, Math.ceil(q * last.length) - 1)]);
        },
      ),
    );
  });
});
