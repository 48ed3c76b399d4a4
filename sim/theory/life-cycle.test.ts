/** The life of a session: limits and how they are renewed, what is left behind, what open pages do. */
import { describe, expect, it, vi } from "vitest";
import type { Population, RunRecord, SessionRules } from "../index.ts";
import { estimate, expectAgreement, metricOf, runs } from "./testing/estimates.ts";
import {
  constant,
  exponential,
  poisson,
  populationOf,
  run,
  type SessionScript,
  scenarioOf,
  serversOf,
  strategyOf,
} from "./testing/scenarios.ts";

vi.setConfig({ testTimeout: 120_000 });

const inMemory = strategyOf();
const roomy = serversOf({ workers: 10_000 });

interface Parts {
  readonly durationMs?: number;
  readonly warmUpMs?: number;
  readonly windowMs?: number;
  readonly arrivals?: Population["arrivals"];
}

/** Users of one server whose work takes no time, so that nothing but sessions is measured. */
const living = (session: Partial<SessionScript>, rules: Partial<SessionRules>, parts: Parts = {}) => {
  const { durationMs = 20_000, warmUpMs = 1000, windowMs = durationMs, arrivals = poisson(1) } = parts;
  return scenarioOf({
    durationMs,
    warmUpMs,
    windowMs,
    serviceMs: constant(0),
    servers: roomy,
    populations: [populationOf({ arrivals, session })],
    sessions: rules,
  });
};

/** A crowd that never logs out and never stops. */
const endless = (thinkMs: SessionScript["thinkMs"]) => ({ requests: constant(1e9), thinkMs });
const crowd = (users: number) => ({ arrivals: { process: "closed", users } as const });

const lifespanMs = ({ sessionLifespanMs }: RunRecord) => sessionLifespanMs.sum / sessionLifespanMs.total;
const surprised = (record: RunRecord) => metricOf(record, "surpriseTimeouts") / metricOf(record, "requestsAnswered");

describe("an idle limit that every request renews", () => {
  const rT = 2;
  const tauMs = 20;

  it("ends at the first longer pause: e^{rτ} requests, (e^{rτ} - 1)/r between login and limit", () => {
    // The ledger ends a session when its user comes back, which by the law's lack of memory is 1/r after the limit.
    const records = runs(12, living(endless(exponential(tauMs / rT)), { idleTimeoutMs: tauMs }, crowd(100)), inMemory);
    const perSession = (record: RunRecord) =>
      metricOf(record, "requestsAnswered") / metricOf(record, "sessionsTimedOut");
    // At both ends of the run a session of each of the 100 users is cut: one in 250.
    expectAgreement(estimate(records, perSession), 7.389056, { precision: 0.015, bias: 0.004 });
    expectAgreement(estimate(records, lifespanMs), 63.890561 + 10, { precision: 0.015, bias: 0.004 });
    expectAgreement(
      estimate(records, (record) => 1 - surprised(record)),
      0.864665,
      { precision: 0.003, bias: 0.001 },
    );
  });

  it("is outlived by who stops silently: lifetimes of users that stop with probability 0.1 after each request", () => {
    // Entry lifetime 79.773822 from login to limit; those that come back, 0.309432 of all, are seen 1/r later.
    const session = { requests: { law: "geometric", mean: 10 }, thinkMs: exponential(10), logoutFraction: 0 } as const;
    const records = runs(12, living(session, { idleTimeoutMs: 30 }), inMemory);
    expectAgreement(estimate(records, lifespanMs), 79.773822 + 0.309432 * 10, { precision: 0.015, bias: 0.004 });
    const requests = (record: RunRecord) => metricOf(record, "requestsAnswered") / metricOf(record, "sessionsTimedOut");
    expectAgreement(estimate(records, requests), 6.905679, { precision: 0.015, bias: 0.004 });
    const back = (record: RunRecord) => metricOf(record, "surpriseTimeouts") / metricOf(record, "sessionsTimedOut");
    expectAgreement(estimate(records, back), 0.309432, { precision: 0.015, bias: 0.004 });
    expect(records.map((record) => metricOf(record, "sessionsCompleted"))).toEqual(records.map(() => 0));
  });
});

describe("sessions that are left without a logout", () => {
  const session = { requests: constant(2), thinkMs: constant(100), logoutFraction: 0.25 };
  const born = { durationMs: 10_000 };

  it("live on for the idle limit: Λ (active + (1 - logout) × limit)", () => {
    const records = runs(12, living(session, { idleTimeoutMs: 300 }, born), inMemory);
    expectAgreement(estimate(records, "sessionsLive"), 100 + 0.75 * 300, { precision: 0.02 });
    expect(records.map((record) => metricOf(record, "surpriseTimeouts"))).toEqual(records.map(() => 0));
  });

  it("wait half an interval more where a scanner takes them: Λ (1 - logout) P/2 more", () => {
    const cleanup = { kind: "periodic", intervalMs: 100 } as const;
    const records = runs(12, living(session, { idleTimeoutMs: 300, cleanup }, born), inMemory);
    expectAgreement(estimate(records, "sessionsLive"), 100 + 0.75 * 350, { precision: 0.02 });
  });

  it("wait for divisor ÷ probability requests more where those make the scan by chance", () => {
    // Every visit has two requests: a scan comes at 2 c per ms, on average 1 / 2c after the limit.
    const cleanup = { kind: "probabilistic", chance: 0.01 } as const;
    const records = runs(12, living(session, { idleTimeoutMs: 300, cleanup }, born), inMemory);
    expectAgreement(estimate(records, "sessionsLive"), 100 + 0.75 * (300 + 50), { precision: 0.035 });
  });
});

describe("a limit that is not what its users take it for", () => {
  it("half a window: who was always active has between half of the limit and all of it", () => {
    // A user acts every ms, and with probability q pauses for 75 of a limit of 100. The ticket is replaced at the 51st ms.
    // What has passed of it at the pause, j = 0 … 50, has probability in proportion to (1 - q)^j; j > 25 is too long.
    const q = 0.01;
    const thinkMs = { law: "empirical", values: [1, 75], weights: [1 - q, q] } as const;
    const rules = { idleTimeoutMs: 100, renewal: "half-window" } as const;
    const records = runs(12, living(endless(thinkMs), rules, { ...crowd(50), durationMs: 4000 }), inMemory);
    const left = (j: number) => Array.from({ length: j }, () => 1 - q).reduce((product, stays) => product * stays, 1);
    const perPause = (left(26) - left(51)) / (1 - left(51));
    expectAgreement(estimate(records, surprised), q * perPause, { precision: 0.08 });
    const full = runs(
      1,
      living(endless(thinkMs), { idleTimeoutMs: 100 }, { ...crowd(50), durationMs: 4000 }),
      inMemory,
    );
    expect(metricOf(full[0]!, "surpriseTimeouts")).toBe(0);
  });

  it("from the last write: who only reads is logged out all the same", () => {
    // A request every 10 ms, of which a share w writes; the limit of 95 is passed at the tenth request after a write.
    const w = 0.2;
    const script = { ...endless(constant(10)), writesFraction: w };
    const rules = { idleTimeoutMs: 95, renewal: "on-write" } as const;
    const records = runs(12, living(script, rules, { ...crowd(50), durationMs: 6000 }), inMemory);
    // Nine requests in a row that do not write are answered, then the tenth finds no session, and logs in: a session is
    // a renewal process that starts anew with each write; E(requests) = ((1 - w)^-9 - 1) / w, and the tenth.
    const tail = Array.from({ length: 9 }, () => 1 - w).reduce((product, stays) => product * stays, 1);
    const requests = (1 / tail - 1) / w + 1;
    expectAgreement(estimate(records, surprised), 1 / requests, { precision: 0.04 });
  });

  it("from the login: nothing renews it", () => {
    const rules = { idleTimeoutMs: 95, renewal: "fixed" } as const;
    const records = runs(
      2,
      living(endless(constant(10)), rules, { ...crowd(50), durationMs: 6000, warmUpMs: 0 }),
      inMemory,
    );
    for (const record of records) expect(surprised(record)).toBeCloseTo(1 / 10, 2);
  });

  it("outlived by chance: e^{-R d c} are still there when d has passed since the limit", () => {
    // Two requests, 200 ms apart, limit 100: due for 100 ms. Requests of everybody, 1.4 per ms, each scan with c = 1 %.
    const rules = { idleTimeoutMs: 100, cleanup: { kind: "probabilistic", chance: 0.01 } } as const;
    const scenario = living({}, rules, { durationMs: 40_000 });
    const passers = populationOf({ name: "passers", arrivals: poisson(1) });
    const returning = populationOf({
      arrivals: poisson(0.2),
      session: { requests: constant(2), thinkMs: constant(200) },
    });
    const records = runs(12, { ...scenario, populations: [passers, returning] }, inMemory);
    const perReturn = (record: RunRecord) =>
      metricOf(record, "sessionsTimedOut") / (0.2 * (record.durationMs - record.warmUpMs));
    expectAgreement(estimate(records, perReturn), 1 - Math.exp(-1.4), { precision: 0.06 });
  });
});

describe("an open page", () => {
  const away = { requests: constant(2), thinkMs: constant(500) };
  const limit = { idleTimeoutMs: 300 };
  const timeouts = (session: Partial<SessionScript>, rules: Partial<SessionRules> = {}) =>
    metricOf(run(living({ ...away, ...session }, { ...limit, ...rules }), inMemory), "surpriseTimeouts");

  it("that polls keeps its session alive for ever, unless its requests do not count", () => {
    const polling = { intervalMs: 100, writesFraction: 0, renews: true };
    expect(timeouts({})).toBeGreaterThan(15_000);
    expect(timeouts({ polling })).toBe(0);
    expect(timeouts({ polling: { ...polling, renews: false } })).toBeGreaterThan(15_000);
    // Where only writes count, reads do not help.
    expect(timeouts({ polling }, { renewal: "on-write" })).toBeGreaterThan(15_000);
  });

  it("that warns saves the sessions of those who react in time", () => {
    const warning = { beforeMs: 50, reactsFraction: 0.7, reactionMs: constant(10) };
    const records = runs(8, living(away, { ...limit, warning }), inMemory);
    const perReturn = (record: RunRecord) =>
      metricOf(record, "surpriseTimeouts") / (record.durationMs - record.warmUpMs);
    expectAgreement(estimate(records, perReturn), 0.3, { precision: 0.05 });
    expect(timeouts({}, { warning: { ...warning, reactsFraction: 1 } })).toBe(0);
    // Too late is as good as never.
    expect(timeouts({}, { warning: { ...warning, reactsFraction: 1, reactionMs: constant(51) } })).toBeGreaterThan(
      15_000,
    );
  });

  it("that reckons with a limit the server renews otherwise warns too late", () => {
    // At 0 the login, at 140 a page that does not renew: the page reckons with 440, and warns at 390; the limit is 300.
    const thinkMs = { law: "empirical", values: [140, 250], weights: [1, 1] } as const;
    const warning = { beforeMs: 50, reactsFraction: 1, reactionMs: constant(10) };
    const session = { requests: constant(3), thinkMs };
    expect(timeouts(session, { warning })).toBe(0);
    expect(timeouts(session, { warning, renewal: "half-window" })).toBeGreaterThan(3000);
  });
});

describe("sessions as a source of requests", () => {
  it("load a server as a stream of single requests does: T = 1/(μ - Λm), live Λ (m - 1)(T + Z)", () => {
    const session = { requests: { law: "geometric", mean: 20 }, thinkMs: exponential(10) } as const;
    const scenario = scenarioOf({
      durationMs: 200_000,
      populations: [populationOf({ arrivals: poisson(0.04), session })],
    });
    const records = runs(16, scenario, inMemory);
    expectAgreement(estimate(records, "responseTimeMeanMs"), 5, { precision: 0.11 });
    // Sessions live from their first answer: the whole length m T + (m - 1) Z but for the first response time.
    expectAgreement(estimate(records, "sessionsLive"), 0.04 * 19 * 15, { precision: 0.06 });
  });

  it("follow the day with a smaller swing and late: amplitude a / √(1 + x²), x = 2π S / day", () => {
    const dayMs = 1000;
    const x = 0.1309;
    const lifeMs = (x * dayMs) / (2 * Math.PI);
    const arrivals = {
      process: "diurnal",
      meanPerSec: 4000,
      amplitudeFraction: 0.5,
      periodMs: dayMs,
      peakAtMs: 0,
    } as const;
    const windowMs = 20;
    const script = { requests: constant(2), thinkMs: exponential(lifeMs) };
    const records = runs(8, living(script, {}, { durationMs: 11_000, windowMs, arrivals }), inMemory);
    const harmonic = (of: (angle: number) => number) => (record: RunRecord) => {
      const live = record.timeline.sessionsLive.slice(dayMs / windowMs);
      const sum = live.reduce((total, n, k) => total + n * of((2 * Math.PI * (k + 0.5) * windowMs) / dayMs), 0);
      return (2 * sum) / live.length / (4 * lifeMs);
    };
    // cos(gt - φ) with tan φ = x has cosine part a/(1 + x²) and sine part a x/(1 + x²); a window dulls it by 0.07 %.
    expectAgreement(estimate(records, harmonic(Math.cos)), 0.5 / (1 + x * x), { precision: 0.04, bias: 0.001 });
    expectAgreement(estimate(records, harmonic(Math.sin)), (0.5 * x) / (1 + x * x), { precision: 0.25, bias: 0.001 });
  });
});
