/** What crashes, detection and copies cost: sessions and writes lost, requests failed, load after a scale-out. */
import { describe, expect, it, vi } from "vitest";
import type { Cause, Fault, RunRecord, Scenario } from "../index.ts";
import { estimate, estimateOf, expectAgreement, metricOf, runs } from "./testing/estimates.ts";
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

const N = 10;
const crashOf = (servers: readonly number[], atMs = 500) => crashAt(servers, atMs);

/** About so many users whose sessions outlast the run: logins in the first 200 ms, then a write every 50 ms on average. */
const lasting = (users: number) => lastingUsers(users, 50);

const world = (faults: readonly Fault[], parts: Partial<Parameters<typeof scenarioOf>[0]> = {}): Scenario =>
  scenarioOf({
    durationMs: 1000,
    warmUpMs: 0,
    serviceMs: constant(0),
    populations: [lasting(1000)],
    servers: serversOf({ count: N, workers: 1000 }),
    // Whoever is led to a dead server goes to another at once.
    balancers: { redispatch: 1 },
    faults,
    ...parts,
  });

const sticky = { balancing: "random", affinity: "balancer-cookie" } as const;
const visits = (record: RunRecord) => metricOf(record, "sessionsBorn") - metricOf(record, "reloginCount");
const lost = (record: RunRecord, cause: Cause) =>
  record.sessionsLostByCause.find((entry) => entry.cause === cause)?.sessions ?? 0;

describe("one server of ten crashes", () => {
  it("taking its share of the live sessions with it: live / N, for sessions in server memory", () => {
    // About 1000 sessions, each on the server with probability 1/N: the share lost has a spread of √(0.1 × 0.9 / 1000).
    const records = runs(40, world([crashOf([3])]), strategyOf(sticky));
    expectAgreement(
      estimate(records, (record) => lost(record, "crash") / visits(record)),
      1 / N,
      { precision: 0.09 },
    );
    for (const record of records) expect(metricOf(record, "sessionsLost")).toBe(lost(record, "crash"));
  });

  it("taking none, when every server has a copy before the answer", () => {
    const strategy = strategyOf({ ...sticky, state: "replicated", knobs: { mode: "sync-processed" } });
    const records = runs(5, world([crashOf([3])]), strategy);
    expect(records.map((record) => metricOf(record, "sessionsLost"))).toEqual([0, 0, 0, 0, 0]);
    expect(records.map((record) => metricOf(record, "writesLost"))).toEqual([0, 0, 0, 0, 0]);
  });

  it("taking none, when one other server has a backup", () => {
    const records = runs(5, world([crashOf([3])]), strategyOf({ ...sticky, state: "one-backup" }));
    expect(records.map((record) => metricOf(record, "sessionsLost"))).toEqual([0, 0, 0, 0, 0]);
  });

  it("taking the writes that were on their way: rate × lag, for copies that come later", () => {
    // The crashed server has a Poisson number of sessions, 20 on average, each acknowledging a write every 50 ms. With a lag
    // of 25 ms each has a Poisson number of writes under way, ½ on average: 10 in all, with variance 20 (½ + ½²) = 15.
    const strategy = strategyOf({ ...sticky, state: "replicated", knobs: { mode: "async", delayMs: 25, perKibMs: 0 } });
    const records = runs(300, world([crashOf([3])], { populations: [lasting(200)] }), strategy);
    expectAgreement(estimate(records, "writesLost"), 10, { precision: 0.13 });
    const variance = (values: readonly number[]) => {
      const { standardError } = estimateOf(values);
      return standardError * standardError * values.length;
    };
    // A variance from R runs has a relative standard error of √((2 + excess) / R), the excess of this law being 0.27: 8.7 %.
    const found = variance(records.map((record) => metricOf(record, "writesLost")));
    expect(Math.abs(found / 15 - 1)).toBeLessThan(4 * 0.087);
  });
});

describe("several servers crash at once", () => {
  it("and with them the sessions whose two copies lay on just those: C(f,2) / C(N,2)", () => {
    // Three of ten: 1/15 of about 1000 sessions.
    const records = runs(40, world([crashOf([1, 4, 8])]), strategyOf({ ...sticky, state: "one-backup" }));
    expectAgreement(
      estimate(records, (record) => lost(record, "crash") / visits(record)),
      3 / 45,
      { precision: 0.13 },
    );
  });

  it("all of them: everybody is lost, however many copies there were", () => {
    const everyServer = Array.from({ length: N }, (_, server) => server);
    const faults: readonly Fault[] = [{ kind: "crash", atMs: 500, servers: everyServer, restartAfterMs: 10 }];
    for (const state of ["server-memory", "one-backup", "replicated"]) {
      for (const record of runs(2, world(faults), strategyOf({ ...sticky, state, knobs: {} }))) {
        // Those whose next request comes before the end of the run: all but e^-10 of them.
        expect(lost(record, "crash")).toBeGreaterThan(0.99 * visits(record));
      }
    }
  });

  it("and sessions kept outside the servers do not notice", () => {
    for (const state of ["redis", "signed-cookie"]) {
      for (const record of runs(2, world([crashOf([1, 4, 8])]), strategyOf({ ...sticky, state }))) {
        expect(metricOf(record, "sessionsLost")).toBe(0);
      }
    }
  });
});

describe("a copy that has not arrived", () => {
  it("is missed by whoever comes back to another server sooner: (1 - e^(-d/θ))(1 - 1/n)", () => {
    const population = populationOf({
      arrivals: poisson(1),
      session: { requests: constant(2), thinkMs: exponential(10) },
    });
    const strategy = strategyOf({ balancing: "random", state: "replicated", knobs: { delayMs: 4, perKibMs: 0 } });
    const records = runs(12, world([], { durationMs: 10_000, populations: [population] }), strategy);
    const returns = (record: RunRecord) => metricOf(record, "requestsOffered") - visits(record);
    expectAgreement(
      estimate(records, (record) => lost(record, "replication-lag") / returns(record)),
      (1 - Math.exp(-0.4)) * (1 - 1 / N),
      { precision: 0.03 },
    );
  });
});

describe("health checks", () => {
  it.each([
    [50, 3],
    [100, 2],
  ])("every %i ms find a crash after (k - ½) intervals on average, k = %i", (intervalMs, fall) => {
    // Until then 1/N of the requests go to the dead server: rate / N × (k - ½) I of them fail. A hundred balancers, each
    // with its own phase, make every run an average over phases.
    const healthCheck = { intervalMs, timeoutMs: 10, rise: 2, fall };
    const scenario = world([crashOf([3])], {
      durationMs: 2000,
      populations: [populationOf({ arrivals: poisson(10) })],
      balancers: { count: 100, healthCheck },
    });
    const records = runs(20, scenario, strategyOf({ balancing: "random" }));
    expectAgreement(estimate(records, "requestsFailed"), (10 / N) * (fall - 0.5) * intervalMs, { precision: 0.15 });
  });

  it("and a restart after (rise - ½) intervals: until then the others carry its share", () => {
    const healthCheck = { intervalMs: 100, timeoutMs: 10, rise: 3, fall: 1 };
    const restart: Fault = { kind: "crash", atMs: 500, servers: [3], restartAfterMs: 500 };
    const scenario = world([restart], {
      durationMs: 2000,
      windowMs: 1000,
      populations: [populationOf({ arrivals: poisson(10) })],
      balancers: { count: 100, healthCheck },
    });
    const records = runs(20, scenario, strategyOf({ balancing: "random" }));
    // In the second window the server is out for 2.5 × 100 ms on average.
    const requests = ({ timeline }: RunRecord) => timeline.serverRequests[3]![1]!;
    expectAgreement(estimate(records, requests), (10 / N) * (1000 - 250), { precision: 0.065 });
  });
});

describe("one server more", () => {
  it("moves all but 1/(N+1) of the sessions under a source hash", () => {
    const scenario = world([{ kind: "scale-out", atMs: 500, servers: [N] }], {
      servers: [serversOf({ count: N, workers: 1000 }), serversOf({ name: "late", workers: 1000 })],
    });
    const records = runs(20, scenario, strategyOf({ affinity: "source-hash" }));
    // Of h mod N(N+1), uniform, N values out of N(N+1) have h mod N = h mod (N+1).
    expectAgreement(
      estimate(records, (record) => lost(record, "rehash") / visits(record)),
      N / (N + 1),
      { precision: 0.015 },
    );
  });

  it("gets its share of sticky sessions only as the old ones end", () => {
    // Geometric sessions, mean m requests, think time Z: of those born, (m-1)/m live on and end at rate 1/(Z m). A server
    // that gets Λ/(N+1) logins per ms from time 0 on serves Λ/(N+1) (1 + (m-1)(1 - e^{-t/(Z m)})) requests per ms.
    const [m, thinkMs, rate, joinsAtMs] = [5, 20, 10, 800];
    const population = populationOf({
      arrivals: poisson(rate),
      session: { requests: { law: "geometric", mean: m }, thinkMs: exponential(thinkMs) },
    });
    const scenario = world([{ kind: "scale-out", atMs: joinsAtMs, servers: [N] }], {
      durationMs: joinsAtMs + 200,
      windowMs: 50,
      populations: [population],
      servers: [serversOf({ count: N, workers: 1000 }), serversOf({ name: "late", workers: 1000 })],
    });
    const records = runs(30, scenario, strategyOf(sticky));
    const lifeMs = thinkMs * m;
    const upTo = (t: number) => (rate / (N + 1)) * (m * t - (m - 1) * lifeMs * (1 - Math.exp(-t / lifeMs)));
    for (const window of [0, 1, 3]) {
      const requests = ({ timeline }: RunRecord) => timeline.serverRequests[N]![joinsAtMs / 50 + window]!;
      const expected = upTo(50 * (window + 1)) - upTo(50 * window);
      expectAgreement(estimate(records, requests), expected, { precision: 0.18 });
    }
  });
});
