import { describe, expect, test } from "vitest";
import { type Decision, Simulation } from "../index.ts";
import { Digest } from "../metrics/digest.ts";
import { decisionReasons } from "./decision-log.ts";
import { constant, group, population, scenario, strategy } from "./testing/scenario.ts";

/** Both servers are down for a while, one of them longer: a decision for every reason that needs no rule of the binding. */
const troubled = scenario([group({ count: 2 })], {
  durationMs: 20_000,
  populations: [
    population({
      arrivals: { process: "poisson", ratePerSec: 20 },
      session: { ...population().session, requests: constant(6), thinkMs: constant(1500) },
      retry: { attempts: 2, backoffMs: 50, backoffCapMs: 50, jitter: "none" },
    }),
  ],
  cluster: {
    ...scenario([]).cluster,
    servers: [group({ count: 2 })],
    balancers: {
      ...scenario([]).cluster.balancers,
      redispatch: 1,
      healthCheck: { intervalMs: 500, timeoutMs: 100, rise: 1, fall: 2 },
    },
  },
  faults: [
    { kind: "crash", atMs: 5000, servers: [0], restartAfterMs: 8000 },
    { kind: "crash", atMs: 8000, servers: [1], restartAfterMs: 3000 },
  ],
});
const sticky = strategy({ affinity: { name: "balancer-cookie", knobs: {} } });
const input = { scenario: troubled, strategy: sticky, seed: 1, scenarioHash: "" };

function finished(from: number, to: number): Simulation {
  const simulation = new Simulation({ ...input, decisions: { from, to } });
  simulation.advance(Infinity);
  return simulation;
}

/** The digest of decisions that were written down. */
function digestOf(decisions: readonly Decision[]): string {
  const clock = { nowMs: 0 };
  const digest = new Digest(clock);
  for (const { atMs, visit, request, attempt, serverIndex, reason } of decisions) {
    clock.nowMs = atMs;
    digest.add(visit, request, attempt, serverIndex ?? -1, decisionReasons.indexOf(reason));
  }
  return digest.value();
}

describe("decisions written down", () => {
  test("are all that the digest counts, in its order", () => {
    const simulation = finished(0, Infinity);
    const { decisions } = simulation;
    expect(decisions).toHaveLength(simulation.digest().decisions);
    expect(digestOf(decisions)).toBe(simulation.digest().value);
    expect(new Set(decisions.map(({ reason }) => reason))).toEqual(new Set(decisionReasons.slice(0, 5)));
    // Visits come in the order of their numbers, and none is left out.
    const visits = [...new Set(decisions.map(({ visit }) => visit))];
    expect(visits).toEqual(visits.map((_, number) => number));
    for (const { population, server, serverIndex } of decisions) {
      expect(population).toBe("users");
      expect(server).toBe(serverIndex === null ? null : `server-${serverIndex + 1}`);
    }
  });

  test("of a range are those of the whole run, and change no result", () => {
    const all = finished(0, Infinity);
    const some = finished(100, 200);
    expect(some.decisions).toEqual(all.decisions.slice(100, 200));
    const unwatched = new Simulation(input);
    unwatched.advance(Infinity);
    expect(unwatched.decisions).toEqual([]);
    expect(some.record()).toEqual(unwatched.record());
  });

  test("and their digest are there as far as the run has come", () => {
    const all = finished(0, Infinity);
    const simulation = new Simulation({ ...input, decisions: { from: 0, to: Infinity } });
    for (let untilMs = 1000; simulation.advance(untilMs) !== "done"; untilMs += 1000) {
      const { decisions } = simulation;
      expect(simulation.digest()).toMatchObject({ decisions: decisions.length, value: digestOf(decisions) });
      expect(decisions).toEqual(all.decisions.slice(0, decisions.length));
    }
  });
});
