/** What each chart shows, in one sentence with numbers: for the caption, and for who does not see the chart. */
import type { DashboardData, StrategyData } from "../reports/dashboard-data.ts";
import { formatEstimate, formatValue, listOf, plainNumber } from "../reports/format.ts";
import type { Metric, MetricName } from "../sim/metrics/catalogue.ts";
import { sessionCauses } from "../sim/metrics/causes.ts";
import { quantileOf } from "../sim/metrics/histogram.ts";
import { formatClock } from "./clock.ts";
import { fairShares } from "./scene/load-strip.ts";
import { lossCurves, totalOf } from "./scene/losses.ts";
import { lastQuantile } from "./scene/percentiles.ts";

type Named<T> = { readonly name: string; readonly value: T };

function extremes(values: readonly Named<number>[]): { least: Named<number>; most: Named<number> } | null {
  const sorted = values.toSorted((a, b) => a.value - b.value);
  const [least, most] = [sorted[0], sorted.at(-1)];
  return least === undefined || most === undefined ? null : { least, most };
}

/** `Lowest under a, 1.04; highest under b, 1.31.` */
export function estimatesSummary(data: DashboardData, metric: Metric & { readonly name: MetricName }): string {
  const estimates = data.strategies.flatMap(({ name, metrics }) => {
    const estimate = metrics[metric.name];
    return estimate === null ? [] : [{ name, value: estimate.mean, estimate }];
  });
  const found = extremes(estimates);
  if (found === null) return `No strategy has a value for ${metric.title}.`;
  const { least, most } = found;
  const told = (value: number) => {
    const estimate = estimates.find((entry) => entry.value === value)?.estimate;
    if (estimate === undefined) return "";
    const isPoint = estimate.low === estimate.high;
    return formatEstimate(metric.unit, isPoint ? { ...estimate, low: null, high: null } : estimate);
  };
  if (data.strategies.length === 1) return `${told(least.value)} under ${least.name}.`;
  if (least.value === most.value) return `${told(least.value)} under every strategy.`;
  const at = (value: number) => listOf(estimates.filter((entry) => entry.value === value).map(({ name }) => name));
  return `Lowest under ${at(least.value)}, ${told(least.value)}; highest under ${at(most.value)}, ${told(most.value)}.`;
}

/** `highest under a, 2.31 in the window from 5:05.` over windows after warm-up. */
export function peakSummary(
  data: DashboardData,
  unit: Metric["unit"],
  column: (strategy: StrategyData) => readonly (number | null)[],
): string {
  let peak: { name: string; value: number; window: number } | null = null;
  for (const strategy of data.strategies) {
    for (const [window, value] of column(strategy).entries()) {
      if (value === null || window * data.windowMs < data.warmUpMs) continue;
      if (peak === null || value > peak.value) peak = { name: strategy.name, value, window };
    }
  }
  if (peak === null) return "no window has a value.";
  return `highest under ${peak.name}, ${formatValue(unit, peak.value)} in the window from ${formatClock(peak.window * data.windowMs)}.`;
}

/** The most uneven moment of all. */
export function stripsSummary(data: DashboardData): string {
  let peak: { name: string; server: string; value: number; window: number } | null = null;
  for (const { name, servers, timeline } of data.strategies) {
    const shares = fairShares(
      timeline.serverRequests,
      servers.map(({ weight }) => weight),
    );
    for (const [server, row] of shares.entries()) {
      for (const [window, value] of row.entries()) {
        if (value === null || window * data.windowMs < data.warmUpMs) continue;
        if (peak === null || value > peak.value) peak = { name, server: servers[server]?.name ?? "", value, window };
      }
    }
  }
  if (peak === null) return "There is no load per server to show.";
  const when = formatClock(peak.window * data.windowMs);
  return `The most uneven moment: ${peak.server} under ${peak.name}, ${formatValue("ratio", peak.value)} times its fair share in the window from ${when}.`;
}

/** `all` or `94.4 %`. Means over runs are rounded, so that a whole may miss itself by a little. */
const shareOf = (part: number, whole: number): string =>
  part > 0.9995 * whole ? "all" : formatValue("fraction", part / whole);

export function lossesSummary(data: DashboardData): string {
  const totals = data.strategies.map((strategy) => ({
    name: strategy.name,
    value: totalOf(lossCurves(strategy, data)).at(-1) ?? 0,
    strategy,
  }));
  const none = totals.filter(({ value }) => value === 0).map(({ name }) => name);
  const worst = extremes(totals)?.most;
  if (worst === undefined || worst.value === 0) return "No strategy lost a session.";
  const causes = totals.find(({ name }) => name === worst.name)?.strategy.sessionsLostByCause ?? [];
  const main = causes.toSorted((a, b) => b.sessions - a.sessions)[0];
  const why = sessionCauses.find(({ name }) => name === main?.cause)?.summary;
  const share = main === undefined ? "" : `, ${shareOf(main.sessions, worst.value)} of them because ${why}`;
  const kept = none.length === 0 ? "" : ` ${listOf(none)} lost none.`;
  return `${worst.name} lost the most sessions, ${formatValue("count", worst.value)} a run${share}.${kept}`;
}

export function percentilesSummary(data: DashboardData): string {
  const quantile = [0.999, 0.99, 0.9].find((q) =>
    data.strategies.every(({ responseTimeMs }) => lastQuantile(responseTimeMs.total) >= q),
  );
  if (quantile === undefined) return "Too few requests were answered for percentiles.";
  const found = extremes(
    data.strategies.flatMap(({ name, responseTimeMs }) => {
      const value = quantileOf(responseTimeMs, quantile);
      return value === null ? [] : [{ name, value }];
    }),
  );
  if (found === null) return "No request was answered.";
  const { least, most } = found;
  const rare = plainNumber(Math.round(1 / (1 - quantile)), 0);
  const told = ({ name, value }: Named<number>) => `${formatValue("ms", value)} under ${name}`;
  if (least.name === most.name) return `One request in ${rare} took ${told(most)} or longer.`;
  return `One request in ${rare} took ${told(most)} or longer, and ${told(least)}.`;
}
