/**
 * The run record: the only hand-over from `sim` to `reports` and `viz`. Plain JSON, versioned, complete; any report can
 * be made again from saved records. Its size depends on servers and windows, never on the number of requests.
 */
import type { MetricName } from "./metrics/catalogue.ts";
import type { Cause } from "./metrics/causes.ts";

export const RECORD_SCHEMA_VERSION = 2;

/** Counts in logarithmic buckets: bucket i holds values in [lowerBound(i), lowerBound(i + 1)). Sparse, ascending. */
export interface HistogramRecord {
  readonly bucket: readonly number[];
  readonly count: readonly number[];
  readonly total: number;
  readonly sum: number;
  readonly maximum: number | null;
}

/** How often something went wrong for one cause. */
export interface CausedRecord {
  readonly cause: Cause;
  readonly count: number;
}

/** Sessions that ended before their time for one cause, and the work that their users lost with them. */
export interface WorkLostRecord {
  readonly cause: Cause;
  readonly sessions: number;
  /** Acknowledged writes. */
  readonly writes: number;
  /** Requests since the login, and the time since its answer, added up over the sessions. */
  readonly requests: number;
  readonly ms: number;
}

export interface ServerRecord {
  readonly name: string;
  readonly weight: number;
  readonly speed: number;
  readonly workers: number;
  /** Requests that reached it after warm-up. */
  readonly requests: number;
  /** Worker-milliseconds of service given after warm-up. */
  readonly busyMs: number;
  /** busyMs ÷ (workers × time it was up); null when it never was. */
  readonly utilisation: number | null;
  readonly inFlightMean: number;
  readonly sessionsHeldMean: number;
  readonly crashes: number;
}

/** Columns over windows; entry w covers [w × windowMs, (w + 1) × windowMs). Absent values are null. Warm-up included. */
export interface TimelineRecord {
  readonly windowMs: number;
  readonly windows: number;
  readonly requestsOffered: readonly number[];
  readonly requestsAnswered: readonly number[];
  /** Refused + failed + timed out. */
  readonly requestsUnanswered: readonly number[];
  readonly responseTimeP50Ms: readonly (number | null)[];
  readonly responseTimeP90Ms: readonly (number | null)[];
  readonly responseTimeP99Ms: readonly (number | null)[];
  readonly responseTimeMaxMs: readonly (number | null)[];
  readonly loadPeakToMean: readonly (number | null)[];
  readonly loadCv: readonly (number | null)[];
  readonly loadJain: readonly (number | null)[];
  readonly sessionsBorn: readonly number[];
  readonly sessionsLive: readonly number[];
  readonly sessionsMoved: readonly number[];
  readonly staleReads: readonly number[];
  readonly writesLost: readonly number[];
  readonly surpriseTimeouts: readonly number[];
  readonly transactionsInterrupted: readonly number[];
  /** Losses by cause; only causes that occurred, in the order of the catalogue. */
  readonly sessionsLost: readonly { readonly cause: Cause; readonly count: readonly number[] }[];
  /** serverRequests[server][window], in the order of `servers`. */
  readonly serverRequests: readonly (readonly number[])[];
  /** serverInFlight[server][window]: time-weighted mean. */
  readonly serverInFlight: readonly (readonly number[])[];
  /** Latency heat map: response times per window in quarter-octave bands; sparse triples flattened [window, band, count, …]. */
  readonly heat: readonly number[];
}

export interface FaultRecord {
  readonly atMs: number;
  /** null: it lasts to the end of the run. */
  readonly untilMs: number | null;
  readonly kind: string;
  /** Names, for people: `server-3`, `store`. */
  readonly target: string;
}

export interface DigestRecord {
  /** 16 hexadecimal digits over the whole decision stream. */
  readonly value: string;
  readonly decisions: number;
  /** Decisions per window; a power of two that grows so that there are at most 4,096 windows. */
  readonly windowSize: number;
  /** The running digest at the end of each full window, to find the first difference by bisection. */
  readonly windows: readonly string[];
}

export interface RunRecord {
  readonly schemaVersion: typeof RECORD_SCHEMA_VERSION;
  /** Version of the engine that made it. */
  readonly version: string;
  readonly scenario: { readonly name: string; readonly hash: string };
  readonly strategy: string;
  readonly seed: number;
  readonly durationMs: number;
  readonly warmUpMs: number;
  readonly digest: DigestRecord;
  /** Every metric of the catalogue; null where it does not apply. After warm-up. */
  readonly metrics: Readonly<Record<MetricName, number | null>>;
  readonly responseTimeMs: HistogramRecord;
  /** From birth to end, in ms, sessions that ended after warm-up. */
  readonly sessionLifespanMs: HistogramRecord;
  /** Ages of sessions that were lost, and of those that timed out before their users' eyes, after warm-up. */
  readonly lostSessionAgeMs: HistogramRecord;
  readonly timedOutSessionAgeMs: HistogramRecord;
  /** What went wrong with sessions after warm-up, by cause; only causes that occurred, in the order of the catalogue. */
  readonly sessionsLostByCause: readonly WorkLostRecord[];
  readonly surpriseTimeoutsByCause: readonly WorkLostRecord[];
  readonly staleReadsByCause: readonly CausedRecord[];
  /** Those that went with lost sessions included. */
  readonly writesLostByCause: readonly CausedRecord[];
  readonly transactionsInterruptedByCause: readonly CausedRecord[];
  /** Affinity outcomes N I V D E O U, in requests after warm-up. */
  readonly affinityOutcomes: Readonly<Record<AffinityLetter, number>>;
  readonly servers: readonly ServerRecord[];
  readonly timeline: TimelineRecord;
  readonly faults: readonly FaultRecord[];
}

/** HAProxy's letters: none, invalid, valid, down, idle-expired, old-expired, unused. */
export const affinityLetters = ["N", "I", "V", "D", "E", "O", "U"] as const;
export type AffinityLetter = (typeof affinityLetters)[number];
