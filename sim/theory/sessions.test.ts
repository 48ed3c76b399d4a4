/** Sessions: how many live, how they time out, and how requests find or miss their server. */
import { describe, expect, it, vi } from "vitest";
import type { Cause, Population, RunRecord, Scenario } from "../index.ts";
import { estimate, expectAgreement, metricOf, runs } from "./testing/estimates.ts";
import {
  constant,
  exponential,
  poisson,
  populationOf,
  type SessionScript,
  scenarioOf,
  serversOf,
  strategyOf,
} from "./testing/scenarios.ts";

vi.setConfig({ testTimeout: 120_000 });

/** Work takes no time, so that nothing but the sessions' own rhythm is measured. */
const idealised = (population: Population, parts: Partial<Parameters<typeof scenarioOf>[0]> = {}): Scenario =>
  scenarioOf({
    durationMs: 20_000,
    warmUpMs: 0,
    serviceMs: constant(0),
    populations: [population],
    servers: serversOf({ count: 10, workers: 1000 }),
    ...parts,
  });

/** Sessions of exactly two requests: one login, one chance to be lost. */
const twice = (thinkMs: SessionScript["thinkMs"], more: Partial<SessionScript> = {}) => ({
  arrivals: poisson(1),
  session: { requests: constant(2), thinkMs, ...more },
});

const sticky = strategyOf({ affinity: "balancer-cookie" });

const lostBy = (cause: Cause) => (record: RunRecord) =>
  record.sessionsLostByCause.find((entry) => entry.cause === cause)?.sessions ?? 0;

/**
 * Losses per second request. Over N of them the share p has a standard error of √(p(1-p)/N), 0.5 % at p = 0.5 and
 * N = 40,000; those whose second request falls behind the end of the run are left out on both sides.
 */
const lostPerReturn = (cause: Cause) => (record: RunRecord) => {
  const visits = record.timeline.sessionsBorn.reduce((sum, born) => sum + born, 0) - metricOf(record, "reloginCount");
  return lostBy(cause)(record) / (metricOf(record, "requestsOffered") - visits);
};

describe("live sessions", () => {
  const lifeMs = 100;
  const scenario = idealised(populationOf(twice(exponential(lifeMs))), { durationMs: 10_000, warmUpMs: 1000 });

  it("number the birth rate times the lifetime, and have the lifespan that was drawn", () => {
    // The time average of a Poisson number with correlation time S has variance 2 Λ S² / t: 0.37 % over these runs.
    const records = runs(16, scenario, sticky);
    expectAgreement(estimate(records, "sessionsLive"), lifeMs, { precision: 0.02 });
    const mean = ({ sessionLifespanMs }: RunRecord) => sessionLifespanMs.sum / sessionLifespanMs.total;
    expectAgreement(estimate(records, mean), lifeMs, { precision: 0.02 });
  });

  it("fill up as the integral of the lifetime's tail, from an empty start", () => {
    // Live at t: Λ S (1 - e^{-t/S}); averaged over the window [0, w): Λ S (1 - (1 - e^{-w/S}) S/w).
    const windowMs = 50;
    const filling = idealised(populationOf(twice(exponential(lifeMs))), { durationMs: 500, windowMs });
    const records = runs(60, filling, sticky);
    const meanTo = (t: number) => lifeMs * (t - lifeMs * (1 - Math.exp(-t / lifeMs)));
    for (const window of [0, 1, 3]) {
      const expected = (meanTo((window + 1) * windowMs) - meanTo(window * windowMs)) / windowMs;
      const live = estimate(records, ({ timeline }) => timeline.sessionsLive[window]!);
      expectAgreement(live, expected, { precision: 0.15 });
    }
  });
});

describe("the idle timeout", () => {
  /** After each request the user stops with probability 0.1, or comes back after an exponential pause of mean 10. */
  const idleTimeoutMs = 30;
  const scenario = idealised(
    populationOf({
      arrivals: poisson(1),
      session: { requests: { law: "geometric", mean: 10 }, thinkMs: exponential(10) },
    }),
    { warmUpMs: 1000, sessions: { idleTimeoutMs } },
  );
  const records = runs(12, scenario, sticky);
  const missed = 0.9 * Math.exp(-3);
  const ends = 1 - 0.9 * (1 - Math.exp(-3));

  it("strikes the share of sessions whose user comes back after the first longer pause", () => {
    const share = (record: RunRecord) =>
      metricOf(record, "sessionsTimedOut") /
      (metricOf(record, "sessionsTimedOut") + metricOf(record, "sessionsCompleted"));
    expectAgreement(estimate(records, share), missed / ends, { precision: 0.02 });
    expect(missed / ends).toBeCloseTo(0.309432, 5);
  });

  it("cuts sessions to a geometric number of requests", () => {
    const requests = (record: RunRecord) => metricOf(record, "requestsAnswered") / metricOf(record, "sessionsBorn");
    expectAgreement(estimate(records, requests), 1 / ends, { precision: 0.02 });
  });
});

describe("a session's next request misses its server", () => {
  const n = 10;
  const random = { balancing: "random" } as const;

  it("with probability 1 - 1/n when nothing leads it back", () => {
    const records = runs(8, idealised(populationOf(twice(exponential(10)))), strategyOf(random));
    expectAgreement(estimate(records, lostPerReturn("no-affinity")), 1 - 1 / n, { precision: 0.01 });
  });

  it("never, when the balancer's cookie leads it back", () => {
    const records = runs(2, idealised(populationOf(twice(exponential(10)))), sticky);
    expect(records.map((record) => metricOf(record, "sessionsLost"))).toEqual([0, 0]);
  });

  it("for those who refuse cookies", () => {
    const population = populationOf({ ...twice(exponential(10)), clients: { cookiesFraction: 0.7 } });
    const strategy = strategyOf({ ...random, affinity: "balancer-cookie" });
    const records = runs(12, idealised(population), strategy);
    expectAgreement(estimate(records, lostPerReturn("cookie-refused")), 0.3 * (1 - 1 / n), { precision: 0.03 });
  });

  it.each([2, 4])("behind %i balancers with a table each: (1 - 1/L)(1 - 1/n)", (count) => {
    const strategy = strategyOf({ ...random, affinity: "source-table" });
    const records = runs(12, idealised(populationOf(twice(exponential(10))), { balancers: { count } }), strategy);
    const expected = (1 - 1 / count) * (1 - 1 / n);
    expectAgreement(estimate(records, lostPerReturn("unsynchronised-balancer")), expected, { precision: 0.02 });
  });

  it("never behind several balancers that each user keeps to", () => {
    const strategy = strategyOf({ ...random, affinity: "source-table" });
    const balancers = { count: 4, choose: "per-session" } as const;
    const records = runs(2, idealised(populationOf(twice(exponential(10))), { balancers }), strategy);
    expect(records.map((record) => metricOf(record, "sessionsLost"))).toEqual([0, 0]);
  });

  it("when the table's entry has expired: e^(-r τ)(1 - 1/n)", () => {
    const strategy = strategyOf({ ...random, affinity: "source-table", knobs: { expireMs: 10 } });
    const records = runs(12, idealised(populationOf(twice(exponential(10)))), strategy);
    const expected = Math.exp(-1) * (1 - 1 / n);
    expectAgreement(estimate(records, lostPerReturn("binding-expired")), expected, { precision: 0.03 });
  });

  it("when its address has changed: (1 - e^(-think/m))(1 - 1/n)", () => {
    const population = populationOf({
      ...twice(constant(10)),
      clients: { mobileFraction: 1, addressChangeMeanMs: 20 },
    });
    const strategy = strategyOf({ affinity: "source-hash" });
    const records = runs(12, idealised(population), strategy);
    const expected = (1 - Math.exp(-0.5)) * (1 - 1 / n);
    expectAgreement(estimate(records, lostPerReturn("address-changed")), expected, { precision: 0.03 });
  });
});

describe("addresses shared by many", () => {
  it("make a source hash as uneven as their shares: CV² = (n - 1) Σ p²", () => {
    // Every group falls on a server of its own chance: over drawings of addresses, E CV² = (n - 1) Σ p². Counting M
    // requests adds sampling noise: E CV² of the counts = (n - 1) Σ p² (1 - 1/M) + (n - 1)/M.
    const n = 10;
    const groups = 50;
    const weights = Array.from({ length: groups }, (_, k) => 1 / (k + 1));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const squares = weights.reduce((sum, weight) => sum + (weight / total) * (weight / total), 0);
    const requests = 2000;
    const population = populationOf({
      arrivals: poisson(1),
      clients: { natFraction: 1, natAddresses: groups, natZipfExponent: 1 },
    });
    const scenario = idealised(population, { durationMs: requests });
    const records = runs(400, scenario, strategyOf({ affinity: "source-hash" }));
    const cv2 = estimate(records, (record) => metricOf(record, "loadCv") * metricOf(record, "loadCv"));
    expectAgreement(cv2, (n - 1) * (squares * (1 - 1 / requests) + 1 / requests), { precision: 0.15 });
  });
});

describe("sessions in a store of their own", () => {
  const population = populationOf({ arrivals: poisson(0.8) });
  const store = (parts: object) => strategyOf({ state: "redis", knobs: { roundTripMs: 0, perKibMs: 0, ...parts } });
  const scenario = scenarioOf({
    durationMs: 60_000,
    populations: [population],
    servers: serversOf({ workers: 1000 }),
  });

  it("queue at its single thread: M/D/1 behind servers that never make anybody wait", () => {
    // Poisson arrivals leave M/M/∞ as a Poisson stream; each login is one operation of 1 ms.
    const records = runs(16, scenario, store({ operationMs: 1 }));
    const expected = 1 + 0.8 / (2 * (1 - 0.8));
    expectAgreement(estimate(records, "stateMeanMs"), expected, { precision: 0.04 });
  });

  it("cannot be served faster than it works: two operations for each request of a session", () => {
    const busy = populationOf({
      arrivals: { process: "closed", users: 40 },
      session: { requests: constant(1e9), thinkMs: exponential(10) },
    });
    const saturated = scenarioOf({ durationMs: 20_000, populations: [busy], servers: serversOf({ workers: 1000 }) });
    // Measured are the requests sent after warm-up; of those the last 40 at most are not yet answered at the end.
    const claim = { precision: 0.002, bias: 40 / 18_000 };
    const records = runs(4, saturated, store({ operationMs: 0.5 }));
    expectAgreement(estimate(records, "throughputPerSec"), 1000, claim);
    const frugal = runs(4, saturated, store({ operationMs: 0.5, touches: false }));
    expectAgreement(estimate(frugal, "throughputPerSec"), 2000, claim);
  });

  it("travel a round trip for each operation when it is idle", () => {
    const knobs = { roundTripMs: 3, operationMs: 0.25, perKibMs: 0.5 };
    const rare = { ...twice(constant(50), { stateBytes: constant(2048) }), arrivals: poisson(0.005) };
    const records = runs(8, idealised(populationOf(rare), { durationMs: 100_000 }), store(knobs));
    // A login writes, a return reads and refreshes: 3 + 0.25 + 2 × 0.5 ms each time. The store is 1.9 % busy, and waiting
    // for it adds half of that share of 1.25 ms.
    expectAgreement(estimate(records, "stateMeanMs"), 1.5 * 4.25, { precision: 0.01, bias: 0.003 });
  });
});
