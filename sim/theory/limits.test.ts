/** What is turned away, dropped, or given up: full queues, deadlines, patience, retries. */
import { describe, it, vi } from "vitest";
import type { Distribution, RunRecord } from "../index.ts";
import * as queues from "./queues.ts";
import { estimate, expectAgreement, metricOf, runs } from "./testing/estimates.ts";
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

const shareOf =
  (name: "requestsRefused" | "requestsTimedOut" | "requestsFailed" | "requestsAnswered") => (record: RunRecord) =>
    metricOf(record, name) / metricOf(record, "requestsOffered");

describe("a full queue", () => {
  /** The share lost of N offered has a standard error near √(p(1-p)/N), about doubled since losses come in clusters. */
  it.each([
    [1, 5, 0.8, 0.06],
    [1, 10, 1.2, 0.06],
    [4, 8, 3.6, 0.06],
  ])("M/M/%i/%i at load %d refuses what the birth-death chain says", (workers, places, load, precision) => {
    const scenario = scenarioOf({
      durationMs: 30_000 / load,
      populations: [populationOf({ arrivals: poisson(load) })],
      servers: serversOf({ workers, queueLimit: places - workers }),
    });
    const records = runs(16, scenario);
    const { refused, meanResponse } = queues.finiteQueue(workers, places, load);
    expectAgreement(estimate(records, shareOf("requestsRefused")), refused, { precision });
    expectAgreement(estimate(records, "responseTimeMeanMs"), meanResponse, { precision: 0.03 });
    expectAgreement(estimate(records, "utilisation"), (load * (1 - refused)) / workers, { precision: 0.014 });
  });

  it.each<[string, Distribution, number]>([
    ["exponential", exponential(1), 0.04],
    ["constant", constant(1), 0.04],
    ["hyperexponential, cv² 10", hyperexponential(1, 10), 0.07],
  ])("Erlang's loss formula holds for %s service", (_name, serviceMs, precision) => {
    const scenario = scenarioOf({
      durationMs: 6000,
      serviceMs,
      populations: [populationOf({ arrivals: poisson(8) })],
      servers: serversOf({ workers: 10, queueLimit: 0 }),
    });
    const records = runs(16, scenario);
    expectAgreement(estimate(records, shareOf("requestsRefused")), queues.erlangLoss(10, 8), { precision });
  });
});

describe("deadlines", () => {
  const load = 0.8;
  const limitMs = 3;
  const populations = [populationOf({ arrivals: poisson(load) })];
  const dropping = {
    "the balancer's timeout": { populations, balancers: { requestTimeoutMs: limitMs, cancelsAbandonedWork: true } },
    "the user's patience": {
      populations: [populationOf({ arrivals: poisson(load), patienceMs: limitMs })],
      balancers: { cancelsAbandonedWork: true },
    },
  } as const;

  it.each(Object.entries(dropping))("a server that drops late work, by %s", (_name, parts) => {
    const records = runs(16, scenarioOf({ durationMs: 40_000, ...parts }));
    const { late, utilisation } = queues.droppedWhenLate(load, limitMs);
    expectAgreement(estimate(records, shareOf("requestsTimedOut")), late, { precision: 0.04 });
    expectAgreement(estimate(records, "utilisation"), utilisation, { precision: 0.01 });
  });

  it("a server that does not notice stays M/M/1, and wastes on the late what they cost", () => {
    const balancers = { requestTimeoutMs: limitMs, cancelsAbandonedWork: false };
    const records = runs(16, scenarioOf({ durationMs: 60_000, populations, balancers }));
    expectAgreement(estimate(records, shareOf("requestsTimedOut")), Math.exp(-(1 - load) * limitMs), {
      precision: 0.04,
    });
    expectAgreement(estimate(records, "utilisation"), load, { precision: 0.014 });
  });
});

describe("retries", () => {
  const servers = serversOf({ count: 10, workers: 100 });
  /** Three of ten servers are down from the start and nobody checks: a random choice fails with p = 0.3. */
  const deadServers = { kind: "crash", atMs: 0, servers: [0, 1, 2], restartAfterMs: null } as const;
  const p = 0.3;
  const random = strategyOf({ balancing: "random" });

  it("independent attempts: R retries leave p^(R+1), after (1 - p^(R+1)) / (1 - p) attempts", () => {
    const scenario = scenarioOf({
      durationMs: 6000,
      serviceMs: constant(0),
      servers,
      faults: [deadServers],
      populations: [
        populationOf({
          arrivals: poisson(5),
          retry: { attempts: 3, backoffMs: 1, backoffCapMs: 1000, jitter: "full" },
        }),
      ],
    });
    const records = runs(16, scenario, random);
    // The relative error of a small share q over N requests is 1/√(qN): 1.7 % at the N = 430,000 of these runs.
    expectAgreement(estimate(records, shareOf("requestsFailed")), p * p * p * p, { precision: 0.12 });
    const attempts = (record: RunRecord) => 1 + metricOf(record, "retries") / metricOf(record, "requestsOffered");
    expectAgreement(estimate(records, attempts), (1 - p * p * p * p) / (1 - p), { precision: 0.01 });
    // Those answered at attempt k + 1 have waited k back-offs, half of 1, 2, 4 ms on average.
    const waited = [0, 0.5, 1.5, 3.5];
    const weight = waited.map((_, k) => (1 - p) * [1, p, p * p, p * p * p][k]!);
    const answered = weight.reduce((sum, w) => sum + w, 0);
    const expected = waited.reduce((sum, ms, k) => sum + ms * weight[k]!, 0) / answered;
    expectAgreement(estimate(records, "responseTimeMeanMs"), expected, { precision: 0.03 });
  });

  it("redispatch does not ask the server that refused again: two different servers fail with C(3,2) / C(10,2)", () => {
    const scenario = scenarioOf({
      durationMs: 6000,
      serviceMs: constant(0),
      servers,
      faults: [deadServers],
      balancers: { redispatch: 1 },
      populations: [populationOf({ arrivals: poisson(5) })],
    });
    expectAgreement(estimate(runs(16, scenario, random), shareOf("requestsFailed")), 3 / 45, { precision: 0.05 });
  });
});
