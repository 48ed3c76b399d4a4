/**
 * The schema's smallest pieces: one value, its unit, and one sentence that says what it must be.
 *
 * A message is that sentence without the value found, which `problems.ts` adds; a second line is the way out.
 */
import { z } from "zod";
import { formatQuantity, parseQuantity, type QuantityKind, quantityForms, quantityPatterns } from "../units.ts";

/** Limits of a value, in base units. */
export interface Limits {
  readonly above?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

function limitsText({ above, minimum, maximum }: Limits, show: (value: number) => string): string {
  const low =
    above !== undefined ? `above ${show(above)}` : minimum !== undefined ? `of at least ${show(minimum)}` : "";
  const high = maximum !== undefined ? `${low === "" ? "of " : ""}at most ${show(maximum)}` : "";
  return [low, high]
    .filter((text) => text !== "")
    .map((text, index) => (index === 0 ? ` ${text}` : ` and ${text}`))
    .join("");
}

const within = ({ above, minimum, maximum }: Limits, value: number): boolean =>
  (above === undefined || value > above) &&
  (minimum === undefined || value >= minimum) &&
  (maximum === undefined || value <= maximum);

/** "must be a share of at most 100%, such as 10%". */
export function quantityRule(kind: QuantityKind, limits: Limits = {}): string {
  const { noun, examples } = quantityForms[kind];
  const limit = limitsText(limits, (value) => (value === 0 ? "zero" : formatQuantity(kind, value)));
  return `must be ${noun}${limit}, such as ${examples}`;
}

/** A bare number is the commonest slip, so the way out shows it with a unit. */
function unitHint(kind: QuantityKind, input: unknown): string {
  const { withUnit, units } = quantityForms[kind];
  return typeof input === "number"
    ? `every quantity carries its unit, as in ${withUnit(input)}; units: ${units}`
    : `units: ${units}`;
}

/** A text with a unit, in base units: ms, bytes, a fraction, or events per second. */
export function quantity(kind: QuantityKind, limits: Limits = {}) {
  const expected = quantityRule(kind, limits);
  return z
    .string({ error: (issue) => `${expected}\n${unitHint(kind, issue.input)}` })
    .meta({ title: kind, pattern: quantityPatterns[kind] })
    .transform((text, context): number => {
      const value = parseQuantity(kind, text);
      if (value !== null && within(limits, value)) return value;
      context.issues.push({
        code: "custom",
        message: value === null ? `${expected}\n${unitHint(kind, text)}` : expected,
        input: text,
      });
      return z.NEVER;
    });
}

/** As `quantity`, or the word `none`, which becomes null. */
export function quantityOrNone(kind: QuantityKind, limits: Limits = {}) {
  const expected = `${quantityRule(kind, limits)}, or none`;
  return z
    .string({ error: (issue) => `${expected}\n${unitHint(kind, issue.input)}` })
    .meta({ title: `${kind} or none`, pattern: `${quantityPatterns[kind]}|^none$` })
    .transform((text, context): number | null => {
      if (text === "none") return null;
      const value = parseQuantity(kind, text);
      if (value !== null && within(limits, value)) return value;
      context.issues.push({
        code: "custom",
        message: value === null ? `${expected}\n${unitHint(kind, text)}` : expected,
        input: text,
      });
      return z.NEVER;
    });
}

export const duration = (limits: Limits = {}) => quantity("duration", limits);
export const durationOrNone = (limits: Limits = {}) => quantityOrNone("duration", limits);
export const size = (limits: Limits = {}) => quantity("size", limits);
export const rate = (limits: Limits = {}) => quantity("rate", limits);
export const share = (limits: Limits = { maximum: 1 }) => quantity("share", limits);

const limited = (schema: z.ZodNumber, { above, minimum, maximum }: Limits, error: string): z.ZodNumber => {
  let result = schema;
  if (above !== undefined) result = result.gt(above, { error });
  if (minimum !== undefined) result = result.gte(minimum, { error });
  if (maximum !== undefined) result = result.lte(maximum, { error });
  return result;
};

/** A bare number without a unit: a weight, a ratio, an exponent. */
export function plainNumber(limits: Limits = {}): z.ZodNumber {
  const error = `must be a number${limitsText(limits, String)}`;
  return limited(z.number({ error }), limits, error).meta({ title: "number" });
}

/** A whole number. */
export function count(limits: Limits = { minimum: 1 }): z.ZodNumber {
  const error = `must be a whole number${limitsText(limits, String)}`;
  return limited(z.int({ error }), limits, error).meta({ title: "whole number" });
}

const orNone = (schema: z.ZodNumber, error: string) =>
  z.union([schema, z.literal("none").transform(() => null)], { error: `${error}, or none` });

/** As `count`, or the word `none`, which becomes null. */
export const countOrNone = (limits: Limits = { minimum: 1 }) =>
  orNone(count(limits), `must be a whole number${limitsText(limits, String)}`).meta({ title: "whole number or none" });

/** As `plainNumber`, or the word `none`, which becomes null. */
export const numberOrNone = (limits: Limits = {}) =>
  orNone(plainNumber(limits), `must be a number${limitsText(limits, String)}`).meta({ title: "number or none" });

/** One of a closed list of words. */
export const word = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: `must be ${words.length === 2 ? words.join(" or ") : `one of ${words.join(", ")}`}` });

/** Free text. */
export const text = (what = "a text") => z.string({ error: `must be ${what}` });

/** A name that is safe in file names, CSV cells and on the command line. */
export const identifier = (what: string) => {
  const error = `must be ${what}: small letters, digits and hyphens, a letter first`;
  return z.string({ error }).regex(/^[a-z][a-z0-9-]*$/, { error });
};
