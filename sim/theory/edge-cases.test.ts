/** Corners that swarms run into and sums do not show: each a case of its own. */
import { describe, expect, it } from "vitest";
import type { Population, RunRecord, Scenario, Strategy } from "../index.ts";
import { metricOf } from "./testing/estimates.ts";
import { constant, poisson, populationOf, run, scenarioOf, serversOf, strategyOf } from "./testing/scenarios.ts";
import { chunksOf, type RecordedSession, replay } from "./testing/traces.ts";

const at = (...times: readonly number[]): RecordedSession => ({
  address: 1,
  requests: times.map((atMs) => ({ atMs, writes: true })),
});

function replayed(sessions: readonly RecordedSession[], scenario: Scenario, strategy: Strategy): RunRecord {
  return replay({ scenario, strategy, seed: 1, scenarioHash: "" }, chunksOf(sessions, 1000));
}

const recorded = (parts: Partial<Population> = {}) =>
  populationOf({ ...parts, name: "recorded", arrivals: { process: "trace" } });

describe("work that nobody waits for any more", () => {
  it("does not time out a session: the user has not come back", () => {
    // The second request stands behind one of 500 ms and is given up after 50; the worker takes it up at 1100 ms, long after
    // the session's idle limit, while its user is away until after the end of the run.
    const blocker = populationOf({
      name: "blocker",
      arrivals: { process: "renewal", gapMs: constant(600) },
      serviceMs: constant(500),
    });
    const scenario = scenarioOf({
      durationMs: 1190,
      warmUpMs: 0,
      populations: [recorded({ serviceMs: constant(1) }), blocker],
      balancers: { requestTimeoutMs: 50 },
      sessions: { idleTimeoutMs: 100 },
    });
    const record = replayed([at(0, 605, 2000)], scenario, strategyOf());
    expect(metricOf(record, "requestsTimedOut")).toBe(2);
    expect(metricOf(record, "surpriseTimeouts")).toBe(0);
  });
});

describe("outages that overlap", () => {
  /** Requests that reached server 1 in each window of 100 ms. */
  const reached = (faults: Scenario["faults"]): readonly boolean[] => {
    const scenario = scenarioOf({
      durationMs: 700,
      warmUpMs: 0,
      windowMs: 100,
      serviceMs: constant(0),
      populations: [populationOf({ arrivals: poisson(1) })],
      servers: serversOf({ count: 2 }),
      faults,
    });
    return run(scenario).timeline.serverRequests[1]!.map((count) => count > 0);
  };

  it("hold a server until the last of them is over", () => {
    const longer = { kind: "crash", atMs: 100, servers: [1], restartAfterMs: 400 } as const;
    const shorter = { kind: "crash", atMs: 200, servers: [1], restartAfterMs: 100 } as const;
    const expected = [true, false, false, false, false, true, true];
    expect(reached([longer, shorter])).toEqual(expected);
    expect(reached([shorter, longer])).toEqual(expected);
  });

  it("do not start a server before it joins", () => {
    const crash = { kind: "crash", atMs: 100, servers: [1], restartAfterMs: 100 } as const;
    const joins = { kind: "scale-out", atMs: 500, servers: [1] } as const;
    expect(reached([crash, joins])).toEqual([false, false, false, false, false, true, true]);
  });
});

describe("copies", () => {
  it("made while a server was alone reach those that start later", () => {
    // Round robin without affinity reads every session at every server, right after it was written at another.
    const scenario = scenarioOf({
      durationMs: 1000,
      warmUpMs: 0,
      serviceMs: constant(0),
      populations: [
        populationOf({
          arrivals: poisson(0.5),
          session: { requests: constant(20), thinkMs: constant(10), writesFraction: 1 },
        }),
      ],
      servers: serversOf({ count: 2, workers: 100 }),
      balancers: { redispatch: 1 },
      faults: [{ kind: "crash", atMs: 300, servers: [1], restartAfterMs: 200 }],
    });
    // The others notice at once that it is gone, and give it everything at once when it is back.
    const knobs = { mode: "sync-processed", detectionMs: 0, delayMs: 0, perKibMs: 0, sendPerKibMs: 0 };
    const record = run(scenario, strategyOf({ state: "replicated", knobs }));
    expect(metricOf(record, "requestsAnswered")).toBeGreaterThan(5000);
    expect(record.sessionsLostByCause).toEqual([]);
    expect(metricOf(record, "staleReads")).toBe(0);
  });
});

describe("recorded sessions", () => {
  const scenario = scenarioOf({
    durationMs: 1000,
    warmUpMs: 0,
    populations: [recorded({ serviceMs: constant(20) })],
    servers: serversOf({ workers: 10 }),
  });

  it("of two logins at once, the later one counts, and nothing was stale or lost", () => {
    const record = replayed([at(0, 1, 100, 200)], scenario, strategyOf());
    expect(metricOf(record, "requestsAnswered")).toBe(4);
    expect(metricOf(record, "sessionsBorn")).toBe(1);
    expect(metricOf(record, "staleReads")).toBe(0);
    expect(metricOf(record, "writesLost")).toBe(0);
  });

  it("are over after their last request, also when both are known at the same moment", () => {
    for (const chunkRequests of [1, 2, 1000]) {
      const chunks = chunksOf([at(0, 100), at(50, 300)], chunkRequests);
      const record = replay({ scenario, strategy: strategyOf(), seed: 1, scenarioHash: "" }, chunks);
      expect(metricOf(record, "requestsAnswered")).toBe(4);
      expect(metricOf(record, "sessionsCompleted")).toBe(2);
    }
  });
});

describe("what is measured", () => {
  it("begins after warm-up, redispatches too", () => {
    const scenario = scenarioOf({
      durationMs: 2000,
      warmUpMs: 1000,
      populations: [populationOf({ arrivals: poisson(0.5) })],
      servers: serversOf({ count: 2 }),
      balancers: { redispatch: 1 },
      faults: [{ kind: "crash", atMs: 100, servers: [1], restartAfterMs: 500 }],
    });
    expect(metricOf(run(scenario), "redispatches")).toBe(0);
    expect(metricOf(run({ ...scenario, warmUpMs: 0 }), "redispatches")).toBeGreaterThan(50);
  });

  it("includes what happens in the very last moment", () => {
    const scenario = scenarioOf({
      durationMs: 1000,
      warmUpMs: 0,
      windowMs: 100,
      serviceMs: constant(0),
      populations: [populationOf({ arrivals: { process: "deterministic", ratePerSec: 10 } })],
    });
    const { timeline, metrics } = run(scenario);
    expect(metrics.requestsAnswered).toBe(10);
    expect(timeline.requestsAnswered.reduce((sum, count) => sum + count, 0)).toBe(10);
  });
});

describe("shared addresses", () => {
  it("fall on all servers of a source hash, also where their number divides everything", () => {
    const scenario = scenarioOf({
      durationMs: 2000,
      populations: [populationOf({ arrivals: poisson(1), clients: { natFraction: 1, natAddresses: 200 } })],
      servers: serversOf({ count: 8 }),
    });
    const { servers } = run(scenario, strategyOf({ affinity: "source-hash" }));
    for (const { requests } of servers) expect(requests).toBeGreaterThan(0);
  });
});
