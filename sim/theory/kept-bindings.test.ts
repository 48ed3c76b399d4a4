/** A bound session does not move while its server is eligible and has room, whatever happens around it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as decision from "../cluster/decisions.ts";
import * as request from "../cluster/requests.ts";
import type { Scenario, Strategy } from "../index.ts";
import * as field from "../workload/sessions.ts";
import { scenarioWith } from "./testing/arbitrary-scenario.ts";
import { arbitraryPart } from "./testing/arbitrary-strategy.ts";
import { endlessUsers } from "./testing/arbitrary-workload.ts";
import { engine } from "./testing/engine.ts";
import { strategyOf } from "./testing/scenarios.ts";

const DURATION_MS = 1500;

/**
 * Clients return their cookies, and learn of every answer: none is cut off on its way by a balancer that gives up or
 * restarts, so that the cookie they have is from the server that served them last.
 */
const plain = (scenario: Scenario): Scenario => ({
  ...scenario,
  populations: scenario.populations.map((population) => ({
    ...population,
    patienceMs: null,
    clients: { ...population.clients, cookiesFraction: 1 },
  })),
  cluster: { ...scenario.cluster, balancers: { ...scenario.cluster.balancers, requestTimeoutMs: null } },
  faults: scenario.faults.filter(({ kind }) => kind !== "balancer-restart" && kind !== "balancer-reload"),
});

/** Decisions that led away from a server that could have been used, and those that were bound. */
function straysOf(scenario: Scenario, strategy: Strategy, seed: number): { strays: string[]; bound: number } {
  const cluster = new engine.Cluster(scenario, strategy, seed);
  const { requests, sessions, balancers, fleets, servers } = cluster;
  const strays: string[] = [];
  let bound = 0;
  balancers.decider.observer = (slot, server, reason) => {
    const int = (at: number) => requests.ints[slot * request.INTS + at]!;
    const session = int(request.SESSION);
    if (reason === decision.BOUND) bound++;
    if (reason === decision.REDISPATCHED || (int(request.FLAGS) & request.HAS_SESSION) === 0) return;
    const fleet = fleets[int(request.BALANCER)]!;
    const own = sessions.ints[session * field.INTS + field.SERVER]!;
    const hasRoom = fleet.inFlight[own]! < servers.maxConnections[own]!;
    if (server !== own && fleet.isEligible[own] === 1 && hasRoom) {
      strays.push(`${cluster.nowMs}: from ${own} to ${server} for reason ${reason}`);
    }
  };
  cluster.advance(Infinity);
  return { strays, bound };
}

const scenarios = scenarioWith(endlessUsers, DURATION_MS).map(plain);
const rules = fc.record({
  whenDraining: fc.constantFrom("keep", "move", "refuse"),
  whenDown: fc.constantFrom("move", "insist", "refuse"),
  strictness: fc.constantFrom("soft", "bounded", "hard"),
  boundedWaitMs: fc.constantFrom(0, 10, 100),
});

describe("a session that a cookie binds", () => {
  it("stays where it is while its server is eligible and has room, under every rule", () => {
    let bound = 0;
    fc.assert(
      fc.property(
        scenarios,
        arbitraryPart(engine.balancingAlgorithms),
        rules,
        fc.nat(1000),
        (scenario, balancing, knobs, seed) => {
          const strategy = { ...strategyOf({ affinity: "balancer-cookie", knobs }), balancing };
          const found = straysOf(scenario, strategy, seed);
          bound += found.bound;
          expect(found.strays).toEqual([]);
        },
      ),
      { numRuns: 40, seed: 1 },
    );
    // The property is about something.
    expect(bound).toBeGreaterThan(1000);
  }, 120_000);

  it("does not without affinity", () => {
    const several = scenarios.filter(({ cluster }) => cluster.servers.length > 1);
    const strays = fc
      .sample(several, { numRuns: 10, seed: 3 })
      .map((scenario) => straysOf(scenario, strategyOf(), 1).strays);
    expect(strays.flat().length).toBeGreaterThan(10);
  });
});
