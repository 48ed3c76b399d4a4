/**
 * What the page and the one-file report show: runs folded per strategy, of bounded size (it depends on strategies,
 * servers and windows, never on requests or on the number of runs).
 */
import type { MetricName } from "../sim/metrics/catalogue.ts";
import type { Cause } from "../sim/metrics/causes.ts";
import type { AffinityLetter, FaultRecord, HistogramRecord } from "../sim/record.ts";
import type { Troubles } from "./troubles.ts";

/** Mean over runs with the 95 % interval (t); low and high are null for a single run. */
export interface Estimate {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly perRun: readonly (number | null)[];
}

export type Verdict = "better" | "worse" | "same" | "unclear";

/** Strategy minus reference, paired by seed. */
export interface Difference {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
  /** mean ÷ the reference's mean; null where that is 0. */
  readonly relative: number | null;
  /** `same` when every pair is equal; `unclear` when the interval holds 0. */
  readonly verdict: Verdict;
}

/** Its lists by cause are means over the runs. */
export interface StrategyData extends Troubles {
  readonly name: string;
  /** One sentence for people. */
  readonly summary: string;
  readonly parts: { readonly balancing: string; readonly affinity: string; readonly state: string };
  /** Digest of the first run; the page compares it with its own. */
  readonly digest: string;
  readonly metrics: Readonly<Record<MetricName, Estimate | null>>;
  /** null for the reference itself. */
  readonly differences: Readonly<Record<MetricName, Difference | null>> | null;
  /** All runs pooled. */
  readonly responseTimeMs: HistogramRecord;
  readonly affinityOutcomes: Readonly<Record<AffinityLetter, number>>;
  readonly servers: readonly {
    readonly name: string;
    readonly weight: number;
    readonly requests: number;
    readonly utilisation: number | null;
    readonly sessionsHeldMean: number;
  }[];
  /** Means over runs for each window; percentiles are averaged over the runs that have one. */
  readonly timeline: {
    readonly requestsOffered: readonly number[];
    readonly requestsAnswered: readonly number[];
    readonly requestsUnanswered: readonly number[];
    readonly responseTimeP50Ms: readonly (number | null)[];
    readonly responseTimeP90Ms: readonly (number | null)[];
    readonly responseTimeP99Ms: readonly (number | null)[];
    readonly loadPeakToMean: readonly (number | null)[];
    readonly sessionsBorn: readonly number[];
    readonly sessionsLive: readonly number[];
    readonly sessionsMoved: readonly number[];
    readonly staleReads: readonly number[];
    readonly writesLost: readonly number[];
    readonly sessionsLost: readonly { readonly cause: Cause; readonly count: readonly number[] }[];
    /** [server][window], requests per window. */
    readonly serverRequests: readonly (readonly number[])[];
    /** Flattened triples window, quarter-octave band, count (mean per run). */
    readonly heat: readonly number[];
  };
}

export interface DashboardData {
  readonly schemaVersion: 1;
  readonly version: string;
  readonly scenario: {
    readonly name: string;
    readonly question: string | null;
    readonly hash: string;
    /** The scenario file, so that the page can run it again; null when it needs files of its own (a replayed log). */
    readonly text: string | null;
  };
  readonly seed: number;
  readonly runs: number;
  readonly reference: string;
  readonly durationMs: number;
  readonly warmUpMs: number;
  readonly windowMs: number;
  readonly windows: number;
  readonly faults: readonly FaultRecord[];
  /** Which strategy, on what, by how much, how sure. */
  readonly headline: string;
  /** Observe, explain, advise. */
  readonly warnings: readonly string[];
  readonly expectations: readonly { readonly text: string; readonly passed: boolean; readonly measured: string }[];
  readonly strategies: readonly StrategyData[];
}
