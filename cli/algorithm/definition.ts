/** From what a user's file exports to a definition like any of the catalogue's. */
import { basename } from "node:path";
import { z } from "zod";
import type { BalancingContext, BalancingDefinition } from "../../sim/balancing/algorithm.ts";
import { balancingAlgorithms } from "../../sim/balancing/index.ts";
import type { Knob, Knobs } from "../../sim/catalogue.ts";
import { AlgorithmFault, placeOf, reasonOf, shown } from "./fault.ts";
import { Guarded, hooks, type OwnAlgorithm } from "./guarded.ts";
import { exportOf } from "./realm.ts";
import type { AlgorithmSource } from "./source.ts";

type Create = (knobs: Knobs, context: BalancingContext) => unknown;

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

const sentence = z.string({ error: "must be text" }).exactOptional();
const functionOf = (how: string) =>
  z.custom<Create>((value) => typeof value === "function", { error: `must be a function, ${how}` });

const exported = z.object(
  {
    name: z
      .string({ error: "must be a text, the name for scenarios and reports" })
      .regex(/^[a-z][a-z0-9-]*$/, { error: "must be small letters, digits and hyphens, a letter first" }),
    create: functionOf("create(knobs, context), that returns an object with pick(request, avoid)"),
    knobs: z.record(z.string(), knob, { error: "must be a map from names to knobs" }).exactOptional(),
    summary: sentence,
    whenToUse: sentence,
    knownFlaw: sentence,
    source: sentence,
    products: sentence,
    cost: sentence,
    decides: z
      .object(
        {
          signal: z.string().nullable(),
          rule: z.string(),
          tieBreak: z.string(),
          best: z.enum(["smallest", "largest"]).exactOptional(),
          among: z.enum(["all", "drawn"]).exactOptional(),
        },
        { error: "must be { signal, rule, tieBreak }, in words" },
      )
      .exactOptional(),
  },
  { error: "must be an object" },
);

const WAY_OUT = "evenkeel kit --help shows a whole one";

function checkName(name: string, place: string): void {
  const taken = balancingAlgorithms.find((part) => part.name === name || part.aliases?.includes(name));
  if (taken === undefined) return;
  const which = taken.name === name ? "" : `, as an alias of ${taken.name}`;
  throw new AlgorithmFault(`${place}: name "${name}" is the catalogue's${which}; give it a name of its own`);
}

function checkAlgorithm(made: unknown, file: string): asserts made is OwnAlgorithm {
  const place = placeOf(file, null);
  const fail = (what: string) => new AlgorithmFault(`${place}: ${what}; ${WAY_OUT}`);
  if (typeof made !== "object" || made === null) {
    throw fail(`create returned ${shown(made)}, expected an object with pick(request, avoid)`);
  }
  for (const method of ["pick", ...hooks]) {
    const value: unknown = Reflect.get(made, method);
    if (typeof value === "function" || (method !== "pick" && value === undefined)) continue;
    throw fail(`${method} of what create returned is ${shown(value)}, expected a function`);
  }
}

/** The definition in the file, in a realm of its own. @throws AlgorithmFault when there is none that can be used. */
export function definitionOf(source: AlgorithmSource): BalancingDefinition {
  const { file } = source;
  const place = placeOf(file, null);
  const value = exportOf(source);
  if (value === undefined) {
    throw new AlgorithmFault(`${place}: no default export, expected \`export default { name, create }\`; ${WAY_OUT}`);
  }
  const checked = exported.safeParse(value);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const what = ["default export", ...(issue?.path ?? [])].join(".");
    const found = shown((issue?.path ?? []).reduce((at: unknown, key) => Reflect.get(Object(at), key), value));
    throw new AlgorithmFault(`${place}: ${what} ${issue?.message}, found ${found}; ${WAY_OUT}`);
  }
  const { create, ...given } = checked.data;
  checkName(given.name, place);
  const name = basename(file);
  return {
    summary: `The algorithm in ${name}.`,
    whenToUse: "Its file does not say.",
    knownFlaw: "Its file does not say.",
    source: name,
    products: "None.",
    cost: "Its file does not say.",
    decides: { signal: null, rule: `as ${name} chooses`, tieBreak: `as ${name} breaks it` },
    knobs: {},
    ...given,
    create: (knobs, context) => {
      let made: unknown;
      try {
        made = create(knobs, context);
      } catch (error) {
        throw new AlgorithmFault(`${placeOf(file, error)}: create threw ${reasonOf(error)}`);
      }
      checkAlgorithm(made, file);
      return new Guarded(made, context.fleet, file);
    },
  };
}
