/** Sessions in a database: what lag, failovers and pools do to whole runs. */
import { describe, expect, it, vi } from "vitest";
import type { Cause, Fault, RunRecord } from "../index.ts";
import { estimate, expectAgreement, metricOf, runs } from "./testing/estimates.ts";
import {
  constant,
  exponential,
  poisson,
  populationOf,
  scenarioOf,
  serversOf,
  strategyOf,
} from "./testing/scenarios.ts";

vi.setConfig({ testTimeout: 120_000 });

/** Nothing takes time but what a test names. */
const ideal = {
  roundTripMs: 0,
  readMs: 0,
  writeMs: 0,
  commitMs: 0,
  perKibMs: 0,
  levelMs: 0,
  applyMs: 0,
  connectMs: 0,
  reconnectBackoffMs: 0,
  replicationDelayMs: 0,
  poolSize: 50,
  maxConnections: 10_000,
  cleanupIntervalMs: null,
};
const database = (knobs: object) =>
  strategyOf({ balancing: "random", state: "sql-database", knobs: { ...ideal, ...knobs } });

const troubled = (record: RunRecord, cause: Cause) =>
  record.sessionsLostByCause.find((entry) => entry.cause === cause)?.sessions ?? 0;

const servers = serversOf({ count: 10, workers: 1000 });
const world = (parts: Partial<Parameters<typeof scenarioOf>[0]>) =>
  scenarioOf({ durationMs: 20_000, warmUpMs: 0, serviceMs: constant(0), servers, ...parts });

describe("a session that is read anywhere, after an exponential pause of mean θ", () => {
  const thinkMs = 20;
  const lagMs = 10;
  const twice = populationOf({
    arrivals: poisson(1),
    session: { requests: constant(2), thinkMs: exponential(thinkMs) },
  });
  const knobs = { replicationDelayMs: lagMs };
  /** Per second request; those that fall behind the end of the run are left out on both sides. */
  const missed = (record: RunRecord) => {
    const visits = record.timeline.sessionsBorn.reduce((sum, born) => sum + born, 0) - metricOf(record, "reloginCount");
    return troubled(record, "replication-lag") / (metricOf(record, "requestsOffered") - visits);
  };

  it.each([2, 3])("on %i nodes that lag by d behind the primary is missed with (1 - e^(-d/θ)) (1 - 1/n)", (nodes) => {
    const records = runs(
      12,
      world({ populations: [twice] }),
      database({ ...knobs, replicas: nodes - 1, routing: "any" }),
    );
    const expected = (1 - Math.exp(-lagMs / thinkMs)) * (1 - 1 / nodes);
    expectAgreement(estimate(records, missed), expected, { precision: 0.03 });
  });

  it("on replicas only is missed with 1 - e^(-d/θ), however many there are", () => {
    const records = runs(12, world({ populations: [twice] }), database({ ...knobs, replicas: 2, routing: "replica" }));
    expectAgreement(estimate(records, missed), 1 - Math.exp(-lagMs / thinkMs), { precision: 0.03 });
  });

  it.each([
    { routing: "read-your-writes", primaryAfterWriteMs: lagMs },
    { routing: "primary" },
    { routing: "replica", mode: "sync" },
  ])("is never missed with $routing, mode $mode", (safe) => {
    const always = populationOf({
      arrivals: poisson(1),
      session: { requests: constant(6), thinkMs: exponential(thinkMs), writesFraction: 0.5 },
    });
    const [record] = runs(1, world({ populations: [always] }), database({ ...knobs, ...safe }));
    expect(["sessionsLost", "staleReads", "writesLost"].map((name) => metricOf(record!, name as never))).toEqual([
      0, 0, 0,
    ]);
    expect(metricOf(record!, "requestsAnswered")).toBeGreaterThan(50_000);
  });
});

describe("a primary that crashes and is replaced", () => {
  const thinkMs = 50;
  const lagMs = 5;
  /** About 1000 users who log in within 200 ms and then write after an exponential pause each time. */
  const lasting = populationOf({
    arrivals: {
      process: "phases",
      phases: [
        { durationMs: 200, fromPerSec: 5000, toPerSec: 5000 },
        { durationMs: 1, fromPerSec: 0, toPerSec: 0 },
      ],
    },
    session: { requests: constant(1e9), thinkMs: exponential(thinkMs), writesFraction: 1 },
  });
  const crash = { kind: "store-crash", atMs: 700, nodes: [0], endsAfterMs: null } as const satisfies Fault;
  const scenario = world({ durationMs: 1500, populations: [lasting], faults: [crash] });
  const failover = { failover: "managed", failoverMinMs: 100, failoverMaxMs: 100, connectionTimeoutMs: 0 };
  const visits = (record: RunRecord) => metricOf(record, "sessionsBorn") - metricOf(record, "reloginCount");

  it("takes with it the writes that were made while one is on its way: rate × lag", () => {
    // Each user writes every 50 ms, so a tenth of a write per user and crash: 1000 × 0.1, a Poisson number.
    const records = runs(40, scenario, database({ ...failover, replicationDelayMs: lagMs }));
    const perUser = (record: RunRecord) => metricOf(record, "writesLost") / visits(record);
    expectAgreement(estimate(records, perUser), lagMs / thinkMs, { precision: 0.08 });
  });

  it.each(["semi-sync", "sync", "strict-sync"])("takes nothing with it under %s", (mode) => {
    const records = runs(4, scenario, database({ ...failover, replicationDelayMs: lagMs, mode }));
    for (const record of records) {
      expect([metricOf(record, "writesLost"), metricOf(record, "sessionsLost")]).toEqual([0, 0]);
      expect(metricOf(record, "errorFraction")).toBeGreaterThan(0.02);
    }
  });

  it("and is not replaced costs the outage, and no data", () => {
    const back = { ...crash, endsAfterMs: 200 };
    const records = runs(
      4,
      world({ durationMs: 1500, populations: [lasting], faults: [back] }),
      database({ connectionTimeoutMs: 0 }),
    );
    for (const record of records) {
      expect([metricOf(record, "writesLost"), metricOf(record, "sessionsLost")]).toEqual([0, 0]);
      expect(metricOf(record, "errorFraction")).toBeGreaterThan(0.05);
    }
  });
});

describe("a pool of one connection", () => {
  it("is an M/D/1 queue before the database", () => {
    const single = scenarioOf({
      durationMs: 60_000,
      populations: [populationOf({ arrivals: poisson(0.7) })],
      servers: serversOf({ workers: 1000 }),
    });
    // Each login is one statement of 1 ms, and Poisson arrivals leave M/M/∞ as a Poisson stream.
    const records = runs(16, single, database({ poolSize: 1, writeMs: 1, workers: 100 }));
    expectAgreement(estimate(records, "stateMeanMs"), 1 + 0.7 / (2 * (1 - 0.7)), { precision: 0.03 });
  });
});
