import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Reports } from "../scenario.ts";
import type { Simulation } from "./simulation.ts";
import { type Line, replay } from "./testing/replay.ts";
import { constant, group } from "./testing/scenario.ts";

const reports = (parts: Partial<Reports> = {}): Reports => ({
  intervalMs: 0,
  phases: "common",
  delayMs: constant(0),
  lossFraction: 0,
  ...parts,
});

/** The trace has ended when the run asks for more of it. */
function runUntil(simulation: Simulation, untilMs: number): void {
  while (simulation.advance(untilMs) === "trace") simulation.feed(null);
}

/** One request of its own visit at each of the times. */
const requestsAt = (...times: readonly number[]): Line[] =>
  times.map((atMs, session) => ({ atMs, session, isFirst: true }));

/** What the balancer has been told of server 1 at each of the times at which a request of the test comes. */
function told(lines: readonly Line[], settings: Reports, parts: Parameters<typeof replay>[2] = {}) {
  const seen: { atMs: number; madeAtMs: number; inSystem: number }[] = [];
  replay(
    lines,
    [],
    { serviceMs: 100, ...parts, balancers: { ...parts.balancers, reports: settings } },
    (simulation) => {
      const { observer } = simulation.balancers.decider;
      simulation.balancers.decider.observer = (...decision) => {
        const { madeAtMs, inSystem } = simulation.fleets[0]!.reports;
        seen.push({ atMs: simulation.nowMs, madeAtMs: madeAtMs[0]!, inSystem: inSystem[0]! });
        observer?.(...decision);
      };
    },
  );
  return seen;
}

describe("reports", () => {
  it("at every change without delay are what the balancer would count if it were the only one", () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 900 }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 3 }), (times, workers) => {
        const lines = requestsAt(...times.sort((a, b) => a - b));
        const parts = { servers: [group({ count: 2, workers })], serviceMs: 70, balancers: { reports: reports() } };
        const { simulation } = replay(lines, [], parts, ({ balancers, fleets }) => {
          balancers.decider.observer = () => expect([...fleets[0]!.reports.inSystem]).toEqual([...fleets[0]!.inFlight]);
        });
        expect([...simulation.fleets[0]!.reports.inSystem]).toEqual([...simulation.fleets[0]!.inFlight]);
      }),
      { numRuns: 50 },
    );
  });

  it("come at intervals, all at the same moments if so wished, and arrive after their delay", () => {
    const lines = requestsAt(10, 109, 111, 149, 151, 201, 251);
    const parts = { servers: [group({ workers: 9 })], serviceMs: 500 };
    expect(told(lines, reports({ intervalMs: 100, delayMs: constant(50) }), parts)).toEqual([
      { atMs: 10, madeAtMs: Number.NaN, inSystem: 0 },
      { atMs: 109, madeAtMs: Number.NaN, inSystem: 0 },
      { atMs: 111, madeAtMs: Number.NaN, inSystem: 0 },
      { atMs: 149, madeAtMs: Number.NaN, inSystem: 0 },
      { atMs: 151, madeAtMs: 100, inSystem: 1 },
      { atMs: 201, madeAtMs: 100, inSystem: 1 },
      { atMs: 251, madeAtMs: 200, inSystem: 5 },
    ]);
  });

  it("come from each server at moments of its own otherwise, one in every interval", () => {
    const madeAt = told(requestsAt(250, 350, 450), reports({ intervalMs: 100, phases: "own" })).map(
      (seen) => seen.madeAtMs,
    );
    expect(madeAt[1]! - madeAt[0]!).toBeCloseTo(100, 9);
    expect(madeAt[2]! - madeAt[1]!).toBeCloseTo(100, 9);
    expect(madeAt[0]! % 100).not.toBeCloseTo(0, 3);
  });

  it("say how busy the server was, and what it answered, since the one before", () => {
    // Three workers, requests of 100 ms: 50 worker-ms of 450 in the first 150 ms, 250 in the second.
    const { simulation } = replay(
      requestsAt(100, 199, 199),
      [],
      {
        servers: [group({ workers: 3 })],
        serviceMs: 100,
        balancers: { reports: reports({ intervalMs: 150, delayMs: constant(1) }) },
      },
      (simulation) => {
        runUntil(simulation, 160);
        expect(simulation.fleets[0]!.reports.utilisation[0]).toBeCloseTo(50 / 450, 12);
        expect(simulation.fleets[0]!.reports.answeredPerSec[0]).toBe(0);
        runUntil(simulation, 310);
        expect(simulation.fleets[0]!.reports.utilisation[0]).toBeCloseTo(250 / 450, 12);
        expect(simulation.fleets[0]!.reports.answeredPerSec[0]).toBeCloseTo(3 / 0.15, 9);
      },
    );
    expect(simulation.fleets[0]!.reports.failedPerSec[0]).toBe(0);
  });

  it("are silent while the server is down, and start from nothing when it is back", () => {
    const { simulation } = replay(
      requestsAt(10, 20),
      [],
      {
        servers: [group({ workers: 2 })],
        serviceMs: 500,
        balancers: { reports: reports({ intervalMs: 100 }) },
        faults: [{ kind: "crash", atMs: 250, servers: [0], restartAfterMs: 300 }],
      },
      (simulation) => {
        runUntil(simulation, 540);
        const { madeAtMs, inSystem } = simulation.fleets[0]!.reports;
        expect([madeAtMs[0], inSystem[0]]).toEqual([200, 2]);
        runUntil(simulation, 610);
        expect([madeAtMs[0], inSystem[0]]).toEqual([600, 0]);
        expect(simulation.fleets[0]!.reports.utilisation[0]).toBe(0);
      },
    );
    expect(simulation.fleets[0]!.reports.madeAtMs[0]).toBe(1000);
  });

  it("count each as a message to each balancer, and lose their share of them", () => {
    const run = (lossFraction: number) =>
      replay([], [], {
        servers: [group({ count: 40 })],
        balancers: { count: 5, reports: reports({ intervalMs: 100, phases: "own", lossFraction }) },
      }).simulation;
    expect(run(0).meter.balancerMessages).toBe(40 * 5 * 10);
    const heard = (lossFraction: number) =>
      run(lossFraction)
        .fleets.flatMap(({ reports }) => [...reports.madeAtMs])
        .filter((atMs) => atMs >= 900).length;
    expect(heard(0)).toBe(200);
    // Of 200 last reports 140 are lost, give or take 4.5 standard deviations of 6.5.
    expect(Math.abs(heard(0.7) - 60)).toBeLessThan(30);
    expect(heard(1)).toBe(0);
  });

  it("are forgotten when a later one has overtaken them", () => {
    const lines = requestsAt(...Array.from({ length: 90 }, (_, i) => 10 * i + 5));
    const delayMs = { law: "empirical", values: [1, 95], weights: [1, 1] } as const;
    const madeAt = told(lines, reports({ intervalMs: 20, delayMs })).map((seen) => seen.madeAtMs);
    const known = madeAt.filter((atMs) => !Number.isNaN(atMs));
    expect(known).toEqual([...known].sort((a, b) => a - b));
  });
});
