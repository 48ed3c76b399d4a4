/** A scenario's own claims, held against the means over its runs. */
import { type MetricName, metricNamed } from "../sim/metrics/catalogue.ts";
import type { DashboardData, StrategyData } from "./dashboard-data.ts";
import { formatCell, formatEstimate, unitOf } from "./format.ts";

/** What a metric's mean over the runs must be; values are in the metric's unit, or plain ratios under `relativeTo`. */
export type Expectation = {
  readonly strategy: string;
  readonly metric: MetricName;
  /** The mean is divided by this strategy's first; null compares the mean itself. */
  readonly relativeTo: string | null;
  /** For people. */
  readonly text: string;
} & (
  | { readonly comparison: "equals" | "below" | "above" | "atMost" | "atLeast"; readonly value: number }
  | { readonly comparison: "between"; readonly low: number; readonly high: number }
);

function holds(expectation: Expectation, measured: number): boolean {
  switch (expectation.comparison) {
    case "equals":
      return measured === expectation.value;
    case "below":
      return measured < expectation.value;
    case "above":
      return measured > expectation.value;
    case "atMost":
      return measured <= expectation.value;
    case "atLeast":
      return measured >= expectation.value;
    case "between":
      return measured >= expectation.low && measured <= expectation.high;
  }
}

type Measured = Pick<StrategyData, "name" | "metrics">;
type Outcome = DashboardData["expectations"][number];

function evaluate(expectation: Expectation, strategies: readonly Measured[]): Outcome {
  const { text, metric, relativeTo } = expectation;
  const meanOf = (name: string) => strategies.find((strategy) => strategy.name === name)?.metrics[metric] ?? null;
  const estimate = meanOf(expectation.strategy);
  if (estimate === null) return { text, passed: false, measured: "no value" };
  const unit = metricNamed.get(metric)?.unit ?? "ratio";
  if (relativeTo === null) {
    return { text, passed: holds(expectation, estimate.mean), measured: formatEstimate(unit, estimate) };
  }
  const base = meanOf(relativeTo);
  const against = `${formatCell(unit, estimate)} ÷ ${formatCell(unit, base)} ${unitOf(unit)}`.trim();
  if (base === null || base.mean === 0) return { text, passed: false, measured: `no ratio: ${against}` };
  const ratio = estimate.mean / base.mean;
  return {
    text,
    passed: holds(expectation, ratio),
    measured: `${formatEstimate("ratio", { mean: ratio, low: null, high: null })} (${against})`,
  };
}

interface Checked {
  readonly outcomes: readonly Outcome[];
  /** Texts of the expectations that speak of a strategy that was not run. */
  readonly unchecked: readonly string[];
}

/** A metric without a value meets no expectation. */
export function evaluateExpectations(expectations: readonly Expectation[], strategies: readonly Measured[]): Checked {
  const ran = new Set(strategies.map(({ name }) => name));
  const speaksOfRuns = ({ strategy, relativeTo }: Expectation): boolean =>
    ran.has(strategy) && (relativeTo === null || ran.has(relativeTo));
  return {
    outcomes: expectations.filter(speaksOfRuns).map((expectation) => evaluate(expectation, strategies)),
    unchecked: expectations.filter((expectation) => !speaksOfRuns(expectation)).map(({ text }) => text),
  };
}
