/** Draw k of session s for purpose p is a function of (seed, p, s, k): nothing that a strategy does can change it. */
import { describe, expect, it } from "vitest";
import type { Population, Scenario, SessionRules, Strategy } from "../index.ts";
import { type Decision, decisionsOf } from "./testing/decisions.ts";
import { engine } from "./testing/engine.ts";
import {
  constant,
  exponential,
  lognormal,
  populationOf,
  run,
  scenarioOf,
  serversOf,
  strategyOf,
} from "./testing/scenarios.ts";

const shoppers: Population = populationOf({
  name: "shoppers",
  arrivals: { process: "poisson", ratePerSec: 40 },
  session: {
    requests: { law: "geometric", mean: 5 },
    thinkMs: exponential(200),
    writesFraction: 0.3,
    transactions: { fraction: 0.1, steps: 2 },
  },
  clients: { natFraction: 0.3, natAddresses: 3, mobileFraction: 0.4, addressChangeMeanMs: 500, cookiesFraction: 0.8 },
  urls: { count: 50, zipfExponent: 1 },
  retry: { attempts: 2, backoffMs: 5, backoffCapMs: 50, jitter: "full" },
});
const staff: Population = populationOf({
  name: "staff",
  arrivals: { process: "closed", users: 5 },
  session: { requests: constant(4), thinkMs: exponential(50), writesFraction: 0.5 },
});

const scenarioWith = (populations: readonly Population[], servers = 4): Scenario =>
  scenarioOf({
    durationMs: 4000,
    populations,
    serviceMs: lognormal(8, 2),
    servers: serversOf({ count: servers, workers: 2, queueLimit: 3 }),
    balancers: { count: 2, redispatch: 1, requestTimeoutMs: 60 },
    network: { clientToBalancerMs: exponential(1), balancerToServerMs: exponential(0.3) },
  });

const strategies: readonly Strategy[] = [
  strategyOf({ balancing: "random" }),
  strategyOf({ balancing: "least-connections", affinity: "balancer-cookie", state: "redis" }),
  strategyOf({ balancing: "power-of-two-choices", affinity: "source-hash", state: "replicated" }),
  strategyOf({ balancing: "least-response-time", affinity: "source-table", state: "one-backup" }),
  strategyOf({ balancing: "url-hash", affinity: "none", state: "signed-cookie" }),
];

type Brought = Pick<Decision, "demandMs" | "address" | "url" | "writes">;

/** What every request of every visit brought along, at its first attempt. */
function requestsOf(
  scenario: Scenario,
  strategy: Strategy,
): ReadonlyMap<string, Brought & Pick<Decision, "intendedAtMs">> {
  const { decisions } = decisionsOf({ scenario, strategy, seed: 7 });
  return new Map(
    decisions
      .filter((decision) => decision.attempt === 0)
      .map(({ visit, request, demandMs, address, url, writes, intendedAtMs }) => [
        `${visit}/${request}`,
        { demandMs, address, url, writes, intendedAtMs },
      ]),
  );
}

/** Compares the requests that both runs had time for; one that is a login in either run writes in any case. */
function expectSameRequests(a: ReadonlyMap<string, Brought>, b: ReadonlyMap<string, Brought>, atLeast: number): void {
  let common = 0;
  for (const [key, { demandMs, address, url, writes }] of a) {
    const other = b.get(key);
    if (other === undefined) continue;
    common++;
    const compared = writes === null || other.writes === null ? null : other.writes;
    expect({ key, ...other, intendedAtMs: null, writes: compared }).toEqual({
      key,
      demandMs,
      address,
      url,
      intendedAtMs: null,
      writes: compared === null ? null : writes,
    });
  }
  expect(common).toBeGreaterThan(atLeast);
}

describe("the workload is the same", () => {
  it("under every strategy: demands, addresses, pages, writes", () => {
    const scenario = scenarioWith([shoppers, staff]);
    const [first, ...others] = strategies.map((strategy) => requestsOf(scenario, strategy));
    for (const other of others) expectSameRequests(first!, other, 700);
  });

  it("under every strategy: arrivals and think times, to the last bit", () => {
    // Where answers take no time, a visit's requests come at its arrival plus its think times, and nothing else.
    const scenario: Scenario = scenarioOf({
      durationMs: 4000,
      populations: [
        { ...shoppers, serviceMs: constant(0) },
        { ...staff, serviceMs: constant(0) },
      ],
      servers: serversOf({ count: 4, workers: 2 }),
    });
    const timesOf = (strategy: Strategy) =>
      [...requestsOf(scenario, strategy)].map(([key, { intendedAtMs }]) => `${key} ${intendedAtMs}`).sort();
    const expected = timesOf(strategyOf());
    expect(expected.length).toBeGreaterThan(700);
    for (const { name: balancing } of engine.balancingAlgorithms) {
      for (const { name: affinity } of engine.affinityMechanisms) {
        expect(timesOf(strategyOf({ balancing, affinity }))).toEqual(expected);
      }
    }
  });

  it("under every rule of sessions, and whatever open pages ask for beside", () => {
    const busy: Population = {
      ...shoppers,
      session: { ...shoppers.session, parallel: { law: "geometric", mean: 2 }, loginAt: 2 },
    };
    const polling = { intervalMs: 70, writesFraction: 0.2, renews: true };
    const polled = { ...busy, session: { ...busy.session, polling, logoutFraction: 0.5 } };
    const rules: readonly Partial<SessionRules>[] = [
      { concurrency: { kind: "merge" } },
      { concurrency: { kind: "locked", readersShare: true, pollMs: 3, waitTimeoutMs: 50, leaseMs: 200 } },
      { idleTimeoutMs: 300, renewal: "half-window", cleanup: { kind: "probabilistic", chance: 0.1 } },
      {
        idleTimeoutMs: 400,
        regenerateId: { graceMs: 0 },
        warning: { beforeMs: 250, reactsFraction: 0.5, reactionMs: exponential(50) },
      },
    ];
    const plain = requestsOf(scenarioWith([busy]), strategies[1]!);
    for (const sessions of rules) {
      const others = requestsOf(scenarioWith([polled]), { ...strategies[1]!, sessions });
      expect(others.size).toBeGreaterThan(plain.size);
      expectSameRequests(plain, others, 450);
    }
  });

  it("with one server more", () => {
    const strategy = strategies[1]!;
    const four = requestsOf(scenarioWith([shoppers, staff], 4), strategy);
    expectSameRequests(four, requestsOf(scenarioWith([shoppers, staff], 5), strategy), 700);
  });

  it("for each population, whoever else there is, and in whatever order", () => {
    const strategy = strategies[1]!;
    const alone = requestsOf(scenarioWith([shoppers]), strategy);
    expectSameRequests(alone, requestsOf(scenarioWith([shoppers, staff]), strategy), 450);
    expectSameRequests(alone, requestsOf(scenarioWith([staff, shoppers]), strategy), 450);
  });

  it("and another one under another seed", () => {
    const scenario = scenarioWith([shoppers]);
    const [one, two] = [1, 2].map((seed) => run(scenario, strategies[0]!, seed));
    expect(one!.digest.value).not.toBe(two!.digest.value);
    expect(run(scenario, strategies[0]!, 1)).toEqual(one);
  });
});

describe("the digest leads to the first decision that differs", () => {
  it("its windows agree before that decision and differ from there on", () => {
    const calm = scenarioWith([shoppers, staff]);
    const crash: Scenario = {
      ...calm,
      faults: [{ kind: "crash", atMs: 2500, servers: [1], restartAfterMs: null }],
    };
    const strategy = strategies[1]!;
    const [before, after] = [calm, crash].map((scenario) => decisionsOf({ scenario, strategy, seed: 3 }));
    const same = (a: Decision, b: Decision | undefined) =>
      b !== undefined && a.server === b.server && a.visit === b.visit && a.request === b.request;
    const first = before!.decisions.findIndex((decision, i) => !same(decision, after!.decisions[i]));
    const { windowSize } = before!.digest;
    const windows = Math.min(before!.digest.windows.length, after!.digest.windows.length);
    expect(Math.floor(first / windowSize)).toBeGreaterThan(0);
    expect(Math.floor(first / windowSize)).toBeLessThan(windows);
    for (let window = 0; window < windows; window++) {
      const agrees = before!.digest.windows[window] === after!.digest.windows[window];
      expect(agrees, `window ${window} of ${windows}`).toBe((window + 1) * windowSize <= first);
    }
  });
});
