import { describe, expect, it } from "vitest";
import { Bench } from "./testing/bench.ts";
import { countsOf, movesBetween, placements } from "./testing/churn.ts";

const equal = (servers: number) => new Array<number>(servers).fill(1);

describe("multi-probe hashing", () => {
  it("has shares that deviate by 1 / √(2k - 1) for k probes: 0.156 for 21", () => {
    // A ring of 100 gaps has a coefficient of variation of 0.150 with a deviation of 0.039 (reference runs), so that the mean
    // of 6 rings is within 4 × 0.039 / √6 = 0.064 of it.
    const [rings, keys] = [6, 15_000];
    let sum = 0;
    for (let ring = 0; ring < rings; ring++) {
      const bench = new Bench("multi-probe-hash", equal(100 * rings));
      for (let server = 0; server < 100 * rings; server++) {
        if (Math.floor(server / 100) !== ring) bench.fleet.setEligible(server, false);
      }
      const counts = countsOf(placements(bench, keys), 100 * rings).slice(100 * ring, 100 * ring + 100);
      const variance = counts.reduce((sum, count) => sum + (count / (keys / 100) - 1) ** 2, 0) / 100;
      // Keys are a sample of the ring: they add (n - 1) / keys to the variance.
      sum += Math.sqrt(variance - 99 / keys);
    }
    expect(Math.abs(sum / rings - 0.15)).toBeLessThan(0.064);
  });

  it("has no share above k / (k - 1) of the mean", () => {
    // A gap x of the ring, in means, has the share k / (k - 1) × (1 - e^(-(k - 1) x)); 4.5 standard errors for the keys.
    const counts = countsOf(placements(new Bench("multi-probe-hash", equal(20)), 40_000), 20);
    expect(Math.max(...counts) / 2000).toBeLessThan(21 / 20 + (4.5 * Math.sqrt(2100)) / 2000);
  });

  it("with one probe is a ring with one point for each server", () => {
    const counts = countsOf(placements(new Bench("multi-probe-hash", equal(50), { knobs: { probes: 1 } }), 20_000), 50);
    // The largest of 50 exponential gaps is some 4.5 means.
    expect(Math.max(...counts) / 400).toBeGreaterThan(2.5);
  });

  it("moves the keys of a server that goes, and nothing else; all come back with it", () => {
    const bench = new Bench("multi-probe-hash", equal(10));
    const before = placements(bench, 5000);
    bench.set(4, false);
    expect(movesBetween(before, placements(bench, 5000), [4], []).strays).toBe(0);
    bench.set(4, true);
    expect(placements(bench, 5000)).toEqual(before);
  });

  it("gives servers of different weight points in proportion", () => {
    const weights = Array.from({ length: 40 }, (_, server) => (server % 2 === 0 ? 3 : 1));
    const counts = countsOf(placements(new Bench("multi-probe-hash", weights), 20_000), 40);
    const heavy = counts.filter((_, server) => server % 2 === 0).reduce((sum, count) => sum + count, 0);
    // 60 of 80 points. Shares of points deviate by 0.156 / √80 of the whole at most, keys by far less.
    expect(Math.abs(heavy / 20_000 - 0.75)).toBeLessThan((4 * 0.156) / Math.sqrt(80));
  });

  it("leads a refused request where the server's keys go when it is down", () => {
    const bench = new Bench("multi-probe-hash", equal(5));
    const refused = Array.from({ length: 500 }, (_, key) => bench.serve(key, 2));
    bench.set(2, false);
    expect(refused).toEqual([...placements(bench, 500)]);
  });
});
