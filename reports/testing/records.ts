/** Small hand-made run records for the tests of reports and commands. */
import type { MetricName } from "../../sim/metrics/catalogue.ts";
import { bucketOf } from "../../sim/metrics/histogram.ts";
import { RECORD_SCHEMA_VERSION, type RunRecord } from "../../sim/record.ts";
import type { Experiment } from "../experiment.ts";
import { perMetric } from "../per-metric.ts";

export interface RecordSketch {
  readonly strategy?: string;
  readonly seed?: number;
  readonly metrics?: Partial<Record<MetricName, number | null>>;
}

const twoWindows = { windowMs: 30_000, windows: 2 };

/** One minute, two windows, two servers; what `sketch` does not give is 0 or plain. */
export function recordOf(sketch: RecordSketch = {}): RunRecord {
  const strategy = sketch.strategy ?? "sticky-cookie";
  const seed = sketch.seed ?? 1;
  const given = { ...defaults, ...sketch.metrics };
  const metrics = perMetric(({ name }): number | null => {
    const value = given[name];
    return value === undefined ? 0 : value;
  });
  const lost = metrics.sessionsLost ?? 0;
  const stale = metrics.staleReads ?? 0;
  return {
    schemaVersion: RECORD_SCHEMA_VERSION,
    version: "0.1.0",
    scenario: { name: "two-servers", hash: "00000000000000000000000000000000" },
    strategy,
    seed,
    durationMs: 60_000,
    warmUpMs: 10_000,
    digest: {
      value: `${strategy}-${seed}`.padEnd(16, "0").slice(0, 16),
      decisions: 1000,
      windowSize: 512,
      windows: [`${strategy}-${seed}-a`],
    },
    metrics,
    responseTimeMs: {
      bucket: [bucketOf(40), bucketOf(300)],
      count: [900, 100],
      total: 1000,
      sum: 40_000,
      maximum: 310.5,
    },
    sessionLifespanMs: { bucket: [bucketOf(20_000)], count: [100], total: 100, sum: 2_000_000, maximum: 25_000 },
    lostSessionAgeMs: { bucket: [], count: [], total: 0, sum: 0, maximum: null },
    timedOutSessionAgeMs: { bucket: [], count: [], total: 0, sum: 0, maximum: null },
    sessionsLostByCause:
      lost === 0 ? [] : [{ cause: "crash", sessions: lost, writes: 2 * lost, requests: 5 * lost, ms: 20_000 * lost }],
    surpriseTimeoutsByCause: [],
    staleReadsByCause: stale === 0 ? [] : [{ cause: "replication-lag", count: stale }],
    writesLostByCause: lost === 0 ? [] : [{ cause: "crash", count: 2 * lost }],
    transactionsInterruptedByCause: [],
    affinityOutcomes: { N: 100, I: 0, V: 880, D: 20, E: 0, O: 0, U: 0 },
    servers: ["web-1", "web-2"].map((name, index) => ({
      name,
      weight: 1,
      speed: 1,
      workers: 4,
      requests: 520 - 40 * index,
      busyMs: 20_000,
      utilisation: 0.1,
      inFlightMean: 0.4,
      sessionsHeldMean: 12.5,
      crashes: index,
    })),
    timeline: {
      ...twoWindows,
      requestsOffered: [510, 490],
      requestsAnswered: [505, 485],
      requestsUnanswered: [5, 5],
      responseTimeP50Ms: [30, 31],
      responseTimeP90Ms: [60, null],
      responseTimeP99Ms: [90, 300],
      responseTimeMaxMs: [100, 310.5],
      loadPeakToMean: [1.1, 1.3],
      loadCv: [0.1, 0.3],
      loadJain: [0.99, 0.9],
      sessionsBorn: [60, 40],
      sessionsLive: [20, 25],
      sessionsMoved: [0, 3],
      staleReads: [0, stale],
      writesLost: [0, 2 * lost],
      surpriseTimeouts: [0, 0],
      transactionsInterrupted: [0, 0],
      sessionsLost: lost === 0 ? [] : [{ cause: "crash", count: [0, lost] }],
      serverRequests: [
        [260, 260],
        [250, 230],
      ],
      serverInFlight: [
        [0.4, 0.4],
        [0.4, 0.4],
      ],
      heat: [0, 20, 500, 1, 20, 400, 1, 31, 85],
    },
    faults: [{ atMs: 40_000, untilMs: 50_000, kind: "crash", target: "web-2" }],
  };
}

const defaults: Partial<Record<MetricName, number | null>> = {
  loadPeakToMean: 1.04,
  loadCv: 0.04,
  loadJain: 0.998,
  utilisation: 0.1,
  utilisationMax: 0.1,
  sessionsBorn: 100,
  responseTimeMeanMs: 40,
  responseTimeP50Ms: 30,
  responseTimeP90Ms: 60,
  responseTimeP99Ms: 300,
  responseTimeP999Ms: null,
  responseTimeMaxMs: 310.5,
  requestsOffered: 1000,
  requestsAnswered: 990,
  requestsFailed: 10,
  errorFraction: 0.01,
  throughputPerSec: 19.8,
};

export const summaries: Readonly<Record<string, string>> = {
  "sticky-cookie": "the balancer's cookie names the server; sessions live in its memory",
  "redis-sessions": "any server; sessions live in Redis",
};

/** `strategies` × seeds 1 … runs of the scenario that `recordOf` speaks of; the first strategy is the reference. */
export function experimentOf(strategies: readonly string[], runs: number): Experiment {
  return {
    scenario: {
      name: "two-servers",
      question: "How many sessions go with a server?",
      hash: "00000000000000000000000000000000",
      text: "name: two-servers\n",
    },
    strategies: strategies.map((name) => ({
      name,
      summary: summaries[name] ?? name,
      parts: { balancing: "least-connections", affinity: "balancer-cookie", state: "server-memory" },
    })),
    reference: strategies[0] ?? "",
    seed: 1,
    runs,
    expectations: [],
  };
}
