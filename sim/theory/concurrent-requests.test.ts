/** Requests of one session that meet: lost updates, conflicts, locks. */
import { describe, expect, it, vi } from "vitest";
import { Draws } from "../engine/draws.ts";
import type { Population, SessionRules } from "../index.ts";
import { MOST_WRITES, WRITES } from "../workload/sessions.ts";
import { engine } from "./testing/engine.ts";
import { estimateOf, expectAgreement, metricOf } from "./testing/estimates.ts";
import { constant, exponential, populationOf, run, scenarioOf, serversOf, strategyOf } from "./testing/scenarios.ts";
import { chunksOf } from "./testing/traces.ts";

vi.setConfig({ testTimeout: 120_000 });

const roomy = serversOf({ workers: 10_000 });

describe("requests of one session at one time", () => {
  /** A store that takes no time, so that a copy is read at the start of the work and written at its end. */
  const store = strategyOf({ state: "redis", knobs: { roundTripMs: 0, operationMs: 0, perKibMs: 0 } });
  const rules = (concurrency: SessionRules["concurrency"]) => ({ ...store, sessions: { concurrency } });
  const locked = {
    kind: "locked",
    readersShare: false,
    pollMs: 0,
    waitTimeoutMs: null,
    leaseMs: null,
  } as const;

  /**
   * One session of Poisson requests at `perMs`, all of which write, each worked on for `serviceMs`. A second session, much
   * later, keeps the trace from knowing that the first is over before the run is.
   */
  function stream(perMs: number, serviceMs: Population["serviceMs"], strategy: typeof store, requests: number) {
    const results = Array.from({ length: 8 }, (_, seed) => {
      const draws = new Draws(seed, "stream");
      // The login alone, and then the stream.
      let atMs = 50;
      const sent = Array.from({ length: requests }, (__, k) => {
        if (k > 0) atMs += draws.at(1, k).exponential() / perMs;
        return { atMs: k === 0 ? 0 : atMs, writes: true };
      });
      const base = scenarioOf({ durationMs: atMs + 300, warmUpMs: 0, servers: roomy });
      const population = populationOf({ arrivals: { process: "trace" }, serviceMs });
      const sessions = [
        { address: 1, requests: sent },
        { address: 2, requests: [{ atMs: atMs + 10_000, writes: true }] },
      ];
      const cluster = new engine.Cluster({ ...base, populations: [population] }, strategy, seed);
      const chunks = [...chunksOf(sessions, 1000)];
      while (cluster.advance(Infinity) === "trace") cluster.feed(chunks.shift() ?? null);
      const { counts } = cluster.ledger;
      const times = cluster.meter.responseTimeMs.record();
      // The first session has the first slot.
      const counted = cluster.sessions.ints[WRITES]! & MOST_WRITES;
      return {
        missing: 1 - counted / requests,
        lost: counts.writesLost / requests,
        conflicts: counts.conflicts / requests,
        responseMs: times.sum / times.total,
      };
    });
    const of = (what: keyof (typeof results)[number]) => estimateOf(results.map((result) => result[what]));
    return { missing: of("missing"), lost: of("lost"), conflicts: of("conflicts"), responseMs: of("responseMs") };
  }

  const lastWins = rules({ kind: "last-write-wins" });

  it.each([
    { m: 0.2, law: exponential },
    { m: 1, law: exponential },
    { m: 1, law: constant },
  ])("lose a share m/(1 + m) of the updates where the last write wins, whatever the law: m = $m", ({ m, law }) => {
    expectAgreement(stream(1, law(m), lastWins, 20_000).missing, m / (1 + m), { precision: 0.05 });
  });

  it("lose no more by the ledger, where writes are done in the order of their reads", () => {
    const { lost, missing } = stream(1, constant(0.2), lastWins, 5000);
    expect(lost.mean).toBeCloseTo(missing.mean, 10);
  });

  it("lose none where only changes are written, or where each has the session for itself", () => {
    for (const strategy of [rules({ kind: "merge" }), rules(locked)]) {
      const { lost, missing } = stream(0.5, exponential(1), strategy, 3000);
      expect([lost.mean, missing.mean]).toEqual([0, 0]);
    }
  });

  it("lose none where a write must find what was read; a share 1 - e^{-m} has to be tried again", () => {
    // In between, others write at the rate of all; the second try takes no time, so that it succeeds.
    const { missing, conflicts } = stream(1, constant(0.2), rules({ kind: "optimistic", retries: 3 }), 20_000);
    expect(missing.mean).toBe(0);
    expectAgreement(conflicts, 1 - Math.exp(-0.2), { precision: 0.05 });
  });

  it("wait for their session's lock as M/M/1 does for its server, though there are workers enough", () => {
    const { responseMs } = stream(0.3, exponential(1), rules(locked), 20_000);
    expectAgreement(responseMs, 1.428571, { precision: 0.03 });
    const free = stream(0.3, exponential(1), rules({ kind: "merge" }), 20_000);
    expectAgreement(free.responseMs, 1, { precision: 0.02 });
  });

  it("of one page are answered one after the other: (k + 1)/2 services on average, k for the last", () => {
    const k = 6;
    const page = (strategy: typeof store, writesFraction = 1) => {
      const session = { requests: constant(1 + k), parallel: constant(k), thinkMs: constant(5), writesFraction };
      const population = populationOf({ arrivals: { process: "deterministic", ratePerSec: 1 }, session });
      const scenario = scenarioOf({
        durationMs: 1500,
        warmUpMs: 0,
        serviceMs: constant(1),
        servers: roomy,
        populations: [population],
      });
      const record = run(scenario, strategy);
      // The login is alone, and takes one service.
      const mean = ((1 + k) * metricOf(record, "responseTimeMeanMs") - 1) / k;
      return { mean, last: metricOf(record, "responseTimeMaxMs") };
    };
    expect(page(rules(locked))).toEqual({ mean: (k + 1) / 2, last: k });
    expect(page(rules({ kind: "merge" }))).toEqual({ mean: 1, last: 1 });
    // Looking again every 0.75 ms, who finds it free at 1.5, 2.25 + … has let it stand idle for half a service.
    expect(page(rules({ ...locked, pollMs: 1.5 })).last).toBeGreaterThan(k);
    // Readers wait for nobody but writers.
    expect(page(rules({ ...locked, readersShare: true }), 0)).toEqual({ mean: 1, last: 1 });
  });
});
