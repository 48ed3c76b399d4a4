/** Drains, rolling restarts and servers that leave: who is moved, who is lost, how long it takes. */
import { describe, expect, it, vi } from "vitest";
import type { Cause, Fault, Population, RunRecord } from "../index.ts";
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

const drain = (parts: Partial<Extract<Fault, { kind: "drain" }>>): Fault => ({
  kind: "drain",
  atMs: 0,
  servers: [0],
  everyMs: 0,
  stopAfterMs: null,
  killAfterMs: 0,
  restartAfterMs: null,
  ...parts,
});

const lost = (cause: Cause) => (record: RunRecord) =>
  record.sessionsLostByCause.find((entry) => entry.cause === cause)?.sessions ?? 0;

/** Mean remaining life of a session, in ms. */
const L = 100;
/** Sessions of a login and one more request after an exponential time of mean L, which is their life. */
const living = (arrivals: Population["arrivals"]) =>
  populationOf({ arrivals, session: { requests: constant(2), thinkMs: exponential(L) } });
/** All of them in the first two milliseconds: a Poisson number of mean `count`. */
const atOnce = (count: number): Population["arrivals"] => ({
  process: "phases",
  phases: [
    { durationMs: 2, fromPerSec: 500 * count, toPerSec: 500 * count },
    { durationMs: 1, fromPerSec: 0, toPerSec: 0 },
  ],
});
const roomy = { serviceMs: constant(0), warmUpMs: 0 };

describe("a server that drains", () => {
  it("is empty when the last of its sessions ends: H_m lives, 5.182 for a Poisson number of mean 100", () => {
    // The longest of m exponential lives has a standard deviation of π/√6 of them: 1.6 % of the mean over 240 drains. A life
    // begins within the first 2 ms, and its end is read off in windows of 2 ms: 0.02 of 5.18 lives in all, 0.4 %.
    const windowMs = 2;
    const scenario = scenarioOf({
      ...roomy,
      durationMs: 16 * L,
      windowMs,
      populations: [living(atOnce(100))],
      servers: serversOf({ workers: 1000 }),
      faults: [drain({ atMs: 2 })],
    });
    const emptyAfter = ({ timeline }: RunRecord) => {
      const last = timeline.requestsAnswered.findLastIndex((answered) => answered > 0);
      return (last + 0.5) * windowMs - 1;
    };
    const records = runs(240, scenario, strategyOf({ affinity: "balancer-cookie" }));
    expectAgreement(estimate(records, emptyAfter), 5.182386 * L, { precision: 0.07, bias: 0.004 });
    for (const record of records) expect(metricOf(record, "sessionsLost")).toBe(0);
  });

  const N = 4;
  const perMs = 20;
  const m = (perMs * L) / N;
  const drainAtMs = 6 * L;
  const world = (parts: Parameters<typeof drain>[0], durationMs: number, warmUpMs = 0) =>
    scenarioOf({
      ...roomy,
      durationMs,
      warmUpMs,
      populations: [living(poisson(perMs))],
      servers: serversOf({ count: N, workers: 1000 }),
      faults: [drain({ atMs: drainAtMs, ...parts })],
    });
  // The fleet fills up from empty: 1 - e^-6 of its sessions are there when the drain begins, 0.25 % less than in the end.
  const filling = 1 - Math.exp(-drainAtMs / L);

  it("still has the share ε of its sessions after L ln(1/ε), if their lives are exponential", () => {
    const epsilon = 0.05;
    const fromMs = drainAtMs + L * Math.log(1 / epsilon);
    const windowMs = 20;
    const scenario = world({}, fromMs + windowMs, fromMs);
    const records = runs(60, scenario, strategyOf({ affinity: "balancer-cookie" }));
    // About 25 of them in each run, which a Poisson number misses by 5: 2.6 % over these. Averaged over a window w after that: ε (1 - e^{-w/L}) L / w.
    const share = (epsilon * (1 - Math.exp(-windowMs / L)) * L) / windowMs;
    const held = ({ servers }: RunRecord) => servers[0]!.sessionsHeldMean / m;
    expectAgreement(estimate(records, held), share * filling, { precision: 0.2 });
  });

  it("and is stopped after a wait T loses the share e^{-T/L}, by the stop: HAProxy's drain", () => {
    const stopAfterMs = L;
    const scenario = world({ stopAfterMs }, drainAtMs + stopAfterMs + 14 * L);
    const records = runs(24, scenario, strategyOf({ affinity: "balancer-cookie" }));
    // About 184 of a Poisson number in each run: a standard error of 1.5 % over these.
    expectAgreement(estimate(records, lost("scale-in")), m * filling * Math.exp(-1), { precision: 0.08 });
    for (const record of records) expect(metricOf(record, "sessionsLost")).toBe(lost("scale-in")(record));
  });

  it("and is left at once loses them all, however long the wait: AWS ALB's deregistration", () => {
    const knobs = { whenDraining: "move" };
    const scenario = world({ stopAfterMs: 12 * L }, drainAtMs + 14 * L);
    const records = runs(24, scenario, strategyOf({ affinity: "balancer-cookie", knobs }));
    expectAgreement(estimate(records, lost("drain")), m * filling, { precision: 0.05 });
    for (const record of records) expect(metricOf(record, "sessionsLost")).toBe(lost("drain")(record));
  });
});

describe("N servers restarted one after the other, with sessions that outlast it", () => {
  const turnMs = 200;
  /** Logins in the first 2 ms; then a request every 10 ms, so that a turn is missed by e^-20 of them. */
  const lasting = populationOf({
    arrivals: atOnce(1000),
    session: { requests: constant(1e9), thinkMs: exponential(10) },
  });
  const rolled = (count: number, warmUpMs: number) => {
    const everyMs = 2 * turnMs;
    const servers = Array.from({ length: count }, (_, server) => server);
    const scenario = scenarioOf({
      ...roomy,
      warmUpMs,
      durationMs: 10 + count * everyMs,
      populations: [lasting],
      servers: serversOf({ count, workers: 1000 }),
      faults: [drain({ atMs: 10, servers, everyMs, stopAfterMs: 0, restartAfterMs: turnMs })],
    });
    // What sessions hold lies outside the servers, so that they move and live on.
    const knobs = { whenDraining: "keep" };
    return {
      scenario,
      strategy: strategyOf({ balancing: "random", affinity: "balancer-cookie", state: "signed-cookie", knobs }),
    };
  };

  it.each([
    [3, 1.583333],
    [4, 1.62037],
    [10, 1.681175],
  ])("each session of %i servers moves (N-1)/N [(N/(N-1))^N - 1] = %f times", (count, moves) => {
    const growth = (count / (count - 1)) ** count;
    expect(((count - 1) / count) * (growth - 1)).toBeCloseTo(moves, 5);
    const { scenario, strategy } = rolled(count, 0);
    const records = runs(8, scenario, strategy);
    // The moves of a session have a variance below 2: a standard error of 1 % over 8,000 of them.
    const perSession = (record: RunRecord) => metricOf(record, "sessionsMoved") / metricOf(record, "sessionsBorn");
    expectAgreement(estimate(records, perSession), moves, { precision: 0.05 });
  });

  it.each([
    [3, [1.875, 1.125, 0]],
    [4, [1.8272, 1.3827, 0.7901, 0]],
  ])("of %i servers the k-th ends with (N/(N-1))^N - (N/(N-1))^k of the mean load: %j", (count, loads) => {
    const growth = (k: number) => (count / (count - 1)) ** k;
    const { scenario, strategy } = rolled(count, 10 + count * 2 * turnMs - 20);
    const records = runs(16, scenario, strategy);
    loads.forEach((load, server) => {
      const expected = growth(count) - growth(server + 1);
      expect(expected).toBeCloseTo(load, 3);
      const share = ({ servers }: RunRecord) =>
        (servers[server]!.sessionsHeldMean * count) / servers.reduce((sum, each) => sum + each.sessionsHeldMean, 0);
      if (server === count - 1) for (const record of records) expect(share(record)).toBe(0);
      // The smallest share is a fifth of 16,000 sessions: a standard error of 2 %, as sessions move on their own.
      else expectAgreement(estimate(records, share), expected, { precision: 0.12 });
    });
  });
});
