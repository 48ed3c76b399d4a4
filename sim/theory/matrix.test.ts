/**
 * Every affinity with every state, once in a minute in which nothing goes wrong, and once in one in which nearly everything
 * does. MATRIX_TABLE prints what was lost in the second.
 */
import { describe, expect, it } from "vitest";
import type { Fault, RunRecord, Scenario } from "../index.ts";
import { engine } from "./testing/engine.ts";
import { violations } from "./testing/invariants.ts";
import { constant, exponential, populationOf, run, scenarioOf, serversOf, strategyOf } from "./testing/scenarios.ts";

const DURATION_MS = 60_000;

const users = populationOf({
  arrivals: { process: "poisson", ratePerSec: 3 },
  session: {
    requests: { law: "geometric", mean: 10 },
    thinkMs: exponential(2000),
    writesFraction: 0.3,
    growthBytesPerWrite: 100,
    transactions: { fraction: 0.1, steps: 3 },
  },
});

const minute = (parts: {
  readonly faults: readonly Fault[];
  readonly populations: Scenario["populations"];
}): Scenario =>
  scenarioOf({
    durationMs: DURATION_MS,
    warmUpMs: 0,
    servers: [serversOf({ count: 4, workers: 2 }), serversOf({ name: "added", workers: 2 })],
    serviceMs: exponential(20),
    balancers: {
      count: 2,
      choose: "per-session",
      redispatch: 1,
      healthCheck: { intervalMs: 500, timeoutMs: 500, rise: 1, fall: 2 },
    },
    network: { clientToBalancerMs: constant(10), balancerToServerMs: constant(0.25) },
    ...parts,
  });

const calm = minute({ populations: [users], faults: [] });

const storm = minute({
  populations: [
    users,
    populationOf({
      ...users,
      name: "difficult",
      clients: {
        cookiesFraction: 0.5,
        natFraction: 0.5,
        natAddresses: 3,
        mobileFraction: 0.5,
        addressChangeMeanMs: 10_000,
      },
      retry: { attempts: 1, backoffMs: 100, backoffCapMs: 100 },
    }),
  ],
  faults: [
    { kind: "crash", atMs: 8000, servers: [1], restartAfterMs: 4000 },
    { kind: "balancer-restart", atMs: 16_000, balancers: [0], endsAfterMs: 500 },
    { kind: "scale-out", atMs: 22_000, servers: [4] },
    { kind: "store-crash", atMs: 28_000, nodes: [0], endsAfterMs: 2000 },
    {
      kind: "drain",
      atMs: 34_000,
      servers: [0, 2],
      everyMs: 4000,
      stopAfterMs: 3000,
      killAfterMs: 1000,
      restartAfterMs: 1000,
    },
    { kind: "store-flush", atMs: 46_000, nodes: [-1], endsAfterMs: null },
    { kind: "scale-in", atMs: 50_000, servers: [3], stopAfterMs: 2000, killAfterMs: null, keepListed: false },
  ],
});

const affinities = engine.affinityMechanisms.map(({ name }) => name);
const states = engine.stateBackends.map(({ name }) => name);

/** Losses in a run, the first causes first. */
function told({ metrics, sessionsLostByCause }: RunRecord): string {
  const causes = sessionsLostByCause.toSorted((a, b) => b.sessions - a.sessions).slice(0, 2);
  return `${metrics.sessionsLost} ${causes.map(({ cause, sessions }) => `${cause} ${sessions}`).join(", ")}`.trim();
}

/** Keeps its data where any server finds it, or with the client: what affinity leads astray finds its session all the same. */
const isShared = (state: string): boolean =>
  run(calm, strategyOf({ affinity: "none", state })).metrics.sessionsLost === 0;

describe.each(states)("state %s", (state) => {
  const shared = isShared(state);

  it.each(affinities)("with affinity %s", (affinity) => {
    const strategy = strategyOf({ affinity, state });
    const quiet = run(calm, strategy);
    expect(violations(quiet, calm, strategy)).toEqual([]);
    expect(quiet.metrics.requestsAnswered).toBe(quiet.metrics.requestsOffered! - quiet.metrics.requestsInFlight!);
    if (shared) expect(quiet.metrics.sessionsLost).toBe(0);
    // What is lost where nothing fails is lost on the way to the server, not by the backend.
    const byBackend = ["crash", "scale-in", "store-crash", "replication-lag", "drain", "failover"];
    expect(quiet.sessionsLostByCause.filter(({ cause }) => byBackend.includes(cause))).toEqual([]);

    const rough = run(storm, strategy);
    expect(violations(rough, storm, strategy)).toEqual([]);
    expect(run(storm, strategy)).toEqual(rough);
    expect(rough.metrics.requestsAnswered).toBeGreaterThan(0.5 * rough.metrics.requestsOffered!);
    if (process.env["MATRIX_TABLE"] !== undefined) {
      process.stdout.write(`${state} | ${affinity} | calm ${quiet.metrics.sessionsLost} | storm ${told(rough)}\n`);
    }
  });
});
