/** Several servers: one queue for all, and what each way of dealing out requests costs against it. */
import { describe, expect, it, vi } from "vitest";
import type { Distribution } from "../index.ts";
import * as queues from "./queues.ts";
import { shortestOfTwoResponse } from "./shortest-queue.ts";
import { type Estimate, estimate, expectAgreement, histogramBias, runs } from "./testing/estimates.ts";
import {
  constant,
  exponential,
  hyperexponential,
  poisson,
  populationOf,
  scenarioOf,
  serversOf,
  strategyOf,
} from "./testing/scenarios.ts";

vi.setConfig({ testTimeout: 120_000 });

interface Farm {
  readonly count: number;
  /** Per server. */
  readonly load: number;
  readonly requests: number;
  readonly serviceMs?: Distribution;
  readonly discipline?: "fcfs" | "ps";
}

/** Mean response time over twenty runs of a farm of single-core servers under one balancing algorithm. */
function responseOf(balancing: string, { count, load, requests, serviceMs, discipline = "fcfs" }: Farm): Estimate {
  const scenario = scenarioOf({
    durationMs: requests / (count * load),
    populations: [populationOf({ arrivals: poisson(count * load) })],
    servers: serversOf({ count, discipline }),
    ...(serviceMs === undefined ? {} : { serviceMs }),
  });
  return estimate(runs(20, scenario, strategyOf({ balancing })), "responseTimeMeanMs");
}

describe("M/M/c, one queue for all workers", () => {
  it.each([
    [2, 1.6, 0.06],
    [10, 8, 0.03],
  ])("%i workers at load %d: mean wait and percentiles after Erlang C", (workers, load, precision) => {
    const scenario = scenarioOf({
      durationMs: 40_000 / load,
      populations: [populationOf({ arrivals: poisson(load) })],
      servers: serversOf({ workers }),
    });
    const records = runs(20, scenario);
    const response = 1 + queues.meanWait(workers, load);
    const quantile = (q: number) => queues.quantileOfTail((time) => queues.responseTail(workers, load, time), q);
    expectAgreement(estimate(records, "responseTimeMeanMs"), response, { precision });
    expectAgreement(estimate(records, "waitingMeanMs"), response - 1, { precision: 0.12 });
    expectAgreement(estimate(records, "responseTimeP90Ms"), quantile(0.9), { precision, bias: histogramBias });
    expectAgreement(estimate(records, "responseTimeP99Ms"), quantile(0.99), { precision: 0.13, bias: histogramBias });
    expectAgreement(estimate(records, "utilisation"), load / workers, { precision: 0.012 });
  });
});

describe("one queue at the balancer", () => {
  it("makes servers that take one request each an M/M/c, whose waiting is the balancer's", () => {
    const scenario = scenarioOf({
      durationMs: 10_000,
      populations: [populationOf({ arrivals: poisson(4) })],
      servers: serversOf({ count: 5, maxConnections: 1 }),
      balancers: { queue: { limit: null, perServerLimit: null, timeoutMs: null } },
    });
    const records = runs(20, scenario, strategyOf({ balancing: "power-of-two-choices" }));
    expectAgreement(estimate(records, "heldMeanMs"), queues.meanWait(5, 4), { precision: 0.12 });
    expect(estimate(records, "waitingMeanMs").mean).toBe(0);
  });

  it("and a loss system where nobody may wait", () => {
    const scenario = scenarioOf({
      durationMs: 10_000,
      populations: [populationOf({ arrivals: poisson(4) })],
      servers: serversOf({ count: 5, maxConnections: 1 }),
    });
    const records = runs(20, scenario, strategyOf({ balancing: "power-of-two-choices" }));
    expectAgreement(estimate(records, "errorFraction"), queues.erlangLoss(5, 4), { precision: 0.06 });
  });
});

describe("dealing out", () => {
  it("at random makes each of n servers an M/M/1", () => {
    const response = responseOf("random", { count: 5, load: 0.7, requests: 40_000 });
    expectAgreement(response, 1 / 0.3, { precision: 0.05 });
  });

  it.each([
    [2, 0.8],
    [10, 0.8],
  ])("in turn makes each of %i servers at load %d an E_n/M/1", (count, load) => {
    const response = responseOf("round-robin", { count, load, requests: 40_000 });
    expectAgreement(response, queues.roundRobinResponse(count, load), { precision: 0.06 });
  });

  it("in turn, with constant service, is as good as one queue: M/D/4", () => {
    // Mean wait of M/D/4 at 0.8: 0.386095 (Crommelin's embedded chain, solved numerically).
    const response = responseOf("round-robin", { count: 4, load: 0.8, requests: 40_000, serviceMs: constant(1) });
    expectAgreement(response, 1.386095, { precision: 0.025 });
  });

  it("in proportion to weight gives each server its share and each its own queue", () => {
    // Weighted random splits a Poisson stream: server i is M/M/1 at arrival rate w_i and speed s_i.
    const scenario = scenarioOf({
      durationMs: 12_000,
      populations: [populationOf({ arrivals: poisson(3) })],
      servers: [serversOf({ name: "small", speed: 1, weight: 1 }), serversOf({ name: "large", speed: 4, weight: 5 })],
    });
    const records = runs(20, scenario, strategyOf({ balancing: "random", knobs: { weighted: true } }));
    const expected = (1 / 6) * (1 / (1 - 0.5)) + (5 / 6) * (1 / (4 - 2.5));
    expectAgreement(estimate(records, "responseTimeMeanMs"), expected, { precision: 0.03 });
    expectAgreement(
      estimate(records, ({ servers }) => servers[0]!.utilisation!),
      0.5,
      { precision: 0.03 },
    );
    expectAgreement(
      estimate(records, ({ servers }) => servers[1]!.utilisation!),
      2.5 / 4,
      { precision: 0.03 },
    );
  });
});

describe("the shortest of two queues", () => {
  it.each([
    [0.5, 0.02],
    [0.7, 0.03],
  ])("at load %d is the exact chain's, however ties are broken", (load, precision) => {
    const response = responseOf("least-connections", { count: 2, load, requests: 40_000 });
    expectAgreement(response, shortestOfTwoResponse(load), { precision });
  });
});

/** Reference runs of exact jump chains elsewhere, with their standard errors added in squares. */
describe("ten servers, against reference runs", () => {
  const againstReference = (measured: Estimate, reference: number, referenceError: number, precision: number) => {
    const standardError = Math.sqrt(measured.standardError * measured.standardError + referenceError * referenceError);
    expectAgreement({ ...measured, standardError }, reference, { precision });
  };

  it.each([
    ["power-of-two-choices", 0.7, 1.6762],
    ["power-of-two-choices", 0.8, 2.0745],
    ["least-connections", 0.8, 1.3555],
  ])("%s at load %d", (balancing, load, reference) => {
    const measured = responseOf(balancing, { count: 10, load, requests: 40_000 });
    againstReference(measured, reference, 0.0024, 0.03);
    // Drawing the same server twice would cost 4 % more: the precision tells the two apart.
    expect(measured.standardError * 4).toBeLessThan(0.04 * reference);
  });

  it.each<[string, Distribution, number]>([
    ["constant", constant(1), 2.071],
    ["hyperexponential, cv² 4", hyperexponential(1, 4), 2.082],
  ])("two choices over processor sharing hardly feel the law: %s service", (_name, serviceMs, reference) => {
    const farm = { count: 10, load: 0.8, requests: 40_000, serviceMs, discipline: "ps" } as const;
    againstReference(responseOf("power-of-two-choices", farm), reference, 0.004, 0.05);
  });

  it("the order is random, in turn, two choices, shortest queue", () => {
    const farm = { count: 10, load: 0.8, requests: 10_000, serviceMs: exponential(1) };
    const means = ["random", "round-robin", "power-of-two-choices", "least-connections"].map(
      (balancing) => responseOf(balancing, farm).mean,
    );
    expect(means).toEqual([...means].sort((a, b) => b - a));
  });
});
