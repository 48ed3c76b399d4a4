/** The same data against another reference. What was measured stays; differences and headline are made anew. */
import type { DashboardData, StrategyData } from "../reports/dashboard-data.ts";
import { differenceOf } from "../reports/estimate.ts";
import { headlineFor } from "../reports/headline.ts";
import { perMetric } from "../reports/per-metric.ts";

/** @throws RangeError when there is no such strategy. */
export function rebase(data: DashboardData, reference: string): DashboardData {
  if (reference === data.reference) return data;
  const base = data.strategies.find(({ name }) => name === reference);
  if (base === undefined) throw new RangeError(`rebase: there is no strategy "${reference}"`);
  const strategies = data.strategies.map((strategy) => ({ ...strategy, differences: against(strategy, base) }));
  const { runs } = data;
  return { ...data, reference, strategies, headline: headlineFor({ runs, reference, strategies }) };
}

/** Paired by seed: `perRun` of every strategy is in the order of seeds. */
function against(strategy: StrategyData, base: StrategyData): StrategyData["differences"] {
  if (strategy.name === base.name) return null;
  return perMetric(({ name, better }) => {
    const ours = strategy.metrics[name];
    const theirs = base.metrics[name];
    return ours === null || theirs === null ? null : differenceOf(ours.perRun, theirs.perRun, better);
  });
}
