/** A fixed number of users who think, ask and wait: exact mean value analysis, and what being pinned to a server costs. */
import { describe, it, vi } from "vitest";
import type { Distribution, Scenario } from "../index.ts";
import { type Interactive, interactive, interactivePinned, interactiveWithServers } from "./closed-systems.ts";
import { estimate, expectAgreement, runs } from "./testing/estimates.ts";
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

/** Far more than a run has time for: the session, and with it the binding, lasts. */
const ENDLESS = constant(1e9);

const crowd = (users: number, thinkMs: Distribution, requests = ENDLESS) =>
  populationOf({ arrivals: { process: "closed", users }, session: { requests, thinkMs } });

/**
 * Throughput is all but free of noise, since users who wait do not ask; its relative error over N answers is below
 * 1/√N. The response time is known from X (R + Z) = N and inherits the error of X, Z/R + 1 times as large.
 */
function expectInteractive(
  scenario: Scenario,
  strategy: ReturnType<typeof strategyOf>,
  count: number,
  expected: Interactive,
  precision: number,
): void {
  const records = runs(count, scenario, strategy);
  expectAgreement(estimate(records, "throughputPerSec"), 1000 * expected.throughput, { precision: precision / 2 });
  expectAgreement(estimate(records, "responseTimeMeanMs"), expected.response, { precision });
}

describe("one server", () => {
  it.each<[string, Distribution]>([
    ["exponential", exponential(9)],
    ["constant", constant(9)],
    ["hyperexponential, cv² 4", hyperexponential(9, 4)],
  ])("ten users, %s think time: only its mean counts", (_name, thinkMs) => {
    const scenario = scenarioOf({ durationMs: 30_000, populations: [crowd(10, thinkMs)] });
    expectInteractive(scenario, strategyOf(), 16, interactive(10, 9), 0.03);
  });

  it("fifty users, whether they stay or come anew after every few requests", () => {
    const scenario = scenarioOf({
      durationMs: 30_000,
      populations: [crowd(50, exponential(49), { law: "geometric", mean: 3 })],
    });
    expectInteractive(scenario, strategyOf(), 20, interactive(50, 49), 0.06);
  });
});

describe("several servers", () => {
  it("four workers behind one queue: the machine-repair chain", () => {
    const scenario = scenarioOf({
      durationMs: 10_000,
      populations: [crowd(50, exponential(9))],
      servers: serversOf({ workers: 4 }),
    });
    expectInteractive(scenario, strategyOf(), 16, interactiveWithServers(50, 4, 9), 0.04);
  });

  const users = 80;
  const servers = 4;
  const thinkMs = 19;
  const pinned = scenarioOf({
    durationMs: 2500,
    populations: [crowd(users, exponential(thinkMs))],
    servers: serversOf({ count: servers }),
  });

  it("everybody bound for good to the server of the first request, dealt out in turn: four separate systems", () => {
    const { throughput, response } = interactive(users / servers, thinkMs);
    const expected = { throughput: servers * throughput, response };
    expectInteractive(pinned, strategyOf({ affinity: "balancer-cookie" }), 40, expected, 0.06);
  });

  it("bound to a server drawn at random: uneven crowds cost a binomial mixture", () => {
    // Each run is one drawing; throughput varies with it, so many short runs say more than few long ones.
    const strategy = strategyOf({ balancing: "random", affinity: "balancer-cookie" });
    expectInteractive(pinned, strategy, 80, interactivePinned(users, servers, thinkMs), 0.08);
  });
});

describe("an open stream of sessions with think times", () => {
  it.each<[string, Distribution]>([
    ["exponential", exponential(10)],
    ["constant", constant(10)],
  ])("its requests see an M/M/1, for %s think times", (_name, thinkMs) => {
    // Product form: sessions at 0.025 per ms with 20 requests on average make load 0.5.
    const requests: Distribution = { law: "geometric", mean: 20 };
    const population = populationOf({ arrivals: poisson(0.025), session: { requests, thinkMs } });
    const records = runs(20, scenarioOf({ durationMs: 60_000, populations: [population] }));
    const response = 2;
    expectAgreement(estimate(records, "responseTimeMeanMs"), response, { precision: 0.08 });
    // A session lives from its first answer to its last: 19 think times and 19 answers.
    expectAgreement(estimate(records, "sessionsLive"), 0.025 * 19 * (10 + response), { precision: 0.06 });
  });
});
