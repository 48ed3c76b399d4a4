/** The three parts of a strategy, made from what each part says of itself. */
import { z } from "zod";
import type { Described, Knob, Knobs, KnobValue, NumberKnob } from "../../sim/catalogue.ts";
import { formatQuantity, quantityOfUnit } from "../units.ts";
import { closed, exactlyOne, type UnknownWordParams } from "./closed.ts";
import {
  count,
  countOrNone,
  type Limits,
  numberOrNone,
  plainNumber,
  quantity,
  quantityOrNone,
  text,
} from "./quantities.ts";

/** A part as a file names it: knobs that the file does not set are absent. */
export interface PartGiven {
  readonly name: string;
  readonly knobs: Knobs;
}

const suffixes: Readonly<Record<Knob["unit"], string>> = {
  ms: "Ms",
  bytes: "Bytes",
  fraction: "Fraction",
  perSec: "PerSec",
  count: "",
  number: "",
  choice: "",
  flag: "",
  text: "",
};

/** `latencyMs` -> `latency`: in a file the value carries the unit. */
export function fileKeyOf(knobName: string, knob: Knob): string {
  const suffix = suffixes[knob.unit];
  return suffix !== "" && knobName.endsWith(suffix) ? knobName.slice(0, -suffix.length) : knobName;
}

/** A knob's value as a file would write it. */
export function fileValueOf(knob: Knob, value: KnobValue): string | number | boolean {
  if (value === null) return "none";
  const kind = quantityOfUnit.get(knob.unit);
  return kind !== undefined && typeof value === "number" ? formatQuantity(kind, value) : value;
}

function numberSchema(knob: NumberKnob): z.ZodType<number | null> {
  const limits: Limits = {
    ...(knob.minimum === undefined ? {} : { minimum: knob.minimum }),
    ...(knob.maximum === undefined ? {} : { maximum: knob.maximum }),
  };
  const mayBeAbsent = knob.default === null;
  const kind = quantityOfUnit.get(knob.unit);
  if (kind !== undefined) return mayBeAbsent ? quantityOrNone(kind, limits) : quantity(kind, limits);
  if (knob.unit === "count") return mayBeAbsent ? countOrNone(limits) : count(limits);
  return mayBeAbsent ? numberOrNone(limits) : plainNumber(limits);
}

function knobSchema(knob: Knob): z.ZodType<KnobValue> {
  switch (knob.unit) {
    case "choice": {
      const [first = knob.default, ...others] = knob.choices;
      return z.enum([first, ...others], { error: `must be one of ${knob.choices.join(", ")}` });
    }
    case "flag":
      return z.boolean({ error: "must be true or false" });
    case "text":
      return text();
    default:
      return numberSchema(knob);
  }
}

/** `{ latency: 0.3ms }` -> `{ latencyMs: 0.3 }`, checked against the knobs of `part`. */
export function knobsSchema(part: Described): z.ZodType<Knobs> {
  const knobs = Object.entries(part.knobs).map(([name, knob]) => ({ name, knob, key: fileKeyOf(name, knob) }));
  const shape = Object.fromEntries(
    knobs.map(({ key, knob }) => [
      key,
      knobSchema(knob)
        .meta({ description: knob.summary, default: fileValueOf(knob, knob.default) })
        .optional(),
    ]),
  );
  return closed(shape, `knob of ${part.name}`)
    .describe(part.summary)
    .transform((given): Knobs => {
      const values: Record<string, KnobValue> = {};
      for (const { key, name } of knobs) {
        const value = given[key];
        if (value !== undefined) values[name] = value;
      }
      return values;
    });
}

const namesOf = (part: Described): readonly string[] => [part.name, ...(part.aliases ?? [])];

/** A part's name, or `{ name: { its knobs } }`. Aliases become the name. */
export function partSchema(parts: readonly Described[], what: string) {
  const known = parts.map((part) => part.name);
  const aliases = parts.flatMap((part) => part.aliases ?? []);
  const params: UnknownWordParams = { rule: "unknown name", what, known, aliases };
  const canonical = new Map(parts.flatMap((part) => namesOf(part).map((name) => [name, part.name] as const)));
  const byName = z
    .string()
    .meta({ enum: [...canonical.keys()] })
    .transform((given, context): PartGiven => {
      const name = canonical.get(given);
      if (name !== undefined) return { name, knobs: {} };
      context.issues.push({ code: "custom", message: "", input: given, params });
      return z.NEVER;
    });
  const shape = Object.fromEntries(
    parts.flatMap((part) => {
      const knobs = knobsSchema(part);
      return namesOf(part).map((name) => [name, knobs.optional()] as const);
    }),
  );
  const withKnobs = exactlyOne(shape, what, known).transform((given): PartGiven => {
    const [[key, knobs] = ["", {}]] = Object.entries(given);
    return { name: canonical.get(key) ?? key, knobs: knobs ?? {} };
  });
  return z
    .union([byName, withKnobs], { error: `must be the name of a ${what}, or { name: { its knobs } }` })
    .meta({ title: `${what}, or { name: { its knobs } }` });
}
