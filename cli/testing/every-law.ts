/**
 * A scenario that draws from every law and every arrival process, so that every exact function takes part, and what it
 * gives. The same file runs in node and, bundled, in browsers.
 */
import { withDefaults } from "../../sim/catalogue.ts";
import {
  type Arrivals,
  affinityMechanisms,
  balancingAlgorithms,
  type Distribution,
  type Population,
  type Scenario,
  type SessionRules,
  type Strategy,
  simulate,
  stateBackends,
} from "../../sim/index.ts";
import { plainSessionRules } from "../../sim/persistence/lifecycle/plain-rules.ts";

const laws: readonly Distribution[] = [
  { law: "lognormal", mean: 30, cv: 1.4 },
  { law: "pareto", minimum: 5, shape: 1.5, maximum: null },
  { law: "pareto", minimum: 5, shape: 1.1, maximum: 2000 },
  { law: "gamma", mean: 30, shape: 0.4 },
  { law: "gamma", mean: 30, shape: 3 },
  { law: "weibull", shape: 0.7, scale: 30 },
  { law: "hyperexponential", mean: 30, cv: 2 },
  { law: "normal", mean: 30, standardDeviation: 20 },
  { law: "exponential", mean: 30 },
  { law: "uniform", low: 1, high: 60 },
  { law: "zipf", count: 100, exponent: 0.8 },
  { law: "empirical", values: [10, 20, 90], weights: [5, 3, 1] },
];

const processes: readonly Arrivals[] = [
  { process: "poisson", ratePerSec: 5 },
  { process: "deterministic", ratePerSec: 5 },
  { process: "renewal", gapMs: { law: "gamma", mean: 200, shape: 0.5 } },
  {
    process: "mmpp",
    states: [
      { ratePerSec: 1, meanMs: 5000 },
      { ratePerSec: 20, meanMs: 1000 },
    ],
  },
  { process: "phases", phases: [{ durationMs: 30_000, fromPerSec: 1, toPerSec: 9 }] },
  { process: "diurnal", meanPerSec: 5, amplitudeFraction: 0.8, periodMs: 20_000, peakAtMs: 7000 },
  {
    process: "flash-crowd",
    basePerSec: 1,
    peakPerSec: 30,
    atMs: 10_000,
    rampMs: 2000,
    holdMs: 3000,
    decayMs: 4000,
  },
  { process: "closed", users: 10 },
];

const populations: readonly Population[] = processes.map((arrivals, index) => ({
  name: arrivals.process,
  arrivals,
  batch: index === 1 ? { law: "geometric", mean: 2 } : null,
  session: {
    requests: { law: "geometric", mean: 5 },
    thinkMs: laws[index % laws.length]!,
    writesFraction: 0.3,
    stateBytes: { law: "lognormal", mean: 2000, cv: 1 },
    growthBytesPerWrite: 50,
    changedBytesPerWrite: null,
    transactions: { fraction: 0.1, steps: 3 },
    parallel: index % 2 === 0 ? null : { law: "geometric", mean: 2 },
    polling: index % 3 === 0 ? { intervalMs: 700, writesFraction: 0.2, renews: true } : null,
    logoutFraction: index % 4 === 0 ? 0.5 : 1,
    loginAt: index % 3,
  },
  clients: {
    natFraction: 0.3,
    natAddresses: 5,
    natZipfExponent: 1.1,
    mobileFraction: 0.2,
    addressChangeMeanMs: 5000,
    cookiesFraction: 0.95,
  },
  urls: { count: 50, zipfExponent: 0.9 },
  bytes: null,
  serviceMs: laws[(index + 4) % laws.length]!,
  patienceMs: 3000,
  retry: { attempts: 2, backoffMs: 50, backoffCapMs: 400, jitter: "full" },
  afterFailure: "continue",
}));

const group = { workers: 4, weight: 1, speed: 1, queueLimit: 30, concurrencyLimit: null, maxConnections: 20, tier: 0 };

const scenario: Scenario = {
  name: "every-law",
  durationMs: 40_000,
  warmUpMs: 5000,
  windowMs: 1000,
  populations,
  cluster: {
    servers: [
      { ...group, name: "queue", count: 3, discipline: "fcfs", zone: "a" },
      { ...group, name: "share", count: 2, discipline: "ps", zone: "b" },
    ],
    serviceMs: { law: "exponential", mean: 20 },
    balancers: {
      count: 2,
      zones: ["a", "b"],
      choose: "per-request",
      redispatch: 1,
      requestTimeoutMs: 2000,
      cancelsAbandonedWork: true,
      healthCheck: { intervalMs: 1000, timeoutMs: 500, rise: 2, fall: 3 },
      queue: { limit: 100, perServerLimit: null, timeoutMs: 1500 },
      reports: { intervalMs: 500, phases: "own", delayMs: { law: "exponential", mean: 20 }, lossFraction: 0.1 },
    },
    network: {
      clientToBalancerMs: { law: "weibull", shape: 1.5, scale: 10 },
      balancerToServerMs: { law: "lognormal", mean: 0.5, cv: 0.5 },
    },
  },
  sessions: { ...plainSessionRules, idleTimeoutMs: 10_000, absoluteTimeoutMs: 30_000 },
  faults: [{ kind: "crash", atMs: 15_000, servers: [1], restartAfterMs: 5000 }],
};

/** Rules of sessions that take turns with the strategies. */
const sessionRules: readonly Partial<SessionRules>[] = [
  {},
  { concurrency: { kind: "merge" }, renewal: "half-window" },
  { concurrency: { kind: "optimistic", retries: 2 }, cleanup: { kind: "probabilistic", chance: 0.01 } },
  {
    concurrency: { kind: "locked", readersShare: false, pollMs: 20, waitTimeoutMs: 500, leaseMs: 2000 },
    regenerateId: { graceMs: 100 },
  },
  {
    renewal: "on-write",
    cleanup: { kind: "periodic", intervalMs: 3000 },
    warning: { beforeMs: 4000, reactsFraction: 0.7, reactionMs: { law: "exponential", mean: 1000 } },
    encoding: {
      serialiseMsPerMib: 10,
      deserialiseMsPerMib: 10,
      compression: { ratio: 2.9, fromBytes: 1024, compressMsPerMib: 3.18, decompressMsPerMib: 1.12 },
    },
  },
];

/** Every balancing algorithm, each with another mechanism and backend, until all have had a turn. */
function strategies(): Strategy[] {
  const longest = Math.max(balancingAlgorithms.length, affinityMechanisms.length, stateBackends.length);
  const turn = <T>(parts: readonly T[], index: number): T => parts[index % parts.length]!;
  return Array.from({ length: longest }, (_, index) => {
    const balancing = turn(balancingAlgorithms, index);
    const affinity = turn(affinityMechanisms, index);
    const state = turn(stateBackends, index);
    return {
      name: `${balancing.name} ${affinity.name} ${state.name}`,
      balancing: { name: balancing.name, knobs: withDefaults(balancing, {}) },
      affinity: { name: affinity.name, knobs: withDefaults(affinity, {}) },
      state: { name: state.name, knobs: withDefaults(state, {}) },
      sessions: turn(sessionRules, index),
    };
  });
}

/** One run of every law under each strategy, as the text of its record. Takes about a second. */
export function everyLaw(): string[] {
  return strategies().map((strategy) =>
    JSON.stringify(simulate({ scenario, strategy, seed: 42, scenarioHash: "every-law" })),
  );
}
