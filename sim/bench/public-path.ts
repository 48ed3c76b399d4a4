/**
 * LB-1 as a user would run it: a scenario through the engine's public entry, with metrics, ledger, timeline and digest.
 * One millisecond is the mean service time. Every request is a session of its own.
 */
import { withDefaults } from "../catalogue.ts";
import {
  balancingAlgorithms,
  type Distribution,
  type Scenario,
  type Strategy,
  simulate,
  stateBackends,
} from "../index.ts";
import { plainSessionRules } from "../persistence/lifecycle/plain-rules.ts";
import { type Case, type Outcome, type Policy, RHO } from "./model.ts";

const none: Distribution = { law: "constant", value: 0 };

const algorithms: Readonly<Record<Policy, string>> = {
  random: "random",
  jsq: "least-connections",
  p2c: "power-of-two-choices",
};

export function strategyOf(policy: Policy): Strategy {
  const balancing = balancingAlgorithms.find((part) => part.name === algorithms[policy])!;
  const state = stateBackends.find((part) => part.name === "server-memory")!;
  return {
    name: policy,
    balancing: { name: balancing.name, knobs: withDefaults(balancing, {}) },
    affinity: { name: "none", knobs: {} },
    state: { name: state.name, knobs: withDefaults(state, {}) },
  };
}

export interface Load {
  readonly servers: number;
  readonly sessionsPerMs: number;
  readonly durationMs: number;
  readonly requestsPerSession: number;
  readonly thinkMs: number;
}

export function scenarioOf({ servers, sessionsPerMs, durationMs, requestsPerSession, thinkMs }: Load): Scenario {
  return {
    name: "LB-1",
    durationMs,
    warmUpMs: durationMs / 10,
    windowMs: durationMs / 100,
    populations: [
      {
        name: "clients",
        arrivals: { process: "poisson", ratePerSec: sessionsPerMs * 1000 },
        batch: null,
        session: {
          requests: { law: "constant", value: requestsPerSession },
          thinkMs: { law: "constant", value: thinkMs },
          writesFraction: 0,
          stateBytes: { law: "constant", value: 1024 },
          growthBytesPerWrite: 0,
          changedBytesPerWrite: null,
          transactions: null,
          parallel: null,
          polling: null,
          logoutFraction: 1,
          loginAt: 0,
        },
        clients: {
          natFraction: 0,
          natAddresses: 1,
          natZipfExponent: 0,
          mobileFraction: 0,
          addressChangeMeanMs: 1,
          cookiesFraction: 1,
        },
        urls: { count: 1, zipfExponent: 0 },
        bytes: null,
        serviceMs: null,
        patienceMs: null,
        retry: { attempts: 0, backoffMs: 0, backoffCapMs: 0, jitter: "none" },
        afterFailure: "continue",
      },
    ],
    cluster: {
      servers: [
        {
          name: "server",
          count: servers,
          workers: 1,
          discipline: "fcfs",
          speed: 1,
          weight: 1,
          queueLimit: null,
          concurrencyLimit: null,
          maxConnections: null,
          tier: 0,
          zone: null,
        },
      ],
      serviceMs: { law: "exponential", mean: 1 },
      balancers: {
        count: 1,
        zones: [],
        choose: "per-request",
        redispatch: 0,
        requestTimeoutMs: null,
        cancelsAbandonedWork: true,
        healthCheck: null,
        queue: null,
        reports: null,
      },
      network: { clientToBalancerMs: none, balancerToServerMs: none },
    },
    sessions: plainSessionRules,
    faults: [],
  };
}

export function runPublicPath({ policy, servers, requests, seed }: Case): Outcome {
  const sessionsPerMs = RHO * servers;
  const durationMs = requests / sessionsPerMs;
  const scenario = scenarioOf({ servers, sessionsPerMs, durationMs, requestsPerSession: 1, thinkMs: 0 });
  const { metrics } = simulate({ scenario, strategy: strategyOf(policy), seed, scenarioHash: "" });
  return {
    // After warm-up, nine tenths of all.
    requests: metrics.requestsOffered! / 0.9,
    mean: metrics.responseTimeMeanMs!,
    p99: metrics.responseTimeP99Ms!,
  };
}
