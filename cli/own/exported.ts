/** What a user's file exports, looked at before it is believed. */
import { z } from "zod";
import type { Described, Knob } from "../../sim/catalogue.ts";
import { OwnFault, placeOf, shown } from "./fault.ts";

export const WAY_OUT = "evenkeel kit --help shows a whole one";

const summary = z.string({ error: "must be a sentence" });
const numbers = ["count", "number", "ms", "bytes", "fraction", "perSec"] as const;
const knob: z.ZodType<Knob> = z.discriminatedUnion(
  "unit",
  [
    z.object({
      unit: z.enum(numbers),
      default: z.number().nullable(),
      minimum: z.number().exactOptional(),
      maximum: z.number().exactOptional(),
      summary,
    }),
    z.object({ unit: z.literal("choice"), choices: z.array(z.string()), default: z.string(), summary }),
    z.object({ unit: z.literal("flag"), default: z.boolean(), summary }),
    z.object({ unit: z.literal("text"), default: z.string(), summary }),
  ],
  { error: `unit must be one of ${[...numbers, "choice", "flag", "text"].join(", ")}` },
);

export const sentence = z.string({ error: "must be text" }).exactOptional();

export const nameOfOwn = z
  .string({ error: "must be a text, the name for scenarios and reports" })
  .regex(/^[a-z][a-z0-9-]*$/, { error: "must be small letters, digits and hyphens, a letter first" });

export type Create = (...given: readonly unknown[]) => unknown;

export const functionOf = (how: string) =>
  z.custom<Create>((value) => typeof value === "function", { error: `must be a function, ${how}` });

/** What every part may say of itself. */
export const described = {
  name: nameOfOwn,
  knobs: z.record(z.string(), knob, { error: "must be a map from names to knobs" }).exactOptional(),
  summary: sentence,
  whenToUse: sentence,
  knownFlaw: sentence,
  source: sentence,
};

/** `value` as the schema says. @throws OwnFault that names the first thing that is otherwise. */
export function checkedExport<T>(schema: z.ZodType<T>, value: unknown, file: string, at = "default export"): T {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const what = [at, ...(issue?.path ?? [])].join(".");
  const found = shown((issue?.path ?? []).reduce((place: unknown, key) => Reflect.get(Object(place), key), value));
  throw new OwnFault(`${placeOf(file, null)}: ${what} ${issue?.message}, found ${found}; ${WAY_OUT}`);
}

/** @throws OwnFault where the catalogue has the name already. */
export function checkName(name: string, parts: readonly Described[], file: string): void {
  const taken = parts.find((part) => part.name === name || part.aliases?.includes(name));
  if (taken === undefined) return;
  const which = taken.name === name ? "" : `, as an alias of ${taken.name}`;
  throw new OwnFault(`${placeOf(file, null)}: name "${name}" is the catalogue's${which}; give it a name of its own`);
}

/** Every method of what `create` returned: those that must be there, and those that may. @throws OwnFault */
export function checkMade(
  made: unknown,
  file: string,
  { must, may }: { readonly must: readonly string[]; readonly may: readonly string[] },
): asserts made is object {
  const expected = `an object with ${must.join(", ")}`;
  const fail = (what: string) => new OwnFault(`${placeOf(file, null)}: ${what}; ${WAY_OUT}`);
  if (typeof made !== "object" || made === null) throw fail(`create returned ${shown(made)}, expected ${expected}`);
  for (const method of [...must, ...may]) {
    const value: unknown = Reflect.get(made, method);
    if (typeof value === "function" || (value === undefined && !must.includes(method))) continue;
    throw fail(`${method} of what create returned is ${shown(value)}, expected a function`);
  }
}
