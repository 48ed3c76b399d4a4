/** One line per strategy over a shared horizontal axis, each with its name at its end. */
import { bisectCenter, line } from "d3";
import { type Box, snap, textWidth } from "./box.ts";
import { dodge } from "./dodge.ts";

export interface LineInput {
  readonly name: string;
  /** Place in the order of strategies: colour, dash and shape. */
  readonly index: number;
  /** One per position; null where there is none. */
  readonly values: readonly (number | null)[];
}

export interface LineScene {
  readonly name: string;
  readonly index: number;
  readonly d: string;
  /** Height at each position. */
  readonly y: readonly (number | null)[];
  /** Its last point, where the symbol stands; null for a line without any. */
  readonly end: { readonly x: number; readonly y: number } | null;
  readonly labelY: number;
}

export interface LinesScene {
  readonly box: Box;
  readonly positions: readonly number[];
  readonly lines: readonly LineScene[];
}

export const LABEL_GAP = 15;
/** Below this width the names stand above the chart rather than beside it. */
export const WIDE = 520;

/** Room at the right for the longest name and a value beside it. */
export const labelMargin = (names: readonly string[], width: number): number =>
  width < WIDE ? 14 : Math.min(width * 0.36, 92 + Math.max(...names.map(textWidth)));

export function linesScene(
  inputs: readonly LineInput[],
  positions: readonly number[],
  y: (value: number) => number,
  box: Box,
): LinesScene {
  const path = line<number | null>()
    .defined((value) => value !== null)
    .x((_, at) => positions[at]!)
    .y((value) => y(value ?? 0))
    .digits(1);
  const ends = inputs.map(({ values }) => values.findLastIndex((value) => value !== null));
  const endY = inputs.map(({ values }, at) => y(values[ends[at]!] ?? 0));
  const labelY = dodge(endY, LABEL_GAP, box.y, box.y + box.height);
  return {
    box,
    positions,
    lines: inputs.map(({ name, index, values }, at) => ({
      name,
      index,
      d: path(values) ?? "",
      y: values.map((value) => (value === null ? null : y(value))),
      end: ends[at]! < 0 ? null : { x: positions[ends[at]!]!, y: snap(endY[at]!) },
      labelY: snap(labelY[at]!),
    })),
  };
}

/** The position nearest to `x`; null when there is none. */
export function nearestPosition(positions: readonly number[], x: number): number | null {
  return positions.length === 0 ? null : bisectCenter(positions, x);
}

/** The line nearest to a point at `position`, within `reach` pixels. */
export function nearestLine(scene: LinesScene, position: number, y: number, reach: number): LineScene | null {
  let nearest: LineScene | null = null;
  let distance = reach;
  for (const candidate of scene.lines) {
    const at = candidate.y[position] ?? null;
    if (at !== null && Math.abs(at - y) < distance) {
      distance = Math.abs(at - y);
      nearest = candidate;
    }
  }
  return nearest;
}
