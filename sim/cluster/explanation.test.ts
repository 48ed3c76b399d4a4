import { describe, expect, test } from "vitest";
import { placementHelpers } from "../balancing/placement/index.ts";
import { partNamed, withDefaults } from "../catalogue.ts";
import {
  type BalancingDefinition,
  balancingAlgorithms,
  type Decision,
  type DecisionSought,
  Simulation,
} from "../index.ts";
import type { Scenario } from "../scenario.ts";
import { withRules } from "./testing/bound.ts";
import { constant, group, population, scenario, strategy } from "./testing/scenario.ts";

/** Servers of uneven weight and a crash: a decision for every reason, and for every algorithm something to weigh. */
const troubled = scenario([], {
  durationMs: 20_000,
  populations: [
    population({
      arrivals: { process: "poisson", ratePerSec: 30 },
      session: { ...population().session, requests: constant(4), thinkMs: constant(1500) },
      urls: { count: 50, zipfExponent: 0.9 },
      retry: { attempts: 2, backoffMs: 50, backoffCapMs: 50, jitter: "none" },
    }),
  ],
  cluster: {
    ...scenario([]).cluster,
    servers: [group({ name: "plain", count: 4 }), group({ name: "strong", count: 2, weight: 3 })],
    serviceMs: { law: "exponential", mean: 60 },
    balancers: {
      ...scenario([]).cluster.balancers,
      redispatch: 1,
      healthCheck: { intervalMs: 500, timeoutMs: 100, rise: 1, fall: 2 },
    },
  },
  faults: [
    { kind: "crash", atMs: 5000, servers: [0, 4], restartAfterMs: 8000 },
    { kind: "crash", atMs: 8000, servers: [1, 2, 3, 5], restartAfterMs: 1000 },
  ],
});

const inputOf = (balancing: BalancingDefinition, affinity = "none") => ({
  scenario: troubled,
  strategy: strategy({
    balancing: { name: balancing.name, knobs: withDefaults(balancing, {}) },
    affinity: { name: affinity, knobs: {} },
  }),
  seed: 1,
  scenarioHash: "",
});

function decided(input: ReturnType<typeof inputOf>) {
  const simulation = new Simulation({ ...input, decisions: { from: 0, to: Infinity } });
  simulation.advance(Infinity);
  return { decisions: simulation.decisions, digest: simulation.digest() };
}

function explained(input: ReturnType<typeof inputOf>, sought: DecisionSought) {
  const simulation = new Simulation({ ...input, explain: sought });
  simulation.advance(Infinity);
  return { ...simulation.explainer!, digest: simulation.digest() };
}

describe.each(balancingAlgorithms.map((definition) => [definition.name, definition] as const))(
  "a decision of %s, explained",
  (_name, definition) => {
    const input = inputOf(definition);
    const run = decided(input);
    const balanced = run.decisions.filter(({ reason }) => reason === "balanced");
    const some = [0.05, 0.2, 0.6, 0.95].map((share) => balanced[Math.floor(share * balanced.length)]!);

    test("is the run's own, and explaining it changes no decision", () => {
      for (const decision of some) {
        const { explanation, digest } = explained(input, { index: decision.index });
        expect(explanation!.decision).toEqual(decision);
        expect(digest).toEqual(run.digest);
      }
    });

    test("shows signals only where the definition says that there are any, and of those that may be chosen", () => {
      const isWeighed = definition.decides.signal !== null;
      for (const { index } of some) {
        const { candidates } = explained(input, { index }).explanation!;
        const shown = candidates.filter(({ signal }) => signal !== null);
        expect(shown.every(({ isEligible }) => isEligible && isWeighed)).toBe(true);
      }
    });
  },
);

const weighing = balancingAlgorithms.flatMap((definition) => {
  const { best, among } = definition.decides;
  return best === undefined || among === "drawn" ? [] : [[definition.name, best, definition] as const];
});

test.each(weighing)("a decision of %s goes to the %s signal of those that may be chosen", (_name, best, definition) => {
  const input = inputOf(definition);
  const balanced = decided(input).decisions.filter(({ reason }) => reason === "balanced");
  for (let at = 5; at < balanced.length; at += Math.ceil(balanced.length / 8)) {
    const { decision, candidates } = explained(input, { index: balanced[at]!.index }).explanation!;
    const signals = candidates.flatMap(({ signal, isBarred }) => (signal === null || isBarred ? [] : [signal]));
    const chosen = candidates[decision.serverIndex!]!.signal;
    // One without a signal was chosen by another part of the rule.
    if (chosen === null) continue;
    expect(chosen).toBe(best === "smallest" ? Math.min(...signals) : Math.max(...signals));
  }
});

describe("an explanation", () => {
  const random = balancingAlgorithms.find(({ name }) => name === "random")!;
  const input = inputOf(random, "balancer-cookie");
  const { decisions } = decided(input);
  const of = (reason: Decision["reason"]) => decisions.find((decision) => decision.reason === reason)!;

  test("of a bound request names the binding, and draws nothing", () => {
    const { decision, outcome, boundServer, draws } = explained(input, { index: of("bound").index }).explanation!;
    expect(decision).toEqual(of("bound"));
    expect([outcome, boundServer, draws]).toEqual(["V", decision.server, []]);
  });

  test("of a failed-over request names the server that is down", () => {
    const { decision, outcome, boundServer, candidates } = explained(input, {
      index: of("failed-over").index,
    }).explanation!;
    expect(outcome).toBe("D");
    expect(boundServer).not.toBe(decision.server);
    expect(candidates.find(({ server }) => server === boundServer)!.isEligible).toBe(false);
  });

  test("of a redispatched request names the server that refused it, and no look-up", () => {
    const { decision, outcome, candidates } = explained(input, { index: of("redispatched").index }).explanation!;
    expect(outcome).toBeNull();
    expect(candidates.filter(({ isAvoided }) => isAvoided).map(({ server }) => server)).not.toContain(decision.server);
    expect(candidates.filter(({ isAvoided }) => isAvoided)).toHaveLength(1);
  });

  test("of a request that finds no server shows that none is eligible", () => {
    const { decision, candidates } = explained(input, { index: of("no-server").index }).explanation!;
    expect(decision.server).toBeNull();
    expect(candidates.some(({ isEligible }) => isEligible)).toBe(false);
  });

  test("of a balanced request has the draw that chose", () => {
    const { decision, candidates, draws } = explained(input, { index: of("balanced").index }).explanation!;
    expect(draws.length).toBeGreaterThan(0);
    expect(candidates.filter(({ isEligible }) => isEligible).length).toBeGreaterThan(1);
    expect(decision.server).not.toBeNull();
  });

  test("is found by the request it is about as well", () => {
    const { index, population, visit, request, attempt } = of("failed-over");
    const byRequest = explained(input, { population, visit, request, attempt }).explanation!;
    expect(byRequest).toEqual(explained(input, { index }).explanation);
  });

  test("that is not found says how far the visits and the visit's requests went", () => {
    const visits = 1 + Math.max(...decisions.map(({ visit }) => visit));
    const beyond = explained(input, { population: "users", visit: visits + 5, request: 0, attempt: 0 });
    expect([beyond.explanation, beyond.visitsSeen]).toEqual([null, visits]);
    const within = explained(input, { population: "users", visit: 0, request: 9, attempt: 0 });
    expect([within.explanation, within.requestsSeen]).toEqual([null, 4]);
  });
});

test("a decision of a request that waited shows what there was when its server was chosen", () => {
  const full = {
    ...troubled,
    faults: [],
    cluster: {
      ...troubled.cluster,
      servers: [group({ count: 2, maxConnections: 1 })],
      balancers: { ...troubled.cluster.balancers, queue: { limit: null, perServerLimit: null, timeoutMs: null } },
    },
  };
  const input = { ...inputOf(balancingAlgorithms.find(({ name }) => name === "random")!), scenario: full };
  const { decisions, digest } = decided(input);
  for (let at = 10; at < decisions.length; at += 97) {
    const found = explained(input, { index: at });
    expect([found.explanation!.decision, found.digest]).toEqual([decisions[at], digest]);
    const chosen = found.explanation!.candidates[decisions[at]!.serverIndex!]!;
    expect([chosen.inFlight, chosen.isBarred]).toEqual([0, false]);
  }
});

test("a decision behind helpers of placement is among the servers that they leave to the algorithm", () => {
  const algorithm = balancingAlgorithms.find(({ name }) => name === "least-connections")!;
  const plain = inputOf(algorithm);
  const subset = { name: "subset", knobs: withDefaults(partNamed(placementHelpers, "subset", "helper"), { size: 3 }) };
  const input = { ...plain, strategy: { ...plain.strategy, placement: [subset] } };
  const { decisions, digest } = decided(input);
  for (let at = 10; at < decisions.length; at += 300) {
    const found = explained(input, { index: at });
    expect([found.explanation!.decision, found.digest]).toEqual([decisions[at], digest]);
    const { decision, candidates } = found.explanation!;
    if (decision.reason !== "balanced") continue;
    const seen = candidates.filter(({ isSeen }) => isSeen);
    expect(seen.length).toBeLessThanOrEqual(3);
    expect(seen.map(({ server }) => server)).toContain(decision.server);
    expect(candidates.every(({ isSeen, signal }) => isSeen === (signal !== null))).toBe(true);
  }
});

describe("a decision that a rule of the binding made is explained with the rule", () => {
  const rules = (knobs: Parameters<typeof withRules>[0]) => ({ name: "balancer-cookie", knobs: withRules(knobs) });
  const input = (knobs: Parameters<typeof withRules>[0], parts: Partial<Scenario>) => ({
    ...inputOf(balancingAlgorithms.find(({ name }) => name === "random")!),
    strategy: strategy({ affinity: rules(knobs) }),
    scenario: { ...troubled, ...parts },
  });
  const stop = { everyMs: 0, killAfterMs: 0, restartAfterMs: null };
  const draining = { faults: [{ kind: "drain", atMs: 5000, servers: [0, 1], ...stop, stopAfterMs: null }] } as const;
  const full = {
    faults: [],
    cluster: {
      ...troubled.cluster,
      servers: [group({ count: 3, maxConnections: 1 })],
      balancers: { ...troubled.cluster.balancers, queue: { limit: null, perServerLimit: null, timeoutMs: null } },
    },
  };

  test.each([
    ["drained", "whenDraining: move", { whenDraining: "move" }, draining],
    ["bound", "whenDraining: keep", { whenDraining: "keep" }, draining],
    ["turned-away", "whenDraining: refuse", { whenDraining: "refuse" }, draining],
    ["failed-over", "whenDown: move", { whenDown: "move" }, {}],
    ["insisted", "whenDown: insist", { whenDown: "insist" }, {}],
    ["turned-away", "whenDown: refuse", { whenDown: "refuse" }, {}],
    ["overflowed", "strictness: soft", { strictness: "soft" }, full],
    ["overflowed", "strictness: bounded", { strictness: "bounded", boundedWaitMs: 20 }, full],
  ] as const)("%s by %s", (reason, rule, knobs, parts) => {
    const given = input(knobs, parts);
    const { decisions, digest } = decided(given);
    const such = decisions.filter((decision) => decision.reason === reason && decision.atMs > 6000);
    // A request that is bound to a server which does not drain is led there by no rule.
    const found = such.slice(0, 12).map(({ index }) => explained(given, { index }));
    const told = found.find(({ explanation }) => explanation?.rule !== null)!;
    expect(told.explanation).toMatchObject({ rule, decision: { reason } });
    expect(told.explanation!.boundServer).not.toBeNull();
    expect(told.digest).toEqual(digest);
    for (const { explanation } of found) {
      const bound = explanation!.candidates.find(({ server }) => server === explanation!.boundServer);
      if (reason === "bound") expect(explanation!.rule).toBe(bound!.isDraining ? rule : null);
    }
  });
});
