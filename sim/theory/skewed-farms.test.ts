/** Farms in which servers or keys are not alike: slow servers, one that fails at once, popular keys, full tables. */
import { describe, expect, it, vi } from "vitest";
import { defaultIdentity } from "../balancing/fleet.ts";
import { maglevTable } from "../balancing/maglev-table.ts";
import { xxh64 } from "../engine/xxh64.ts";
import { decisionsOf } from "./testing/decisions.ts";
import { exponential, poisson, populationOf, run, scenarioOf, serversOf, strategyOf } from "./testing/scenarios.ts";

vi.setConfig({ testTimeout: 120_000 });

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const standardErrorOf = (values: readonly number[]) => {
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
};

describe("fifty servers of speed 1.8 and fifty of 0.2", () => {
  /** Requests that pile up in each time unit, at `load` per server. */
  const growth = (balancing: string, load: number, durationMs: number) => {
    const scenario = scenarioOf({
      durationMs,
      populations: [populationOf({ arrivals: poisson(100 * load) })],
      servers: [serversOf({ name: "fast", count: 50, speed: 1.8 }), serversOf({ name: "slow", count: 50, speed: 0.2 })],
    });
    return run(scenario, strategyOf({ balancing })).metrics.requestsInFlight! / durationMs;
  };

  it("drown under random choice, the slow half by 20 requests a time unit at load 0.6, and less under two choices", () => {
    // The surplus of the slow half: 60 / 2 - 10, and 60 × (50 × 49) / (100 × 99) - 10. Over 2,000 units the noise of the
    // arrivals at the slow half is below sqrt(2,000 × 30) / 2,000 = 0.12 a unit; four of these.
    expect(Math.abs(growth("random", 0.6, 2000) - 20)).toBeLessThan(4 * 0.12 + 0.05);
    // What the fast half holds, some 200 requests, adds 0.1 a unit.
    expect(Math.abs(growth("power-of-two-choices", 0.6, 2000) - 4.848)).toBeLessThan(4 * 0.1 + 0.15);
  });

  it("are stable under least connections at that load, and under two choices below load 0.404", () => {
    expect(growth("least-connections", 0.6, 2000)).toBeLessThan(0.2);
    expect(growth("power-of-two-choices", 0.38, 2000)).toBeLessThan(0.2);
    expect(growth("power-of-two-choices", 0.45, 2000)).toBeGreaterThan(0.5);
  });
});

describe("one server of ten that fails at once and so looks idle", () => {
  const RUNS = 8;

  /** Its share of the requests at an offered rate of `rate` for each service time of the healthy. */
  const shares = (balancing: string, rate: number, knobs = {}) =>
    Array.from({ length: RUNS }, (_, seed) => {
      const scenario = scenarioOf({
        durationMs: 20_000 / rate,
        populations: [populationOf({ arrivals: poisson(rate) })],
        servers: [serversOf({ count: 10, workers: 10_000 })],
        serviceMs: exponential(1),
        balancers: { healthCheck: null },
        faults: [{ kind: "crash", atMs: 0, servers: [9], restartAfterMs: null }],
      });
      const { decisions } = decisionsOf({ scenario, strategy: strategyOf({ balancing, knobs }), seed: seed + 1 });
      return decisions.filter(({ server }) => server === 9).length / decisions.length;
    });

  /** E 1 / (n - B): busy healthy servers B are born at rate a (n - 1 - B) / (n - B), and die at rate B. */
  const blackHoleShare = (rate: number, servers = 10) => {
    let weight = 1;
    let total = 0;
    let share = 0;
    for (let busy = 0; busy < servers; busy++) {
      total += weight;
      share += weight / (servers - busy);
      weight *= (rate * (servers - 1 - busy)) / (servers - busy) / (busy + 1);
    }
    return share / total;
  };

  it.each([
    [1, 0.111111],
    [5, 0.192779],
    [9, 0.331268],
    [20, 0.608533],
    [50, 0.828087],
  ])("draws under least connections with ties by chance, at rate %d, the share %d", (rate, expected) => {
    expect(blackHoleShare(rate)).toBeCloseTo(expected, 6);
    const measured = shares("power-of-d-choices", rate, { choices: 10 });
    expect(Math.abs(mean(measured) - expected)).toBeLessThan(4 * standardErrorOf(measured));
  });

  it("draws never more than two in ten under two choices, and one in ten under none", () => {
    const measured = shares("power-of-two-choices", 50);
    expect(mean(measured)).toBeLessThan(0.2 + 4 * standardErrorOf(measured));
    expect(mean(measured)).toBeGreaterThan(0.19);
    const blind = shares("random", 50);
    expect(Math.abs(mean(blind) - 0.1)).toBeLessThan(4 * standardErrorOf(blind));
  });
});

describe("popular keys on ten servers", () => {
  it("make loads as uneven as the sum of the squares of their shares says", () => {
    const weights = Array.from({ length: 1000 }, (_, key) => 1 / (key + 1));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const keys = weights.map((_, key) => new TextEncoder().encode(`client-${key}`));
    // Coefficients of variation squared over 1,000 seeds of the hash; their mean is (n - 1) × sum p².
    const squares = Array.from({ length: 1000 }, (_, seed) => {
      const load = new Float64Array(10);
      keys.forEach((key, place) => {
        load[xxh64(key, seed + 1).low % 10]! += weights[place]! / total;
      });
      return load.reduce((sum, share) => sum + (share * 10 - 1) ** 2, 0) / 10;
    });
    const expected = 9 * weights.reduce((sum, weight) => sum + (weight / total) ** 2, 0);
    expect(Math.sqrt(expected)).toBeCloseTo(0.51386, 5);
    expect(Math.abs(mean(squares) - expected)).toBeLessThan(4 * standardErrorOf(squares));
  });
});

describe("a Maglev table of a thousand servers", () => {
  it.each([
    [65_537, 1.0071],
    [655_373, 1.001],
  ])("of %d slots has nobody above one slot more than the rest: %d times the mean", (size, expected) => {
    const keys = Array.from({ length: 1000 }, (_, server) => {
      const { host, port } = defaultIdentity(server);
      return `${host}:${port}`;
    });
    const counts = new Int32Array(1000);
    for (const server of maglevTable({ keys, shares: new Float64Array(1000).fill(0.001) }, size)) counts[server]!++;
    const most = Math.floor(size / 1000) + 1;
    expect(most / (size / 1000)).toBeCloseTo(expected, 4);
    expect(Math.max(...counts)).toBe(most);
    expect(Math.min(...counts)).toBe(most - 1);
  });
});
