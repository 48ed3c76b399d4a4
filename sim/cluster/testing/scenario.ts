/** The plainest scenario, and strategy, for tests of parts: whatever a test does not name is off, zero or one. */
import { roundRobin } from "../../balancing/round-robin.ts";
import { withDefaults } from "../../catalogue.ts";
import { plainSessionRules } from "../../persistence/lifecycle/plain-rules.ts";
import type { Distribution, Population, Scenario, ServerGroup, Strategy } from "../../scenario.ts";

export const constant = (value: number): Distribution => ({ law: "constant", value });

export function group(parts: Partial<ServerGroup> = {}): ServerGroup {
  return {
    name: "server",
    count: 1,
    workers: 1,
    discipline: "fcfs",
    speed: 1,
    weight: 1,
    queueLimit: null,
    concurrencyLimit: null,
    maxConnections: null,
    tier: 0,
    zone: null,
    ...parts,
  };
}

export function population(parts: Partial<Population> = {}): Population {
  return {
    name: "users",
    arrivals: { process: "deterministic", ratePerSec: 1 },
    batch: null,
    session: {
      requests: constant(1),
      thinkMs: constant(0),
      writesFraction: 0,
      stateBytes: constant(1024),
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
    ...parts,
  };
}

export function scenario(servers: readonly ServerGroup[], parts: Partial<Scenario> = {}): Scenario {
  return {
    name: "test",
    durationMs: 1000,
    warmUpMs: 0,
    windowMs: 1000,
    populations: [population()],
    cluster: {
      servers,
      serviceMs: constant(1),
      balancers: {
        count: 1,
        zones: [],
        choose: "per-request",
        redispatch: 0,
        requestTimeoutMs: null,
        cancelsAbandonedWork: false,
        healthCheck: null,
        queue: null,
        reports: null,
      },
      network: { clientToBalancerMs: constant(0), balancerToServerMs: constant(0) },
    },
    sessions: plainSessionRules,
    faults: [],
    ...parts,
  };
}

/** Round robin as it stands; parts named otherwise bring every knob that they need. */
export function strategy(parts: Partial<Strategy> = {}): Strategy {
  return {
    name: "test",
    balancing: { name: roundRobin.name, knobs: withDefaults(roundRobin, {}) },
    affinity: { name: "none", knobs: {} },
    state: { name: "server-memory", knobs: {} },
    ...parts,
  };
}
