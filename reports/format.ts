/** Numbers for people: rounded to what is known of them. Files for programs keep every digit instead. */
import type { Metric } from "../sim/metrics/catalogue.ts";
import type { Difference, Estimate } from "./dashboard-data.ts";

type Unit = Metric["unit"];

interface Scale {
  readonly divisor: number;
  readonly suffix: string;
}

const KIBIBYTE = 1024;
const byteScales: readonly Scale[] = [
  { divisor: KIBIBYTE * KIBIBYTE * KIBIBYTE, suffix: " GiB" },
  { divisor: KIBIBYTE * KIBIBYTE, suffix: " MiB" },
  { divisor: KIBIBYTE, suffix: " KiB" },
  { divisor: 1, suffix: " B" },
];

function scaleOf(unit: Unit, magnitude: number): Scale {
  switch (unit) {
    case "ms":
      return { divisor: 1, suffix: " ms" };
    case "sec":
      return { divisor: 1, suffix: " s" };
    case "fraction":
      return { divisor: 0.01, suffix: " %" };
    case "perSec":
      return { divisor: 1, suffix: "/s" };
    case "bytes":
      return byteScales.find(({ divisor }) => magnitude >= divisor) ?? { divisor: 1, suffix: " B" };
    case "count":
    case "requests":
    case "ratio":
      return { divisor: 1, suffix: "" };
  }
}

const MOST_DECIMALS = 4;

/** Decimals needed for `value` to reach `least` when the point is left out: 10 shows two digits of it, 100 three. */
function decimalsFor(value: number, least: 10 | 100): number {
  let scaled = Math.abs(value);
  let decimals = 0;
  while (scaled < least && decimals < MOST_DECIMALS) {
    scaled *= 10;
    decimals++;
  }
  return decimals;
}

/** An interval narrower than this share of its value is rounding noise. */
const NOISE_FRACTION = 1e-9;

const decimalsOf = (value: number, half: number | null): number => {
  if (half !== null && half > NOISE_FRACTION * Math.abs(value)) return decimalsFor(half, 10);
  return Number.isInteger(value) ? 0 : decimalsFor(value, 100);
};

/** `1234567.8` with one decimal is `1,234,567.8`; there is no `-0`. */
export function plainNumber(value: number, decimals: number): string {
  const [whole = "", fraction] = Math.abs(value).toFixed(decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const text = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return value < 0 && /[1-9]/.test(text) ? `-${text}` : text;
}

const halfWidth = ({ mean, high }: { readonly mean: number; readonly high: number | null }): number | null =>
  high === null ? null : high - mean;

interface Rounded {
  readonly text: (value: number) => string;
  readonly suffix: string;
  readonly half: string | null;
}

function rounding(unit: Unit, mean: number, half: number | null): Rounded {
  const { divisor, suffix } = scaleOf(unit, Math.abs(mean));
  const decimals = decimalsOf(mean / divisor, half === null ? null : half / divisor);
  const text = (value: number) => plainNumber(value / divisor, decimals);
  return { text, suffix, half: half === null ? null : text(half) };
}

/** What a table's header says of the unit; empty where every cell carries its own or there is none. */
export const unitOf = (unit: Unit): string => (unit === "bytes" ? "" : scaleOf(unit, 0).suffix.trim());

/** `310 ms`, `4.52 %`, `1.21 MiB`. */
export function formatValue(unit: Unit, value: number): string {
  const { text, suffix } = rounding(unit, value, null);
  return `${text(value)}${suffix}`;
}

/** For prose, with the interval where there is one: `412 (398 … 426)`. */
export function formatEstimate(unit: Unit, estimate: Pick<Estimate, "mean" | "low" | "high">): string {
  const { text, suffix } = rounding(unit, estimate.mean, halfWidth(estimate));
  const interval =
    estimate.low === null || estimate.high === null ? "" : ` (${text(estimate.low)} … ${text(estimate.high)})`;
  return `${text(estimate.mean)}${suffix}${interval}`;
}

/** For a table cell, the unit being in the header: `412 ±14`; an absent value is a dash. */
export function formatCell(unit: Unit, estimate: Pick<Estimate, "mean" | "low" | "high"> | null): string {
  if (estimate === null) return "–";
  const { text, suffix, half } = rounding(unit, estimate.mean, halfWidth(estimate));
  return `${text(estimate.mean)}${half === null ? "" : ` ±${half}`}${unit === "bytes" ? suffix : ""}`;
}

/** A plus sign before a text that begins with a number above 0. */
const signed = (text: string): string => (/^[0.,]*[1-9]/.test(text) ? `+${text}` : text);

/** For a table cell: `+108 ±9`. */
export function formatDifference(unit: Unit, difference: Difference | null): string {
  return difference === null ? "–" : signed(formatCell(unit, difference));
}

/** For prose: `+108 (+99 … +117)`. A difference of percentages is one of percentage points. */
export function formatChange(unit: Unit, difference: Difference): string {
  const { text, suffix: ofValue } = rounding(unit, difference.mean, halfWidth(difference));
  const suffix = unit === "fraction" ? " percentage points" : ofValue;
  const { low, high } = difference;
  const interval = low === null || high === null ? "" : ` (${signed(text(low))} … ${signed(text(high))})`;
  return `${signed(text(difference.mean))}${suffix}${interval}`;
}

/** `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`. */
export function listOf(names: readonly string[], most = 4): string {
  const shown = names.length > most ? [...names.slice(0, most - 1), `${names.length - most + 1} more`] : names;
  const last = shown[shown.length - 1] ?? "";
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(", ")} and ${last}`;
}

/** A span of time in its largest whole unit: `10 min`, `90 s`, `1,500 ms`. */
export function formatSpan(ms: number): string {
  if (ms >= 3_600_000 && ms % 3_600_000 === 0) return `${plainNumber(ms / 3_600_000, 0)} h`;
  if (ms >= 60_000 && ms % 60_000 === 0) return `${plainNumber(ms / 60_000, 0)} min`;
  if (ms >= 1_000 && ms % 1_000 === 0) return `${plainNumber(ms / 1_000, 0)} s`;
  return `${plainNumber(ms, Number.isInteger(ms) ? 0 : 1)} ms`;
}
