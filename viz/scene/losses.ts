/** Sessions lost since the end of warm-up, added up over time and stacked by cause. */
import { area } from "d3";
import type { DashboardData, StrategyData } from "../../reports/dashboard-data.ts";
import type { Cause } from "../../sim/metrics/causes.ts";
import type { Box } from "./box.ts";
import { snap } from "./box.ts";
import { dodge } from "./dodge.ts";

/** The causes that have no tint of their own, added up. */
export const OTHER = "other causes";
export type CauseShown = Cause | typeof OTHER;
/** More would not be told apart. */
export const MOST_CAUSES = 8;

export interface LossCurve {
  readonly cause: CauseShown;
  /** At the end of each window. */
  readonly cumulative: readonly number[];
}

/** Windows that begin before the end of warm-up do not count, as in the metrics. */
export function lossCurves(
  { timeline }: Pick<StrategyData, "timeline">,
  { warmUpMs, windowMs }: Pick<DashboardData, "warmUpMs" | "windowMs">,
): readonly LossCurve[] {
  return timeline.sessionsLost.flatMap(({ cause, count }) => {
    let total = 0;
    const cumulative = count.map((lost, window) => {
      if (window * windowMs >= warmUpMs) total += lost;
      return total;
    });
    return total === 0 ? [] : [{ cause, cumulative }];
  });
}

export const totalOf = (curves: readonly LossCurve[]): readonly number[] =>
  (curves[0]?.cumulative ?? []).map((_, window) =>
    curves.reduce((sum, { cumulative }) => sum + (cumulative[window] ?? 0), 0),
  );

/**
 * The same curves with at most `MOST_CAUSES` causes over all stacks, those that cost the most; the rest of each stack is one
 * curve on top. A single one left over keeps its name.
 */
export function mainCauses(stacks: readonly (readonly LossCurve[])[]): readonly (readonly LossCurve[])[] {
  const lost = new Map<CauseShown, number>();
  for (const { cause, cumulative } of stacks.flat()) lost.set(cause, (lost.get(cause) ?? 0) + (cumulative.at(-1) ?? 0));
  const ranked = [...lost].toSorted(([, a], [, b]) => b - a).map(([cause]) => cause);
  if (ranked.length <= MOST_CAUSES + 1) return stacks;
  const main = new Set(ranked.slice(0, MOST_CAUSES));
  return stacks.map((curves) => {
    const rest = curves.filter(({ cause }) => !main.has(cause));
    const kept = curves.filter(({ cause }) => main.has(cause));
    return rest.length === 0 ? kept : [...kept, { cause: OTHER, cumulative: totalOf(rest) }];
  });
}

export interface LossArea {
  readonly cause: CauseShown;
  readonly d: string;
  /** Middle of the area at the end, and the label's place beside it. */
  readonly labelY: number;
  readonly lost: number;
}

export interface LossScene {
  readonly box: Box;
  /** From the bottom upwards, in the order of the catalogue. */
  readonly areas: readonly LossArea[];
}

const LABEL_GAP = 13;

/** @param edges as in the time scene; the curve of window w is drawn at its right edge, and begins with 0. */
export function lossScene(
  curves: readonly LossCurve[],
  edges: readonly number[],
  y: (value: number) => number,
  box: Box,
): LossScene {
  const windows = curves[0]?.cumulative.length ?? 0;
  const below = Array<number>(windows + 1).fill(0);
  const stacked = curves.map(({ cause, cumulative }) => {
    const points = edges.slice(0, windows + 1).map((x, at) => {
      const low = below[at]!;
      const high = low + (at === 0 ? 0 : cumulative[at - 1]!);
      below[at] = high;
      return { x, low: y(low), high: y(high) };
    });
    const path = area<(typeof points)[number]>()
      .x(({ x }) => x)
      .y0(({ low }) => low)
      .y1(({ high }) => high)
      .digits(1);
    const last = points[windows];
    return {
      cause,
      d: path(points) ?? "",
      middle: last === undefined ? 0 : (last.low + last.high) / 2,
      lost: cumulative.at(-1) ?? 0,
    };
  });
  const labelY = dodge(
    stacked.map(({ middle }) => middle),
    LABEL_GAP,
    box.y,
    box.y + box.height,
  );
  return {
    box,
    areas: stacked.map(({ cause, d, lost }, at) => ({ cause, d, lost, labelY: snap(labelY[at]!) })),
  };
}
