/** What requests of one session do to each other's changes when each writes back the whole of what it read. */
import { describe, expect, it, vi } from "vitest";
import { Draws } from "../engine/draws.ts";
import type { Distribution, RunRecord } from "../index.ts";
import { estimate, expectAgreement, metricOf } from "./testing/estimates.ts";
import {
  constant,
  exponential,
  hyperexponential,
  populationOf,
  scenarioOf,
  serversOf,
  strategyOf,
} from "./testing/scenarios.ts";
import { chunksOf, replay } from "./testing/traces.ts";

vi.setConfig({ testTimeout: 120_000 });

const REQUESTS = 20_000;
const GAP_MS = 10;

/** One session of Poisson requests that all write, in a store that takes no time, on a server with room for all of them. */
function pageThatPolls(serviceMs: Distribution, seed: number): RunRecord {
  const gaps = new Draws(seed, "gaps");
  let atMs = 0;
  const requests = Array.from({ length: REQUESTS }, (_, k) => {
    atMs += -GAP_MS * Math.log(1 - gaps.at(0, k).uniform());
    return { atMs, writes: true };
  });
  const scenario = scenarioOf({
    durationMs: atMs + 100 * GAP_MS,
    warmUpMs: 0,
    windowMs: atMs + 100 * GAP_MS,
    serviceMs,
    populations: [populationOf({ arrivals: { process: "trace" } })],
    servers: serversOf({ workers: 1000 }),
  });
  const strategy = strategyOf({ state: "redis", knobs: { roundTripMs: 0, operationMs: 0, perKibMs: 0 } });
  return replay({ scenario, strategy, seed, scenarioHash: "" }, chunksOf([{ address: 1, requests }], 5000));
}

const laws = {
  constant,
  exponential,
  // Squared coefficient of variation 4: most are short, some very long.
  "of two kinds": (mean: number) => hyperexponential(mean, 4),
} as const;

/** Share of the changes that the final copy does not contain. */
const missing = (record: RunRecord): number =>
  (metricOf(record, "writesLost") - metricOf(record, "writesRestored")) / metricOf(record, "requestsAnswered");

describe("Poisson requests of one session, each writing back the whole of what it had read", () => {
  /*
   * At rate r, each under way for D with mean d: those under way are M/G/∞, whose departures are Poisson with rate r and
   * independent of what is under way at the moment. A change survives if it is in the copy from which the final one
   * descends. Backwards from a write to the one it had read: a read at its start finds the last departure before it,
   * 1/r earlier on average, and D has mean d. So a generation takes d + 1/r, and of the r (d + 1/r) writes in that time
   * one survives: the share lost is 1 - 1/(1 + m) = m/(1 + m), m = r d, whatever the law of D.
   */
  for (const [law, of] of Object.entries(laws)) {
    it.each([0.05, 0.2, 1])(`lose m/(1 + m) of their changes, D being ${law}, m = %d`, (m) => {
      const records = Array.from({ length: 10 }, (_, run) => pageThatPolls(of(m * GAP_MS), run + 1));
      // The first answer ends the time before there was a session, a share of 1/20,000 at most of all requests.
      expectAgreement(estimate(records, missing), m / (1 + m), { precision: m < 0.1 ? 0.05 : 0.03, bias: 0.001 });
      for (const { metrics, writesLostByCause } of records) {
        expect(metrics.requestsAnswered).toBe(REQUESTS);
        expect(writesLostByCause).toEqual([{ cause: "concurrent-request", count: metrics.writesLost }]);
        // Everybody reads the newest copy there is.
        expect(metrics.staleReads).toBe(0);
      }
    });
  }
});
