/** Latency over time: windows across, response time upwards, darker where more requests fell. */
import { line, scaleLog } from "d3";
import type { StrategyData } from "../../reports/dashboard-data.ts";
import { bandLowMs } from "../../sim/metrics/timeline.ts";
import { type Box, snap } from "./box.ts";

/** Levels of darkness; each stands for four times as many requests as the one before. */
export const HEAT_LEVELS = 6;

export interface HeatRange {
  readonly lowMs: number;
  readonly highMs: number;
  /** Requests in the fullest cell. */
  readonly most: number;
}

export interface HeatScene {
  readonly box: Box;
  readonly levels: readonly { readonly level: number; readonly d: string }[];
  readonly p50: string;
  readonly p99: string;
}

type Heat = Pick<StrategyData["timeline"], "heat">;

/** What all strategies together span, so that their maps can be compared. */
export function heatRange(timelines: readonly Heat[]): HeatRange {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = 0;
  let most = 0;
  for (const { heat } of timelines) {
    for (let at = 0; at + 2 < heat.length; at += 3) {
      lowest = Math.min(lowest, heat[at + 1]!);
      highest = Math.max(highest, heat[at + 1]!);
      most = Math.max(most, heat[at + 2]!);
    }
  }
  if (most === 0) return { lowMs: 1, highMs: 1000, most };
  return { lowMs: bandLowMs(Math.max(1, lowest)), highMs: bandLowMs(highest + 1), most };
}

/** From 0 to HEAT_LEVELS - 1, the last for the fullest cells. */
export function heatLevel(count: number, most: number): number {
  const below = Math.floor(Math.log2(most / count) / 2 + 1e-9);
  return Math.max(0, HEAT_LEVELS - 1 - below);
}

export const heatScale = ({ lowMs, highMs }: HeatRange, box: Box): ((ms: number) => number) => {
  const scale = scaleLog([lowMs, highMs], [box.y + box.height, box.y]).clamp(true);
  return (ms) => snap(scale(Math.max(ms, lowMs)));
};

export function heatScene(
  { timeline }: Pick<StrategyData, "timeline">,
  range: HeatRange,
  edges: readonly number[],
  positions: readonly number[],
  box: Box,
): HeatScene {
  const y = heatScale(range, box);
  const paths = Array<string>(HEAT_LEVELS).fill("");
  const { heat } = timeline;
  for (let at = 0; at + 2 < heat.length; at += 3) {
    const window = heat[at]!;
    const count = heat[at + 2]!;
    if (count <= 0) continue;
    const top = y(bandLowMs(heat[at + 1]! + 1));
    const bottom = y(bandLowMs(heat[at + 1]!));
    paths[heatLevel(count, range.most)] +=
      `M${edges[window]!},${top}H${edges[window + 1]!}V${bottom}H${edges[window]!}Z`;
  }
  const path = line<number | null>()
    .defined((value) => value !== null)
    .x((_, window) => positions[window]!)
    .y((value) => y(value ?? 0))
    .digits(1);
  return {
    box,
    levels: paths.map((d, level) => ({ level, d })).filter(({ d }) => d !== ""),
    p50: path(timeline.responseTimeP50Ms) ?? "",
    p99: path(timeline.responseTimeP99Ms) ?? "",
  };
}
