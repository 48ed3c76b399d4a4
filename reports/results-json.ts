/**
 * `results.json`, and what `--json` prints: one document for programs, every digit kept.
 *
 * Keys are only ever added; `schemaVersion` rises when one changes its meaning or goes.
 */
import type { DashboardData, StrategyData } from "./dashboard-data.ts";
import { prettyJson } from "./json.ts";
import { perMetric } from "./per-metric.ts";
import { troubleRows } from "./troubles.ts";

export const RESULTS_SCHEMA_VERSION = 1;

function strategyEntry(strategy: StrategyData, runs: number) {
  const { name, summary, parts, digest, metrics, differences } = strategy;
  const absent = { mean: null, low: null, high: null, perRun: Array<null>(runs).fill(null) };
  return {
    name,
    summary,
    parts,
    digest,
    metrics: perMetric((metric) => metrics[metric.name] ?? absent),
    differences,
    causes: troubleRows(strategy),
  };
}

/**
 * `digest` is that of the first run. Under `metrics` every metric of the catalogue stands: `mean` over the runs, `low`
 * and `high` of its 95 % interval (null with a single run), `perRun` in the order of seeds; null where it has no value.
 * `differences` are strategy minus reference, paired by seed; null for the reference itself. `causes` says what went wrong
 * with sessions, by kind and cause, per run on average.
 */
export function resultsJson(data: DashboardData): string {
  return prettyJson({
    schemaVersion: RESULTS_SCHEMA_VERSION,
    version: data.version,
    scenario: { name: data.scenario.name, hash: data.scenario.hash },
    seed: data.seed,
    runs: data.runs,
    reference: data.reference,
    headline: data.headline,
    warnings: data.warnings,
    expectations: data.expectations,
    strategies: data.strategies.map((strategy) => strategyEntry(strategy, data.runs)),
  });
}
