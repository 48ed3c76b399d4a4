/** Copies of sessions among the servers: what crashes take, what copies cost, how late they are. */
import { describe, expect, it, vi } from "vitest";
import type { Cause, Fault, Population, RunRecord, Scenario } from "../index.ts";
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
import { crashOf as crashAt, lastingUsers } from "./testing/worlds.ts";

vi.setConfig({ testTimeout: 120_000 });

const crashOf = (servers: readonly number[], atMs = 400) => crashAt(servers, atMs);

/** About so many users, who log in within the first 200 ms and write every 80 ms on average until the end. */
const lasting = (users: number) => lastingUsers(users, 80);

const world = (count: number, parts: Partial<Parameters<typeof scenarioOf>[0]> = {}): Scenario =>
  scenarioOf({
    durationMs: 1000,
    warmUpMs: 0,
    serviceMs: constant(0),
    servers: serversOf({ count, workers: 1000 }),
    balancers: { redispatch: 1, healthCheck: { intervalMs: 5, timeoutMs: 1, rise: 2, fall: 1 } },
    ...parts,
  });

const sticky = { balancing: "random", affinity: "balancer-cookie" } as const;
/** Nothing takes time but what a test is about. */
const atOnce = { perKibMs: 0, sendPerKibMs: 0 };
const visits = (record: RunRecord) => metricOf(record, "sessionsBorn") - metricOf(record, "reloginCount");
const lost = (record: RunRecord, cause: Cause) =>
  record.sessionsLostByCause.find((entry) => entry.cause === cause)?.sessions ?? 0;

describe("f of N servers crash together, each session having k copies", () => {
  /** All users come back within the 600 ms after the crash but e^-7.5 of them, 0.06 %. */
  const share = (record: RunRecord) => lost(record, "crash") / visits(record);

  it.each([
    // The share p over all users of all runs has a relative standard error of √((1 - p) / (p users)).
    { n: 10, f: 3, k: 2, expected: 3 / 45, runs: 20, precision: 0.13 },
    { n: 20, f: 4, k: 3, expected: 4 / 1140, runs: 100, precision: 0.25 },
  ])("C(f,k) / C(N,k) are lost: N = $n, f = $f, k = $k", ({ n, f, k, expected, runs: count, precision }) => {
    const crashed = Array.from({ length: f }, (_, i) => 2 * i);
    const scenario = world(n, { populations: [lasting(1000)], faults: [crashOf(crashed)] });
    const knobs = { backups: k - 1, placement: "random" };
    const records = runs(count, scenario, strategyOf({ ...sticky, state: "backups", knobs }));
    expectAgreement(estimate(records, share), expected, { precision, bias: 0.0006 });
  });

  it("and of 50 sessions at least one with probability 1 - (1 - p)^50", () => {
    const arrivals = { process: "closed", users: 50 } as const;
    const population = populationOf({
      arrivals,
      session: { requests: constant(1e9), thinkMs: exponential(20), writesFraction: 1 },
    });
    const scenario = world(10, { populations: [population], faults: [crashOf([0, 2, 4])], durationMs: 600 });
    const strategy = strategyOf({ ...sticky, state: "backups", knobs: { placement: "random" } });
    const someLost = (record: RunRecord) => (lost(record, "crash") > 0 ? 1 : 0);
    const expected = 1 - Math.exp(50 * Math.log(14 / 15));
    expect(expected).toBeCloseTo(0.968243, 5);
    expectAgreement(estimate(runs(1600, scenario, strategy), someLost), expected, { precision: 0.025 });
  });

  it("in a grid, where the owner and the backup of a partition share its fate", () => {
    // Sessions of one partition are lost together: with P partitions the share has a deviation of √(p (1 - p) / P) and
    // more over the runs, P = 4096 here. The same partitions lie on the same servers in every run.
    const scenario = world(10, { populations: [lasting(4000)], faults: [crashOf([1, 4, 8])] });
    const knobs = { partitions: 4096, detectionMs: 0, perKibMs: 0, operationMs: 0 };
    const records = runs(8, scenario, strategyOf({ balancing: "random", state: "memory-grid", knobs }));
    const bias = (4 * Math.sqrt((1 / 15) * (14 / 15))) / Math.sqrt(4096) / (1 / 15);
    expectAgreement(estimate(records, share), 1 / 15, { precision: 0.13, bias });
  });
});

describe("a write costs", () => {
  const n = 6;
  const population = populationOf({
    arrivals: poisson(0.5),
    session: { requests: constant(4), thinkMs: constant(5), writesFraction: 1 },
  });
  const scenario = world(n, { populations: [population], durationMs: 2000 });
  const run = (state: string, knobs = {}) => runs(1, scenario, strategyOf({ ...sticky, state, knobs }))[0]!;
  /** Sessions that the end of the run cuts short, and writes under way then, are a hundredth at most. */
  const perWrite = (record: RunRecord) =>
    metricOf(record, "replicationMessages") / metricOf(record, "requestsAnswered");

  it("N - 1 messages, where every server has every session", () => {
    expect(perWrite(run("replicated"))).toBeCloseTo(n - 1, 1);
  });

  it("one, where it has a backup, and N - 2 small ones when the session begins, a fourth of these writes", () => {
    expect(perWrite(run("backups"))).toBeCloseTo(1 + (n - 2) / 4, 1);
  });

  it("N times the memory of all sessions on the fleet, against twice that", () => {
    // Where writes take time sessions last longer, and more of them are there.
    const memory = (state: string) =>
      metricOf(run(state, state === "backups" ? { ...atOnce, roundTripMs: 0 } : {}), "sessionMemoryBytes");
    expect(memory("replicated") / memory("server-memory")).toBeCloseTo(n, 1);
    expect(memory("backups") / memory("server-memory")).toBeCloseTo(2, 1);
  });

  it("a place in its server's queue of sends: M/D/1 with N - 1 sends each", () => {
    // Logins at random over three servers, 0.7 a ms on each, which keep its sender busy for 2 × 0.5 ms.
    const logins = world(3, {
      durationMs: 20_000,
      warmUpMs: 2000,
      populations: [populationOf({ arrivals: poisson(2.1) })],
    });
    const knobs = { mode: "sync-processed", delayMs: 0, perKibMs: 0, sendPerKibMs: 0.5 };
    const records = runs(16, logins, strategyOf({ balancing: "random", state: "replicated", knobs }));
    expectAgreement(estimate(records, "stateMeanMs"), 1 + 0.7 / (2 * 0.3), { precision: 0.03 });
  });

  it("a way to the owner for all but 1/N of the requests, and one to the backup: in a grid", () => {
    const knobs = { roundTripMs: 1, operationMs: 0, perKibMs: 0 };
    const logins = world(5, { durationMs: 5000, populations: [populationOf({ arrivals: poisson(2) })] });
    const records = runs(8, logins, strategyOf({ balancing: "random", state: "memory-grid", knobs }));
    expectAgreement(estimate(records, "stateMeanMs"), 4 / 5 + 1, { precision: 0.01 });
  });
});

describe("copies that come later", () => {
  it("lose half an interval's writes in a crash, where they are sent at intervals", () => {
    // The crashed server has about 25 users, who write 0.3125 times a ms: in 40 ms, half of the interval, 12.5 times. Their
    // number varies like a Poisson one, and so do the writes; and the time since the last flush is uniform.
    const knobs = { ...atOnce, mode: "batched", flushMs: 80, delayMs: 0 };
    const scenario = world(10, { populations: [lasting(250)], faults: [crashOf([3])] });
    const records = runs(300, scenario, strategyOf({ ...sticky, state: "replicated", knobs }));
    const gone = (record: RunRecord) =>
      record.writesLostByCause.find(({ cause }) => cause === "write-behind")?.count ?? 0;
    // Writes that die with their server before the run's end and are never read again count for nobody: e^-7.5 of them.
    expectAgreement(estimate(records, gone), 12.5, { precision: 0.18, bias: 0.0006 });
  });
});

describe("a server that joins", () => {
  /** They read all the time, and write when they log in. */
  const readers: Population = { ...lasting(600), session: { ...lasting(600).session, writesFraction: 0 } };
  const joining: Fault = { kind: "scale-out", atMs: 500, servers: [3] };
  const scenario = world(4, {
    populations: [readers],
    faults: [joining],
    windowMs: 50,
    servers: [serversOf({ count: 3, workers: 1000 }), serversOf({ name: "late", workers: 1000 })],
  });
  const run = (knobs: object) =>
    runs(1, scenario, strategyOf({ state: "replicated", knobs: { ...atOnce, delayMs: 0, ...knobs } }))[0]!;
  const requests = ({ timeline }: RunRecord, window: number) => timeline.serverRequests[3]![window]!;

  it("answers nobody before it has the others' state: their bytes at the sender's pace", () => {
    // 600 sessions of 1 KiB at 0.2 ms each: 120 ms, give or take 20 as their number varies by 25.
    const record = run({ sendPerKibMs: 0.2, mode: "sync-processed" });
    expect([requests(record, 10), requests(record, 11)]).toEqual([0, 0]);
    expect(requests(record, 13)).toBeGreaterThan(0);
    expect(metricOf(record, "sessionsLost")).toBe(0);
  });

  it("answers without it after its timeout, and loses who comes to it", () => {
    const record = run({ sendPerKibMs: 0.2, stateTransferTimeoutMs: 60, mode: "sync-processed" });
    expect([requests(record, 10), requests(record, 11) > 0]).toEqual([0, true]);
    expect(lost(record, "state-transfer")).toBeGreaterThan(50);
    expect(metricOf(record, "sessionsLost")).toBe(lost(record, "state-transfer"));
  });
});

describe("a file server", () => {
  it("is a station of its own: M/D/1 behind servers that never make anybody wait", () => {
    // A login writes and commits, two operations of 0.5 ms; the round trips take no time.
    const logins = world(3, {
      durationMs: 20_000,
      warmUpMs: 2000,
      populations: [populationOf({ arrivals: poisson(0.8) })],
    });
    const knobs = { threads: 1, operationMs: 0.5, roundTripMs: 0, perKibMs: 0, commitMs: 0 };
    const records = runs(24, logins, strategyOf({ balancing: "random", state: "shared-files", knobs }));
    expectAgreement(estimate(records, "stateMeanMs"), 1 + 0.8 / (2 * 0.2), { precision: 0.05 });
  });

  it("that hangs loses no session, whatever the affinity", () => {
    const hang: Fault = { kind: "store-hang", atMs: 400, nodes: [-1], endsAfterMs: 200 };
    for (const affinity of ["none", "balancer-cookie"]) {
      const record = runs(
        1,
        world(4, { populations: [lasting(200)], faults: [hang] }),
        strategyOf({ balancing: "random", affinity, state: "shared-files", knobs: { recoveryMs: 10 } }),
      )[0]!;
      expect([metricOf(record, "sessionsLost"), metricOf(record, "staleReads")]).toEqual([0, 0]);
      expect(metricOf(record, "responseTimeMaxMs")).toBeGreaterThan(200);
    }
  });
});
