import { metrics } from "../../sim/metrics/catalogue.ts";
import type { DashboardData } from "../dashboard-data.ts";
import { column, csvOf } from "./table.ts";

/** `summary.csv`: one row for each strategy and metric, with the interval and the difference to the reference. */
export function summaryCsv(data: DashboardData): string {
  const rows = data.strategies.flatMap((strategy) =>
    metrics.map((metric) => ({
      strategy: strategy.name,
      metric,
      estimate: strategy.metrics[metric.name],
      difference: strategy.differences?.[metric.name] ?? null,
    })),
  );
  type Row = (typeof rows)[number];
  return csvOf<Row>(
    [
      column("strategy", ({ strategy }) => strategy),
      column("metric", ({ metric }) => metric.name),
      column("unit", ({ metric }) => metric.unit),
      column("better", ({ metric }) => metric.better),
      column("runs", ({ estimate }) => estimate?.perRun.filter((value) => value !== null).length ?? 0),
      column("mean", ({ estimate }) => estimate?.mean ?? null),
      column("low95", ({ estimate }) => estimate?.low ?? null),
      column("high95", ({ estimate }) => estimate?.high ?? null),
      column("differenceMean", ({ difference }) => difference?.mean ?? null),
      column("differenceLow95", ({ difference }) => difference?.low ?? null),
      column("differenceHigh95", ({ difference }) => difference?.high ?? null),
      column("differenceRelativeFraction", ({ difference }) => difference?.relative ?? null),
      column("verdict", ({ difference }) => difference?.verdict ?? null),
    ],
    rows,
  );
}
