/** What a cookie keeps where it is: load after a scale-out, and losses that follow from the cookie's own life and makers. */
import { describe, expect, it, vi } from "vitest";
import type { Cause, Distribution, Fault, RunRecord } from "../index.ts";
import { estimate, expectAgreement, metricOf, runs } from "./testing/estimates.ts";
import { constant, exponential, poisson, populationOf, serversOf, strategyOf } from "./testing/scenarios.ts";
import { idealised } from "./testing/worlds.ts";

vi.setConfig({ testTimeout: 120_000 });

const n = 10;

const lostBy = (record: RunRecord, cause: Cause) =>
  record.sessionsLostByCause.find((entry) => entry.cause === cause)?.sessions ?? 0;
const visits = (record: RunRecord) => metricOf(record, "sessionsBorn") - metricOf(record, "reloginCount");
const balancerCookie = (knobs = {}) => strategyOf({ balancing: "random", affinity: "balancer-cookie", knobs });

describe("sticky sessions after one server was added to four", () => {
  const N = 4;
  const lifeMs = 100;
  const rate = 40;
  const fair = (rate * lifeMs) / (N + 1);
  /** Long enough for the number of sessions to settle from empty: e^-8 of it is missing. */
  const joinsAtMs = 8 * lifeMs;
  const spanMs = lifeMs / 10;

  /** Sessions held over the span that begins `afterMs` after the newcomer, whose lives have the law. */
  const held = (law: Distribution, afterMs: number) => {
    const startMs = joinsAtMs + afterMs;
    const population = populationOf({ arrivals: poisson(rate), session: { requests: constant(2), thinkMs: law } });
    const scenario = idealised(population, {
      durationMs: startMs + spanMs,
      warmUpMs: startMs,
      servers: [serversOf({ count: N, workers: 1000 }), serversOf({ name: "late", workers: 1000 })],
      faults: [{ kind: "scale-out", atMs: joinsAtMs, servers: [N] }],
    });
    return runs(12, scenario, strategyOf({ affinity: "balancer-cookie" }));
  };
  const onNew = ({ servers }: RunRecord) => servers[N]!.sessionsHeldMean / fair;
  const onOld = ({ servers }: RunRecord) =>
    servers.slice(0, N).reduce((sum, { sessionsHeldMean }) => sum + sessionsHeldMean, 0) / N / fair;

  /** The integral of 1 - e^-x over [t, t + s], divided by s, times in lifetimes. */
  const filled = (t: number, s: number) => 1 - (Math.exp(-t) - Math.exp(-t - s)) / s;

  it.each([
    [0.25, 0.2212],
    [0.5, 0.3935],
    [1, 0.6321],
    [2, 0.8647],
  ])(
    "of exponential lives: the newcomer has 1 - e^-t of its fair share after %f lives, the others what it lacks",
    (t, atOnce) => {
      expect(1 - Math.exp(-t)).toBeCloseTo(atOnce, 4);
      const share = filled(t, spanMs / lifeMs);
      const records = held(exponential(lifeMs), t * lifeMs);
      // A Poisson number with mean 800 × 0.26 is off by 7 %, over 12 runs by 2 %, and lives last longer than the span.
      expectAgreement(estimate(records, onNew), share, { precision: 0.1 });
      expectAgreement(estimate(records, onOld), 1 + (1 - share) / N, { precision: 0.03, bias: Math.exp(-8) });
    },
  );

  it.each([
    [0.5, 0.55, 1.1125],
    [1, 1, 1],
  ])("of constant lives: it fills up evenly and is done after one life (%f lives)", (t, onNewcomer, onOthers) => {
    const records = held(constant(lifeMs), t * lifeMs);
    expectAgreement(estimate(records, onNew), onNewcomer, { precision: 0.06 });
    expectAgreement(estimate(records, onOld), onOthers, { precision: 0.03 });
  });
});

describe("a cookie that the browser keeps for a fixed time", () => {
  /** A request every 10 ms for 200 ms. */
  const active = populationOf({
    arrivals: poisson(1),
    session: { requests: constant(21), thinkMs: constant(10) },
  });
  const scenario = idealised(active, { durationMs: 5000 });

  it("logs out users who never paused: once in its life, 1 - 1/n of them", () => {
    // Set at 0 and gone after 105, it is set again at 110 and outlives the visit.
    const records = runs(12, scenario, balancerCookie({ browserLifeMs: 105 }));
    // Visits that begin less than 110 ms before the end are not there yet, of the 5000 ms in which they begin.
    const seen = (record: RunRecord) => lostBy(record, "cookie-expired") / (visits(record) * (1 - 110 / 5000));
    expectAgreement(estimate(records, seen), 1 - 1 / n, { precision: 0.02 });
  });

  it("logs out nobody when every answer sets it anew", () => {
    const records = runs(2, scenario, balancerCookie({ browserLifeMs: 105, slides: true }));
    expect(records.map((record) => metricOf(record, "sessionsLost"))).toEqual([0, 0]);
  });

  it("logs out whoever is idle for longer under maxidle, and nobody else", () => {
    const paused = populationOf({
      arrivals: poisson(1),
      session: { requests: constant(2), thinkMs: exponential(100) },
    });
    const records = runs(12, idealised(paused), balancerCookie({ maxIdleMs: 50, dateResolutionMs: 0 }));
    const returns = (record: RunRecord) => metricOf(record, "requestsOffered") - visits(record);
    const share = (record: RunRecord) => lostBy(record, "binding-expired") / returns(record);
    // Those whose pause is longer than the run has left are not among the returns; 100 ms of 20,000.
    expectAgreement(estimate(records, share), Math.exp(-0.5) * (1 - 1 / n), { precision: 0.02, bias: 0.005 });
  });
});

describe("two balancers that cannot read each other's cookies", () => {
  const twice = populationOf({ arrivals: poisson(1), session: { requests: constant(2), thinkMs: constant(10) } });

  it.each([2, 4])("lose (1 - 1/L)(1 - 1/n) of the sessions at the next request (L = %i)", (count) => {
    const scenario = idealised(twice, { balancers: { count } });
    const records = runs(12, scenario, balancerCookie({ secrets: "own" }));
    const returns = (record: RunRecord) => metricOf(record, "requestsOffered") - visits(record);
    const share = (record: RunRecord) => lostBy(record, "unsynchronised-balancer") / returns(record);
    expectAgreement(estimate(records, share), (1 - 1 / count) * (1 - 1 / n), { precision: 0.02 });
    // And HAProxy's log says I for as many of the requests that brought one.
    const unknown = (record: RunRecord) => record.affinityOutcomes.I / returns(record);
    expectAgreement(estimate(records, unknown), 1 - 1 / count, { precision: 0.02 });
  });

  it("lose nobody who keeps to one of them, and nobody with one secret", () => {
    const own = idealised(twice, { balancers: { count: 2, choose: "per-session" } });
    const shared = idealised(twice, { balancers: { count: 2 } });
    expect(metricOf(runs(1, own, balancerCookie({ secrets: "own" }))[0]!, "sessionsLost")).toBe(0);
    expect(metricOf(runs(1, shared, balancerCookie())[0]!, "sessionsLost")).toBe(0);
  });
});

describe("a server that drains", () => {
  const lasting = populationOf({
    arrivals: {
      process: "phases",
      phases: [
        { durationMs: 200, fromPerSec: 5000, toPerSec: 5000 },
        { durationMs: 1, fromPerSec: 0, toPerSec: 0 },
      ],
    },
    session: { requests: constant(1e9), thinkMs: exponential(50) },
  });
  const drain: Fault = {
    kind: "drain",
    atMs: 500,
    servers: [3],
    everyMs: 0,
    stopAfterMs: null,
    killAfterMs: null,
    restartAfterMs: null,
  };
  const scenario = idealised(lasting, { durationMs: 1500, faults: [drain] });

  it("keeps its clients under HAProxy's rule", () => {
    const records = runs(4, scenario, balancerCookie({ whenDraining: "keep" }));
    expect(records.map((record) => metricOf(record, "sessionsLost"))).toEqual([0, 0, 0, 0]);
  });

  it("loses all of them at once under the ALB's: 1/n", () => {
    const records = runs(20, scenario, balancerCookie({ whenDraining: "move" }));
    const share = (record: RunRecord) => lostBy(record, "drain") / visits(record);
    expectAgreement(estimate(records, share), 1 / n, { precision: 0.13 });
  });
});
