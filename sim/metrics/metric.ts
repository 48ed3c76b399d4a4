/** What a metric is. */

export type Better = "lower" | "higher" | "neutral";

export interface Metric {
  readonly name: string;
  readonly group: "load skew" | "sessions" | "latency" | "work" | "price";
  /** How a person reads the number; fractions are in [0, 1]. */
  readonly unit: "ratio" | "fraction" | "count" | "ms" | "sec" | "perSec" | "bytes" | "requests";
  readonly better: Better;
  readonly title: string;
  readonly definition: string;
}
