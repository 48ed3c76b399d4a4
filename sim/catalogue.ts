/**
 * What every pluggable part says of itself: its name, its knobs with unit and default, its source.
 *
 * The scenario schema, `evenkeel describe`, the reference pages and the dashboard's form are all made from these
 * definitions, so that adding a part touches its file, one line of its folder's `index.ts`, and its test.
 */

export type KnobValue = number | string | boolean | null;

interface KnobBase {
  /** One sentence: what it does and when to change it. */
  readonly summary: string;
}

/**
 * A number. The knob's own name ends with its unit (`latencyMs`, `sizeBytes`, `lossFraction`, `ratePerSec`); in a
 * scenario file the suffix is dropped and the value carries the unit instead (`latency: 0.3ms`).
 */
export interface NumberKnob extends KnobBase {
  readonly unit: "count" | "number" | "ms" | "bytes" | "fraction" | "perSec";
  readonly default: number | null;
  readonly minimum?: number;
  readonly maximum?: number;
}
export interface ChoiceKnob extends KnobBase {
  readonly unit: "choice";
  readonly choices: readonly string[];
  readonly default: string;
}
export interface FlagKnob extends KnobBase {
  readonly unit: "flag";
  readonly default: boolean;
}
export interface TextKnob extends KnobBase {
  readonly unit: "text";
  readonly default: string;
}
export type Knob = NumberKnob | ChoiceKnob | FlagKnob | TextKnob;

export type Knobs = Readonly<Record<string, KnobValue>>;

/** What a part says of itself. `Knob` names are the property names that `create` receives. */
export interface Described {
  /** The name in scenario files, reports and on screens; equal to the file's name. */
  readonly name: string;
  /** What products call it: `leastconn`, `least_conn`, `LEAST_REQUEST`. */
  readonly aliases?: readonly string[];
  /** One sentence: what it does. */
  readonly summary: string;
  readonly whenToUse: string;
  readonly knownFlaw: string;
  /** Paper or product, file and version. */
  readonly source: string;
  readonly knobs: Readonly<Record<string, Knob>>;
}

/** The knobs of `part` with every default filled in. Names are not checked here; the scenario schema does that. */
export function withDefaults(part: Described, given: Knobs): Knobs {
  const values: Record<string, KnobValue> = {};
  for (const [name, knob] of Object.entries(part.knobs)) {
    const value = given[name];
    values[name] = value === undefined ? knob.default : value;
  }
  return values;
}

/** The part called `name` (or known under it as an alias). @throws RangeError that lists the known names. */
export function partNamed<T extends Described>(parts: readonly T[], name: string, what: string): T {
  const found = parts.find((part) => part.name === name || part.aliases?.includes(name));
  if (found === undefined) {
    throw new RangeError(`unknown ${what} "${name}"; known: ${parts.map((part) => part.name).join(", ")}`);
  }
  return found;
}

/** The type of a knob's value. */
export type ValueOf<K extends Knob> = K extends NumberKnob
  ? K["default"] extends null
    ? number | null
    : number
  : K extends FlagKnob
    ? boolean
    : string;

/** What `create` receives for the knobs `K`. */
export type ValuesOf<K extends Readonly<Record<string, Knob>>> = { readonly [name in keyof K]: ValueOf<K[name]> };
