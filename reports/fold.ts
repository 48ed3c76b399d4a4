/** From run records to what reports show. Same records, same experiment, same result, whatever the order of records. */
import { mergeHistograms } from "../sim/metrics/histogram.ts";
import type { RunRecord } from "../sim/record.ts";
import type { DashboardData, StrategyData } from "./dashboard-data.ts";
import { differenceOf, estimateOf } from "./estimate.ts";
import { evaluateExpectations } from "./expectations.ts";
import { arrange, type Experiment } from "./experiment.ts";
import { headlineFor } from "./headline.ts";
import { perMetric } from "./per-metric.ts";
import { poolAffinityOutcomes, poolServers, poolTimelines } from "./pool.ts";
import { poolTroubles } from "./troubles.ts";
import { warningsFor } from "./warnings.ts";

function foldStrategy(
  about: Experiment["strategies"][number],
  runs: readonly RunRecord[],
  reference: readonly RunRecord[] | null,
): StrategyData {
  const valuesOf = (records: readonly RunRecord[], metric: keyof RunRecord["metrics"]) =>
    records.map((record) => record.metrics[metric]);
  return {
    name: about.name,
    summary: about.summary,
    parts: about.parts,
    digest: runs[0]?.digest.value ?? "",
    metrics: perMetric(({ name }) => estimateOf(valuesOf(runs, name))),
    differences:
      reference === null
        ? null
        : perMetric(({ name, better }) => differenceOf(valuesOf(runs, name), valuesOf(reference, name), better)),
    responseTimeMs: mergeHistograms(runs.map((run) => run.responseTimeMs)),
    ...poolTroubles(runs),
    affinityOutcomes: poolAffinityOutcomes(runs),
    servers: poolServers(runs),
    timeline: poolTimelines(runs.map((run) => run.timeline)),
  };
}

/**
 * Folds the runs of every strategy into estimates, and compares each strategy with the reference, run by run.
 * Percentiles are those of each run, averaged; only the histograms are pooled.
 *
 * @throws RangeError when a record is missing, or the records are not of one scenario and one version.
 */
export function fold(records: readonly RunRecord[], experiment: Experiment): DashboardData {
  const arranged = arrange(records, experiment);
  const runsOf = (name: string): readonly RunRecord[] => arranged.get(name) ?? [];
  const strategies = experiment.strategies.map((about) =>
    foldStrategy(about, runsOf(about.name), about.name === experiment.reference ? null : runsOf(experiment.reference)),
  );
  const first = runsOf(experiment.reference)[0];
  if (first === undefined) throw new RangeError(`an experiment has at least one run, got ${experiment.runs}`);
  const { outcomes, unchecked } = evaluateExpectations(experiment.expectations, strategies);
  const facts = { runs: experiment.runs, reference: experiment.reference, strategies, unchecked };
  return {
    schemaVersion: 1,
    version: first.version,
    scenario: experiment.scenario,
    seed: experiment.seed,
    runs: experiment.runs,
    reference: experiment.reference,
    durationMs: first.durationMs,
    warmUpMs: first.warmUpMs,
    windowMs: first.timeline.windowMs,
    windows: first.timeline.windows,
    faults: first.faults,
    headline: headlineFor(facts),
    warnings: warningsFor(facts),
    expectations: outcomes,
    strategies,
  };
}
