/** A metric of every strategy on one axis: mean, 95 % interval, and the difference to the reference in words. */
import { scaleLinear } from "d3";
import type { DashboardData, Verdict } from "../../reports/dashboard-data.ts";
import { formatCell } from "../../reports/format.ts";
import type { Metric, MetricName } from "../../sim/metrics/catalogue.ts";
import { differenceText } from "../verdict.ts";
import { inside, snap, type Tick } from "./box.ts";
import { valueTicks } from "./values.ts";

export interface EstimateRow {
  readonly name: string;
  readonly index: number;
  readonly isReference: boolean;
  /** `412 ±14`; a dash where there is no value. */
  readonly value: string;
  /** `+108 ±9 worse`; empty for the reference itself. */
  readonly difference: string;
  readonly verdict: Verdict | null;
  /** In pixels; null where there is no value. The interval is null for a single run. */
  readonly x: number | null;
  readonly interval: readonly [number, number] | null;
}

export interface EstimatesScene {
  readonly width: number;
  readonly rows: readonly EstimateRow[];
  readonly ticks: readonly Tick[];
  readonly referenceX: number | null;
}

/** Where the axis begins: at a value's natural floor, so that lengths can be compared. */
const naturalFloor = ({ name, unit }: Pick<Metric, "name" | "unit">): number | null =>
  name.endsWith("PeakToMean") ? 1 : unit === "ratio" && name === "loadJain" ? null : 0;

export function estimatesScene(
  data: Pick<DashboardData, "reference" | "strategies">,
  metric: Metric & { readonly name: MetricName },
  width: number,
): EstimatesScene {
  const box = inside(width, 1, { top: 0, right: 10, bottom: 0, left: 8 });
  const estimates = data.strategies.map(({ metrics }) => metrics[metric.name]);
  const values = estimates.flatMap((estimate) =>
    estimate === null ? [] : [estimate.mean, estimate.low ?? estimate.mean, estimate.high ?? estimate.mean],
  );
  const floor = naturalFloor(metric);
  const least = floor ?? Math.min(...values);
  const most = Math.max(least, ...values);
  const count = Math.max(2, Math.floor(box.width / 50));
  const x = scaleLinear([values.length === 0 ? 0 : least, most > least ? most : least + 1], [box.x, box.x + box.width]);
  x.nice(count).clamp(true);
  const rows = data.strategies.map((strategy, index): EstimateRow => {
    const estimate = estimates[index] ?? null;
    const difference = strategy.differences?.[metric.name] ?? null;
    const isReference = strategy.name === data.reference;
    return {
      name: strategy.name,
      index,
      isReference,
      value: formatCell(metric.unit, estimate),
      difference: differenceText(metric, difference),
      verdict: difference?.verdict ?? null,
      x: estimate === null ? null : snap(x(estimate.mean)),
      interval:
        estimate === null || estimate.low === null || estimate.high === null
          ? null
          : [snap(x(estimate.low)), snap(x(estimate.high))],
    };
  });
  return {
    width,
    rows,
    ticks: valueTicks(x.ticks(count), metric.unit, x),
    referenceX: rows.find(({ isReference }) => isReference)?.x ?? null,
  };
}
