/**
 * Quantities with units, both ways: `1m30s` <-> 90000 ms, `16KiB` <-> 16384 bytes, `10%` <-> 0.1, `300/s` <-> 300 per second.
 *
 * Decimal digits are shifted as text and only then made a number, so `0.07s` is exactly 70 ms and not 70.00000000000001.
 */

export type QuantityKind = "duration" | "size" | "share" | "rate";

/** How the values of a knob or a metric are written, by its unit; units that are not here are bare numbers. */
export const quantityOfUnit: ReadonlyMap<string, QuantityKind> = new Map([
  ["ms", "duration"],
  ["bytes", "size"],
  ["fraction", "share"],
  ["perSec", "rate"],
]);

interface Unit {
  readonly name: string;
  /** A value in this unit is its digits × 10^exponent × multiplier of the base unit. */
  readonly exponent: number;
  readonly multiplier: number;
}

const unit = (name: string, exponent: number, multiplier = 1): Unit => ({ name, exponent, multiplier });

/** Largest first: that is the order in which parts of a duration are written. */
const durationUnits = [
  unit("d", 3, 86_400),
  unit("h", 3, 3_600),
  unit("m", 3, 60),
  unit("s", 3),
  unit("ms", 0),
  unit("us", -3),
];
const sizeUnits = [
  unit("GiB", 0, 1_073_741_824),
  unit("GB", 9),
  unit("MiB", 0, 1_048_576),
  unit("MB", 6),
  unit("KiB", 0, 1_024),
  unit("KB", 3),
  unit("B", 0),
];
/** Divisors: the base unit is events per second. */
const ratePeriods = [
  { name: "/s", seconds: 1 },
  { name: "/m", seconds: 60 },
  { name: "/h", seconds: 3_600 },
  { name: "/d", seconds: 86_400 },
];

interface QuantityForm {
  /** "must be <noun> above zero, such as <examples>" */
  readonly noun: string;
  readonly examples: string;
  readonly units: string;
  /** A bare number with the unit that was most likely meant. */
  readonly withUnit: (bare: number) => string;
}

/** How quantities are spoken of in messages. */
export const quantityForms: Readonly<Record<QuantityKind, QuantityForm>> = {
  duration: {
    noun: "a duration",
    examples: "200ms, 5m or 1m30s",
    units: "us, ms, s, m, h, d",
    withUnit: (bare) => `${bare}s`,
  },
  size: {
    noun: "a size",
    examples: "200B or 16KiB",
    units: "B, KB, KiB, MB, MiB, GB, GiB",
    withUnit: (bare) => `${bare}B`,
  },
  share: {
    noun: "a share",
    examples: "10%",
    units: "%",
    withUnit: (bare) => (bare > 0 && bare <= 1 ? formatQuantity("share", bare) : `${bare}%`),
  },
  rate: { noun: "a rate", examples: "20/s or 300/m", units: "/s, /m, /h, /d", withUnit: (bare) => `${bare}/s` },
};

/** Regular expressions for editors; a text that matches is accepted and nothing else is. */
export const quantityPatterns: Readonly<Record<QuantityKind, string>> = {
  duration: `^(?=\\d)${durationUnits.map(({ name }) => `(\\d+(\\.\\d+)?${name})?`).join("")}$`,
  size: `^\\d+(\\.\\d+)?(${sizeUnits.map(({ name }) => name).join("|")})$`,
  share: "^\\d+(\\.\\d+)?%$",
  rate: `^\\d+(\\.\\d+)?(${ratePeriods.map(({ name }) => name).join("|")})$`,
};

const expressions: Readonly<Record<QuantityKind, RegExp>> = {
  duration: new RegExp(quantityPatterns.duration),
  size: new RegExp(quantityPatterns.size),
  share: new RegExp(quantityPatterns.share),
  rate: new RegExp(quantityPatterns.rate),
};

const inUnit = (digits: string, { exponent, multiplier }: Unit): number => Number(`${digits}e${exponent}`) * multiplier;

/** The value in base units (ms, bytes, fraction, per second), or null when `text` is not such a quantity. */
export function parseQuantity(kind: QuantityKind, text: string): number | null {
  if (!expressions[kind].test(text)) return null;
  if (kind === "share") return inUnit(text.slice(0, -1), unit("%", -2));
  if (kind === "rate") {
    const seconds = ratePeriods.find(({ name }) => text.endsWith(name))?.seconds ?? 1;
    return Number.parseFloat(text) / seconds;
  }
  const units = kind === "duration" ? durationUnits : sizeUnits;
  let total = 0;
  for (const [, digits = "", name] of text.matchAll(/(\d+(?:\.\d+)?)([A-Za-z]+)/g)) {
    const found = units.find((candidate) => candidate.name === name);
    if (found !== undefined) total += inUnit(digits, found);
  }
  return total;
}

/** Plain decimal digits of a non-negative number, never `1e-7`: exponents are not part of the notation. */
function decimal(value: number): string {
  const text = String(value);
  const [mantissa = "", exponentText] = text.split("e");
  if (exponentText === undefined) return text;
  const exponent = Number(exponentText);
  const [whole = "", fraction = ""] = mantissa.split(".");
  if (exponent < 0) return `0.${"0".repeat(-exponent - whole.length)}${whole}${fraction}`;
  return `${whole}${fraction}`.padEnd(whole.length + exponent, "0");
}

/** Decimal digits × 100, by moving the point. */
function timesHundred(digits: string): string {
  const [whole = "", fraction = ""] = digits.split(".");
  const moved = `${whole}${fraction.padEnd(2, "0").slice(0, 2)}`.replace(/^0+(?=\d)/, "");
  return fraction.length > 2 ? `${moved}.${fraction.slice(2)}` : moved;
}

/**
 * The shortest notation that reads back as the same number: the largest unit that leaves no fraction, else the smallest
 * unit's digits.
 */
export function formatQuantity(kind: QuantityKind, value: number): string {
  if (kind === "share") return `${timesHundred(decimal(value))}%`;
  if (kind === "rate") return `${decimal(value)}/s`;
  // 0.3ms reads better than 300us.
  const units = kind === "duration" ? durationUnits.filter(({ name }) => name !== "us") : sizeUnits;
  for (const candidate of units) {
    const scaled = Number(`${decimal(value)}e${-candidate.exponent}`) / candidate.multiplier;
    if (scaled >= 1 && Number.isInteger(scaled) && inUnit(decimal(scaled), candidate) === value) {
      return `${decimal(scaled)}${candidate.name}`;
    }
  }
  return `${decimal(value)}${kind === "duration" ? "ms" : "B"}`;
}
