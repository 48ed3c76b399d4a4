/** What a scenario says its run will show, in numbers. */
import { z } from "zod";
import { type MetricName, metrics } from "../../sim/metrics/catalogue.ts";
import { formatQuantity, parseQuantity, quantityOfUnit } from "../units.ts";
import { closed, complete, type UnknownWordParams } from "./closed.ts";
import { identifier, quantityRule } from "./quantities.ts";

interface Expected {
  readonly strategy: string;
  readonly metric: MetricName;
  /** The metric is divided by this strategy's before it is compared; null compares the metric itself. */
  readonly relativeTo: string | null;
  /** For people: `redis-sessions: sessionsLost equals 0`. */
  readonly text: string;
}

/**
 * A claim about a metric's mean over the runs.
 *
 * `value`, `low` and `high` are in the metric's own unit (ms, bytes, a fraction, …), or plain ratios under `relativeTo`.
 */
export type Expectation = Expected &
  (
    | { readonly comparison: "equals" | "below" | "above" | "atMost" | "atLeast"; readonly value: number }
    | { readonly comparison: "between"; readonly low: number; readonly high: number }
  );

const comparisons = ["equals", "below", "above", "atMost", "atLeast"] as const;
const inWords = {
  equals: "equals",
  below: "is below",
  above: "is above",
  atMost: "is at most",
  atLeast: "is at least",
};

const params: UnknownWordParams = { rule: "unknown name", what: "metric", known: metrics.map(({ name }) => name) };
const metricByName = z
  .string({ error: "must be the name of a metric" })
  .meta({ enum: metrics.map(({ name }) => name) })
  .transform((name, context) => {
    const metric = metrics.find((candidate) => candidate.name === name);
    if (metric !== undefined) return metric;
    context.issues.push({ code: "custom", message: "", input: name, params });
    return z.NEVER;
  });

const value = z
  .union([z.number(), z.string()], { error: "must be a value in the metric's unit" })
  .meta({ title: "value in the metric's unit" });

export const expectation = closed({
  strategy: identifier("a strategy's name").describe("The strategy that is spoken of."),
  metric: metricByName.describe("Its metric: the mean over the runs."),
  equals: value.describe("Exactly this value.").optional(),
  below: value.describe("Less than this value.").optional(),
  above: value.describe("More than this value.").optional(),
  atMost: value.describe("This value or less.").optional(),
  atLeast: value.describe("This value or more.").optional(),
  between: z
    .tuple([value, value], { error: "must be a pair [low, high]" })
    .meta({ title: "[low, high]", description: "One of the two values or anything between them." })
    .optional(),
  relativeTo: identifier("a strategy's name")
    .describe("Divide by this strategy's value first; the comparison is then with a plain ratio.")
    .optional(),
}).transform((given, context): Expectation => {
  const { strategy, metric, relativeTo = null, between } = given;
  const used = [...comparisons, "between" as const].filter((comparison) => given[comparison] !== undefined);
  if (used.length !== 1) {
    const found = used.join(" and ") || "none";
    const message = `must have exactly one comparison, found ${found}\nknown: ${comparisons.join(", ")}, between`;
    context.issues.push({ code: "custom", message, input: given, params: complete });
    return z.NEVER;
  }
  const kind = relativeTo === null ? quantityOfUnit.get(metric.unit) : undefined;
  const read = (input: number | string, path: readonly (string | number)[]): number => {
    const number = kind === undefined ? input : parseQuantity(kind, String(input));
    if (typeof number === "number") return number;
    const rule = kind === undefined ? "must be a plain number" : quantityRule(kind);
    const why = relativeTo === null ? `${metric.name} is measured in ${metric.unit}` : "relativeTo compares a ratio";
    context.issues.push({ code: "custom", path: [...path], message: `${rule}\n${why}`, input });
    return Number.NaN;
  };
  const show = (number: number): string => (kind === undefined ? String(number) : formatQuantity(kind, number));
  const base = { strategy, metric: metric.name, relativeTo };
  const subject = `${strategy}: ${metric.name}${relativeTo === null ? "" : ` ÷ that of ${relativeTo}`}`;
  if (between !== undefined) {
    const [low, high] = [read(between[0], ["between", 0]), read(between[1], ["between", 1])];
    if (low > high) {
      const message = "must be a pair [low, high] with the lower value first";
      context.issues.push({ code: "custom", path: ["between"], message, input: between });
    }
    return { ...base, comparison: "between", low, high, text: `${subject} is between ${show(low)} and ${show(high)}` };
  }
  const [comparison = "equals"] = comparisons.filter((candidate) => given[candidate] !== undefined);
  const number = read(given[comparison] ?? Number.NaN, [comparison]);
  return { ...base, comparison, value: number, text: `${subject} ${inWords[comparison]} ${show(number)}` };
});
