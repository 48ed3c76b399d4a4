/** Mean over runs with its 95 % interval, and differences paired by seed. */
import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import type { Metric } from "../sim/metrics/catalogue.ts";
import type { Difference, Estimate, Verdict } from "./dashboard-data.ts";

interface Interval {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * Mean and two-sided 95 % interval mean ± t(0.975, n - 1) × s ÷ √n, with s the sample standard deviation.
 * `values` is not empty; a single value has no interval. Sums are taken relative to the first value, so that the mean
 * of equal values is exactly that value.
 */
export function intervalOf(values: readonly number[]): Interval {
  const count = values.length;
  const origin = values[0];
  if (origin === undefined) throw new RangeError("intervalOf: values must not be empty");
  let shift = 0;
  for (const value of values) shift += value - origin;
  const mean = origin + shift / count;
  if (count === 1) return { mean, low: null, high: null };
  let squares = 0;
  for (const value of values) squares += (value - mean) * (value - mean);
  const half = tQuantile(0.975, count - 1) * Math.sqrt(squares / (count - 1) / count);
  return { mean, low: mean - half, high: mean + half };
}

/** The estimate of one metric from its value in each run; null when no run has one. */
export function estimateOf(perRun: readonly (number | null)[]): Estimate | null {
  const present = perRun.filter((value) => value !== null);
  return present.length === 0 ? null : { ...intervalOf(present), perRun };
}

/**
 * Strategy minus reference over the runs in which both have a value; null when there is no such run.
 *
 * @param ours by run, in the same order of seeds as `reference`
 */
export function differenceOf(
  ours: readonly (number | null)[],
  reference: readonly (number | null)[],
  better: Metric["better"],
): Difference | null {
  if (ours.length !== reference.length) {
    throw new RangeError(`differenceOf: ${ours.length} runs cannot be paired with ${reference.length}`);
  }
  const differences: number[] = [];
  const base: number[] = [];
  for (const [run, value] of ours.entries()) {
    const other = reference[run] ?? null;
    if (value === null || other === null) continue;
    differences.push(value - other);
    base.push(other);
  }
  if (differences.length === 0) return null;
  const interval = intervalOf(differences);
  const baseMean = intervalOf(base).mean;
  return {
    ...interval,
    relative: baseMean === 0 ? null : interval.mean / baseMean,
    verdict: verdictOf(differences, interval, better),
  };
}

/** A metric without a better direction is never better or worse: it is `same` or `unclear`. */
function verdictOf(differences: readonly number[], interval: Interval, better: Metric["better"]): Verdict {
  if (differences.every((difference) => difference === 0)) return "same";
  const { low, high } = interval;
  if (better === "neutral" || low === null || high === null || (low <= 0 && high >= 0)) return "unclear";
  return high < 0 === (better === "lower") ? "better" : "worse";
}
