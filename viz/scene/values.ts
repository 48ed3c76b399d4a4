/** A vertical axis of values with their unit: linear, or logarithmic where the values span too much for it. */
import { scaleLinear, scaleLog } from "d3";
import { formatValue, plainNumber, unitOf } from "../../reports/format.ts";
import type { Metric } from "../../sim/metrics/catalogue.ts";
import { type Box, snap, type Tick, textWidth } from "./box.ts";

export interface ValueAxis {
  readonly ticks: readonly Tick[];
  readonly y: (value: number) => number;
}

export interface ValueAxisOptions {
  readonly unit: Metric["unit"];
  /** Where a linear axis begins; the least value when null. */
  readonly from: number | null;
  /** Logarithmic when the largest value is more than this many times the smallest; never when null. */
  readonly logBeyond: number | null;
}

/** Powers of ten, and their halves and fifths while that is not too many. */
function logTicks(low: number, high: number, most: number): number[] {
  const from = Math.floor(Math.log10(low) + 1e-9);
  const to = Math.ceil(Math.log10(high) - 1e-9);
  const within = (steps: readonly number[]) =>
    Array.from({ length: to - from + 1 }, (_, at) => steps.map((step) => step * 10 ** (from + at)))
      .flat()
      .filter((value) => value >= low * 0.999 && value <= high * 1.001);
  return [[1, 2, 5], [1, 3], [1]].map(within).find((ticks) => ticks.length <= most) ?? within([1]);
}

/** As few decimals as the values need; the unit stands once, at the top. */
function texts(values: readonly number[], unit: Metric["unit"], alike: boolean): string[] {
  if (unit === "bytes") return values.map((value) => formatValue(unit, value));
  const shown = values.map((value) => Number((unit === "fraction" ? value * 100 : value).toPrecision(10)));
  const decimals = shown.map((value) => String(value).split(".")[1]?.length ?? 0);
  const suffix = unitOf(unit);
  return shown.map((value, at) => {
    const number = plainNumber(value, alike ? Math.max(...decimals) : decimals[at]!);
    return at === shown.length - 1 && suffix !== "" ? `${number} ${suffix}` : number;
  });
}

/** Evenly spaced values as ticks of a horizontal axis. A text that would touch the one before is left out, its tick stays. */
export function valueTicks(values: readonly number[], unit: Metric["unit"], place: (value: number) => number): Tick[] {
  const text = texts(values, unit, true);
  const last = values.length - 1;
  const ticks = values.map((value, at) => ({ at: snap(place(value)), text: text[at]! }));
  const widest = Math.max(...text.map(textWidth)) + 4;
  const gap = last < 1 ? widest : (ticks[last]!.at - ticks[0]!.at) / last;
  // The last text carries the unit, so texts are counted from there; it ends at its tick, the others have theirs in the middle.
  const every = Math.max(1, Math.ceil(widest / gap));
  const lastFrom = last < 0 ? 0 : ticks[last]!.at - textWidth(text[last]!) - 6;
  return ticks.map((tick, at) => {
    const fits = at === last || tick.at + textWidth(tick.text) / 2 < lastFrom;
    return (last - at) % every === 0 && fits ? tick : { ...tick, text: "" };
  });
}

export function valueAxis(values: readonly number[], box: Box, options: ValueAxisOptions): ValueAxis {
  const { unit, from, logBeyond } = options;
  const bottom = box.y + box.height;
  const least = values.length === 0 ? 0 : Math.min(...values);
  const most = values.length === 0 ? 1 : Math.max(...values);
  const room = Math.max(2, Math.floor(box.height / 32));
  const logarithmic = logBeyond !== null && least > 0 && most > logBeyond * least;
  const end = most > (from ?? least) ? most : (from ?? least) + (Math.abs(from ?? least) || 1);
  const scale = logarithmic
    ? scaleLog([least, most], [bottom, box.y])
    : scaleLinear([from ?? least, end], [bottom, box.y]).nice(room);
  const at = logarithmic ? logTicks(least, most, room + 1) : scale.ticks(room);
  const text = texts(at, unit, !logarithmic);
  return {
    ticks: at.map((value, index) => ({ at: snap(scale(value)), text: text[index]! })),
    y: (value) => snap(scale(logarithmic ? Math.max(value, least) : value)),
  };
}
