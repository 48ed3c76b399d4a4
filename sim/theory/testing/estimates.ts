/**
 * Estimates with their error, and what it takes for one to agree with theory.
 *
 * R runs of one scenario under R seeds share no random number, so their results x_1 … x_R are independent and equally
 * distributed, whatever the correlation inside a run; s² = Σ (x_r - mean)² / (R - 1) and the standard error of the mean
 * is s / √R, with nothing assumed about batches or correlation lengths. (mean - truth) / standard error follows
 * Student's t with R - 1 degrees of freedom as far as the x_r are normal, which averages over thousands of requests
 * are. Four standard errors are left by chance with probability 1 in 1,300 for R = 20, and 1 in 900 for R = 16. Seeds
 * are fixed, so a test that passes always passes, until the model changes; then a single miss may be chance, and two
 * more with other seeds (THEORY_SEED=1001, 2001) are not. THEORY_TABLE=1 prints every comparison.
 *
 * Agreement would be cheap if the error were large. Every claim therefore states its precision: what four standard
 * errors may amount to, relative to the expected value.
 */
import { expect } from "vitest";
import type { BalancingDefinition } from "../../balancing/algorithm.ts";
import type { MetricName, RunRecord, Scenario, Strategy } from "../../index.ts";
import { run } from "./scenarios.ts";

export interface Estimate {
  readonly mean: number;
  readonly standardError: number;
  readonly runs: number;
}

/** One run for each of `count` seeds in a row, from 1 unless told otherwise. */
export function runs(
  count: number,
  scenario: Scenario,
  strategy?: Strategy,
  algorithms?: readonly BalancingDefinition[],
): readonly RunRecord[] {
  const first = Number(process.env["THEORY_SEED"] ?? 1);
  return Array.from({ length: count }, (_, index) => run(scenario, strategy, first + index, algorithms));
}

export function estimateOf(values: readonly number[]): Estimate {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, standardError: Math.sqrt(squares / (count - 1) / count), runs: count };
}

/** @throws Error where a run has no value for it. */
export function metricOf(record: RunRecord, name: MetricName): number {
  const value = record.metrics[name];
  if (value === null) throw new Error(`${name} is null in the run with seed ${record.seed}`);
  return value;
}

/** A metric, or anything that a record yields, over runs. */
export function estimate(records: readonly RunRecord[], of: MetricName | ((record: RunRecord) => number)): Estimate {
  return estimateOf(records.map((record) => (typeof of === "string" ? metricOf(record, of) : of(record))));
}

export interface Claim {
  /** Four standard errors are at most this share of the expected value. */
  readonly precision: number;
  /** What the estimator itself may be off by, relative to the expected value; say why where it is given. */
  readonly bias?: number;
}

/** Fails unless `actual` lies within four standard errors of `expected` (plus the bias), and these are small enough. */
export function expectAgreement(actual: Estimate, expected: number, { precision, bias = 0 }: Claim): void {
  const { mean, standardError } = actual;
  const margin = 4 * standardError;
  const told = `measured ${mean} ± ${margin} (4 standard errors, ${actual.runs} runs), expected ${expected}`;
  report(expected, actual, precision);
  expect(margin, `too blunt to be evidence: ${told}`).toBeLessThanOrEqual(precision * Math.abs(expected));
  expect(Math.abs(mean - expected), told).toBeLessThanOrEqual(margin + bias * Math.abs(expected));
}

/** Percentiles come from a histogram whose buckets are 1/128 of an octave wide: their middle is off by 0.4 % at most. */
export const histogramBias = 0.004;

function report(expected: number, { mean, standardError }: Estimate, precision: number): void {
  if (process.env["THEORY_TABLE"] === undefined) return;
  const name = expect.getState().currentTestName ?? "";
  const margin = 4 * standardError;
  const allowed = precision * Math.abs(expected);
  const cells = [name, ...[expected, mean, margin, allowed, (mean - expected) / standardError].map(round)];
  process.stdout.write(`| ${cells.join(" | ")} |\n`);
}

const round = (value: number): string => String(Number(value.toPrecision(5)));
