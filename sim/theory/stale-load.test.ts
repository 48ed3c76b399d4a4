/**
 * What balancers know, and how late: a board that all read and nobody updates in between, balancers that count only their
 * own requests, and a published simulation of ten that herd. The numbers are those of reference runs elsewhere, whose
 * own errors are added in squares.
 */
import { describe, expect, it, vi } from "vitest";
import { Algorithm, defineBalancing } from "../balancing/algorithm.ts";
import type { RunRecord, Strategy } from "../index.ts";
import { type Estimate, estimate, expectAgreement, histogramBias, runs } from "./testing/estimates.ts";
import { exponential, poisson, populationOf, scenarioOf, serversOf, strategyOf } from "./testing/scenarios.ts";

vi.setConfig({ testTimeout: 120_000 });

/** `referenceError` is the standard error of the reference itself. */
function againstReference(measured: Estimate, reference: number, referenceError: number, claim: Claim): void {
  const standardError = Math.sqrt(measured.standardError * measured.standardError + referenceError * referenceError);
  expectAgreement({ ...measured, standardError }, reference, claim);
}
type Claim = Parameters<typeof expectAgreement>[2];

const leastOf = (choices: number, load: "local" | "reported"): Strategy =>
  strategyOf({ balancing: "power-of-d-choices", knobs: { choices, load } });

describe("a hundred servers at load 0.9, chosen by a board that is renewed every U services", () => {
  /** Mean response time when each request goes to the least loaded of `choices`, as the board has it. */
  function response(choices: number, everyMs: number): Estimate {
    const scenario = scenarioOf({
      // What the board makes of an empty system takes tens of its periods to settle.
      durationMs: 900 + 40 * everyMs,
      warmUpMs: 100 + 20 * everyMs,
      populations: [populationOf({ arrivals: poisson(90) })],
      servers: serversOf({ count: 100 }),
      balancers: {
        count: 3,
        reports: { intervalMs: everyMs, phases: "common", delayMs: { law: "constant", value: 0 }, lossFraction: 0 },
      },
    });
    return estimate(runs(16, scenario, leastOf(choices, "reported")), "responseTimeMeanMs");
  }

  // Mitzenmacher, "How useful is old information?" (IEEE TPDS 11(1), 2000) has the setting; errors of the references are
  // below 0.4 %.
  it.each([
    [2, 0, 2.646, 0.04],
    [2, 1, 2.968, 0.04],
    [2, 10, 5.116, 0.04],
    [3, 1, 2.595, 0.04],
    [3, 5, 4.338, 0.04],
    [100, 0, 1.066, 0.03],
    [100, 1, 4.014, 0.06],
    [100, 5, 12.08, 0.08],
  ])("the least of %i, U = %d: %d", (choices, everyMs, reference, precision) => {
    againstReference(response(choices, everyMs), reference, 0.004 * reference, { precision });
  });

  it("makes the least of all worse than random, which is 10 whatever the board, after U = 2", () => {
    expect(response(100, 2).mean).toBeLessThan(10);
  });
});

describe("twenty servers at load 0.8 behind L balancers that count only what they sent themselves", () => {
  it.each([
    [1, 1.152],
    [2, 1.545],
    [4, 2.075],
    [8, 2.656],
    [16, 3.208],
    [50, 3.997],
  ])("L = %i: from the shortest queue towards random", (count, reference) => {
    const scenario = scenarioOf({
      durationMs: 1600,
      warmUpMs: 100,
      populations: [populationOf({ arrivals: poisson(16) })],
      servers: serversOf({ count: 20 }),
      balancers: { count },
    });
    const measured = estimate(runs(16, scenario, leastOf(20, "local")), "responseTimeMeanMs");
    againstReference(measured, reference, 0.004 * reference, { precision: 0.06 });
  });
});

const firstOfLeast = defineBalancing({
  name: "first-of-least",
  summary: "The first of the servers with the fewest requests in flight.",
  whenToUse: "To repeat a simulation that did so.",
  knownFlaw: "Balancers that have few requests each agree on the first servers.",
  products: "none",
  source: "K. Kingsbury, Timelike, 2013.",
  cost: "O(n)",
  decides: { signal: "requests in flight", rule: "the smallest", tieBreak: "the first in the order of the fleet" },
  knobs: {},
  create: (_knobs, { fleet }) =>
    new (class extends Algorithm {
      pick(): number {
        let best = fleet.eligible[0]!;
        for (let i = 1; i < fleet.eligibleCount; i++) {
          if (fleet.inFlight[fleet.eligible[i]!]! < fleet.inFlight[best]!) best = fleet.eligible[i]!;
        }
        return best;
      }
    })(),
});

describe("eight balancers in front of twenty servers at load 0.8", () => {
  it("are better off with probes than with counts of their own, and with these than with nothing", () => {
    const scenario = scenarioOf({
      durationMs: 800,
      populations: [populationOf({ arrivals: poisson(16) })],
      servers: serversOf({ count: 20 }),
      balancers: { count: 8 },
      network: { balancerToServerMs: { law: "constant", value: 0.1 } },
    });
    const measured = [
      strategyOf({ balancing: "prequal", knobs: { hotFraction: 0 } }),
      strategyOf({ balancing: "power-of-two-choices" }),
      strategyOf({ balancing: "random" }),
    ].map((strategy) => runs(8, scenario, strategy));
    const [probing, counting, blind] = measured.map((records) => estimate(records, "responseTimeMeanMs"));
    const apart = (a: Estimate, b: Estimate) => b.mean - a.mean - 4 * Math.hypot(a.standardError, b.standardError);
    expect(apart(probing!, counting!)).toBeGreaterThan(0);
    expect(apart(counting!, blind!)).toBeGreaterThan(0);
    // Three probes and three answers a request, but for the few under way at either end.
    for (const { metrics } of measured[0]!) {
      expect(metrics.balancerMessages! / metrics.requestsOffered!).toBeCloseTo(6, 1);
    }
  });
});

/**
 * Kingsbury, "Timelike" (2013): 10,000 requests at one a millisecond to 250 servers of 200 ms each, from an empty start,
 * all of them measured. The reference repeats it a hundred times; in brackets the standard deviation of one run.
 */
describe("ten balancers over one pool of 250 servers", () => {
  const published = (strategy: Strategy, balancers: number): readonly RunRecord[] =>
    runs(
      20,
      scenarioOf({
        durationMs: 40_000,
        warmUpMs: 0,
        serviceMs: exponential(200),
        populations: [
          populationOf({
            arrivals: {
              process: "phases",
              phases: [
                { durationMs: 10_000, fromPerSec: 1000, toPerSec: 1000 },
                { durationMs: 1, fromPerSec: 0, toPerSec: 0 },
              ],
            },
          }),
        ],
        servers: serversOf({ count: 250 }),
        balancers: { count: balancers },
      }),
      strategy,
      [firstOfLeast],
    );

  const expectTimes = (
    records: readonly RunRecord[],
    median: number,
    deviation: number,
    p99: number,
    spread: number,
  ) => {
    againstReference(estimate(records, "responseTimeP50Ms"), median, deviation / 10, {
      precision: 0.05,
      bias: histogramBias,
    });
    againstReference(estimate(records, "responseTimeP99Ms"), p99, spread / 10, { precision: 0.1, bias: histogramBias });
  };

  it("choose at random: 509 (22) ms at the median, 3154 (260) at p99", () => {
    expectTimes(published(strategyOf({ balancing: "random" }), 10), 509, 22, 3154, 260);
  });

  it("take turns as one balancer: 314 (13), 2001 (146)", () => {
    expectTimes(published(strategyOf({ balancing: "round-robin" }), 1), 314, 13, 2001, 146);
  });

  it("know everything as one balancer does: hardly anybody waits, 138.7 (2.0), 923 (21)", () => {
    expectTimes(published(leastOf(250, "local"), 1), 138.7, 2, 923, 21);
  });

  it("know only their own, and of equals all take the first: 1682 (20), 3599 (81), worse than random", () => {
    expectTimes(
      published({ ...strategyOf(), balancing: { name: firstOfLeast.name, knobs: {} } }, 10),
      1682,
      20,
      3599,
      81,
    );
  });

  it("have disjoint pools of 25 each: 153.2 (4.1), 1003 (31)", () => {
    // Google's subsets: ten balancers are one round of ten pieces.
    const placement = [{ name: "subset", knobs: { size: 25, scheme: "rounds", fallback: "none" } }];
    expectTimes(published({ ...leastOf(25, "local"), placement }, 10), 153.2, 4.1, 1003, 31);
  });

  it("know only their own, and of equals take any: 404 (12) at the median", () => {
    const median = estimate(published(leastOf(250, "local"), 10), "responseTimeP50Ms");
    againstReference(median, 404, 1.2, { precision: 0.05, bias: histogramBias });
  });
});
