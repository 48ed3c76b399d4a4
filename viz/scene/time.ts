/** The axis of virtual time that all charts share: windows, ticks, warm-up and faults. */
import { scaleLinear } from "d3";
import type { DashboardData } from "../../reports/dashboard-data.ts";
import type { FaultRecord } from "../../sim/record.ts";
import { formatClock } from "../clock.ts";
import { type Box, snap, type Tick, textWidth } from "./box.ts";

export type TimeAxisData = Pick<DashboardData, "durationMs" | "warmUpMs" | "windowMs" | "windows" | "faults">;

export interface FaultMark {
  readonly key: string;
  readonly x: number;
  /** Where it is over; null: it lasts to the end of the run, or has no length. */
  readonly xEnd: number | null;
}

export interface FaultLabel {
  readonly x: number;
  readonly anchor: "start" | "end";
  readonly text: string;
}

export interface TimeScene {
  readonly box: Box;
  readonly ticks: readonly Tick[];
  /** Middle of each window. */
  readonly positions: readonly number[];
  /** Left edge of each window, and the right edge of the last. */
  readonly edges: readonly number[];
  /** Where warm-up ends; null when there is none. */
  readonly warmUpX: number | null;
  readonly faults: readonly FaultMark[];
  readonly faultLabels: readonly FaultLabel[];
}

const units = [
  { name: "ms", ms: 1 },
  { name: "s", ms: 1_000 },
  { name: "min", ms: 60_000 },
  { name: "h", ms: 3_600_000 },
  { name: "d", ms: 86_400_000 },
] as const;

/** Steps that divide the next unit evenly. */
const stepsMs = [1, 2, 5, 10, 20, 50, 100, 200, 500]
  .concat([1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1_000))
  .concat([1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000))
  .concat([1, 2, 3, 6, 12, 24, 48, 168].map((hours) => hours * 3_600_000));

const PIXELS_PER_TICK = 70;

function ticksOf(durationMs: number, width: number, x: (ms: number) => number): Tick[] {
  const least = durationMs / Math.max(1, width / PIXELS_PER_TICK);
  const step = stepsMs.find((candidate) => candidate >= least) ?? least;
  const unit = units.findLast(({ ms }) => ms <= step) ?? units[0];
  // "150 s" is harder to place than "2:30".
  const asClock = step < 60_000 && durationMs > 120_000;
  const count = Math.floor(durationMs / step + 1e-9);
  return Array.from({ length: count + 1 }, (_, at) => ({
    at: snap(x(at * step)),
    text: asClock ? formatClock(at * step) : `${(at * step) / unit.ms} ${unit.name}`,
  }));
}

/** `server-3 crash`, `store crash`, `server-9 scale out`. */
export function faultName({ kind, target }: Pick<FaultRecord, "kind" | "target">): string {
  const words = kind.replaceAll("-", " ");
  if (target === "" || words.split(" ").includes(target)) return words;
  // `balancer-1 restart`, `store-2 hang`: the kind's first word is the target's own.
  const [first = "", ...rest] = words.split(" ");
  return rest.length > 0 && target.startsWith(`${first}-`) ? `${target} ${rest.join(" ")}` : `${target} ${words}`;
}

interface FaultGroup {
  readonly x: number;
  readonly isLeft: boolean;
  readonly first: FaultRecord;
  more: number;
}

/** Left of its mark where there is no room on the right, and some on the left. */
const isLeftOf = (x: number, width: number, box: Box): boolean => x + width > box.x + box.width && x - width > box.x;

/** Left to right; a label that would run into the one before it is told there as `+1`. */
function labelsOf(faults: readonly FaultRecord[], box: Box, x: (ms: number) => number): FaultLabel[] {
  const groups: FaultGroup[] = [];
  let takenTo = Number.NEGATIVE_INFINITY;
  for (const fault of faults.toSorted((a, b) => a.atMs - b.atMs)) {
    const at = snap(x(fault.atMs));
    const width = textWidth(`${faultName(fault)} +9 `);
    const isLeft = isLeftOf(at, width, box);
    const from = isLeft ? at - width : at;
    const before = groups.at(-1);
    if (before !== undefined && from < takenTo) {
      before.more++;
    } else {
      groups.push({ x: at, isLeft, first: fault, more: 0 });
      takenTo = from + width;
    }
  }
  return groups.map(({ x: at, isLeft, first, more }) => ({
    x: at,
    anchor: isLeft ? "end" : "start",
    text: more === 0 ? faultName(first) : `${faultName(first)} +${more}`,
  }));
}

export function timeScene(data: TimeAxisData, box: Box): TimeScene {
  const { durationMs, warmUpMs, windowMs, windows, faults } = data;
  const x = scaleLinear([0, durationMs], [box.x, box.x + box.width]).clamp(true);
  return {
    box,
    ticks: ticksOf(durationMs, box.width, x),
    positions: Array.from({ length: windows }, (_, window) =>
      snap(x((window * windowMs + Math.min((window + 1) * windowMs, durationMs)) / 2)),
    ),
    edges: Array.from({ length: windows + 1 }, (_, window) => snap(x(window * windowMs))),
    warmUpX: warmUpMs > 0 ? snap(x(warmUpMs)) : null,
    faults: faults.map((fault, index) => ({
      key: `${index}`,
      x: snap(x(fault.atMs)),
      xEnd: fault.untilMs === null ? null : snap(x(fault.untilMs)),
    })),
    faultLabels: labelsOf(faults, box, x),
  };
}

/** The mark of the place pointed at: its x, its name, and a second line of the name or nothing. */
export interface Rule {
  readonly x: number;
  readonly text: string;
  readonly below: string;
}

/**
 * The rule at a window: in its middle under the time it begins, or, for what is counted up to its end, there under the
 * time it ends. null where nothing is pointed at.
 */
export function windowRule(
  { positions, edges }: TimeScene,
  window: number | null,
  { windowMs, durationMs }: TimeAxisData,
  where: "middle" | "end",
): Rule | null {
  if (window === null) return null;
  const x = where === "middle" ? positions[window] : edges[window + 1];
  const atMs = where === "middle" ? window * windowMs : Math.min((window + 1) * windowMs, durationMs);
  return x === undefined ? null : { x, text: formatClock(atMs), below: "" };
}
