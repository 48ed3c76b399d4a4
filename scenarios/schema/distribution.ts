/** Laws of random quantities: a bare value is a constant, a map with one key is a law. */
import { z } from "zod";
import type { Distribution } from "../../sim/scenario.ts";
import { closed, exactlyOne } from "./closed.ts";
import { count, duration, plainNumber, size } from "./quantities.ts";

type Amount = z.ZodType<number, unknown>;

const positive = { above: 0 };

/** The laws that any quantity may follow; `amount` is a value in the quantity's own unit, `scale` one above zero. */
const lawsOf = (amount: Amount, scale: Amount) => {
  const mean = scale.describe("Its mean.");
  const cv = plainNumber(positive).describe("Coefficient of variation: standard deviation ÷ mean.");
  const shape = plainNumber(positive).describe("Shape, without a unit.");
  return {
    exponential: scale.describe("Exponential with this mean.").optional(),
    uniform: z
      .tuple([amount, amount], { error: "must be a pair [low, high]" })
      .describe("Uniform between the two values.")
      .refine(([low, high]) => low <= high, { error: "must be a pair [low, high] with the lower value first" })
      .optional(),
    normal: closed({ mean, standardDeviation: amount.describe("In the quantity's own unit.") })
      .describe("Normal; a negative draw counts as 0.")
      .optional(),
    lognormal: closed({ mean, cv }).describe("Lognormal, by its own mean and coefficient of variation.").optional(),
    pareto: closed({
      minimum: scale.describe("The smallest value."),
      shape,
      maximum: scale.describe("The largest value; without bound when absent.").optional(),
    })
      .describe("P(X > x) = (minimum ÷ x)^shape.")
      .optional(),
    gamma: closed({ mean, shape }).describe("Gamma by mean and shape.").optional(),
    erlang: closed({ mean, phases: count().describe("Number of exponentials.") })
      .describe("The sum of equal exponentials.")
      .optional(),
    hyperexponential: closed({
      mean,
      cv: plainNumber({ minimum: 1 }).describe("Coefficient of variation, at least 1."),
    })
      .describe("Two exponential phases with balanced means.")
      .optional(),
    weibull: closed({ shape, scale: scale.describe("Scale, in the quantity's own unit.") })
      .describe("Weibull by shape and scale.")
      .optional(),
    empirical: empirical(amount)
      .describe("One of the values, with probability in proportion to its weight.")
      .optional(),
  };
};

const empirical = (amount: Amount) =>
  closed({
    values: z
      .array(amount, { error: "must be a list of values" })
      .min(1, { error: "must hold at least one value" })
      .describe("What can be drawn."),
    weights: z
      .array(plainNumber({ minimum: 0 }), { error: "must be a list of numbers" })
      .describe("One for each value; equal when absent.")
      .optional(),
  }).superRefine(({ values, weights }, context) => {
    if (weights === undefined || !Array.isArray(values)) return;
    const message =
      weights.length !== values.length
        ? `must hold one weight for each of the ${values.length} values`
        : weights.some((weight) => weight > 0)
          ? null
          : "must hold at least one weight above zero";
    if (message !== null) context.addIssue({ code: "custom", message, path: ["weights"], input: weights });
  });

/** The laws on 1, 2, 3, …, for numbers of things. */
const countLaws = () => ({
  geometric: plainNumber({ minimum: 1 }).describe("On 1, 2, 3, … with this mean.").optional(),
  zipf: closed({
    count: count().describe("The largest value."),
    exponent: plainNumber({ minimum: 0 }).describe("0 makes all values equally likely."),
  })
    .describe("On 1 … count, P(k) in proportion to k^-exponent.")
    .optional(),
});

type LawSchemas = ReturnType<typeof lawsOf> & Partial<ReturnType<typeof countLaws>>;
type Laws = { readonly [law in keyof LawSchemas]?: z.output<NonNullable<LawSchemas[law]>> };

/** The law that was given. The schema lets exactly one through. */
function lawOf(laws: Laws): Distribution {
  const { exponential, uniform, normal, lognormal, pareto, gamma, erlang, hyperexponential, weibull, empirical } = laws;
  if (exponential !== undefined) return { law: "exponential", mean: exponential };
  if (uniform !== undefined) return { law: "uniform", low: uniform[0], high: uniform[1] };
  if (normal !== undefined) return { law: "normal", mean: normal.mean, standardDeviation: normal.standardDeviation };
  if (lognormal !== undefined) return { law: "lognormal", mean: lognormal.mean, cv: lognormal.cv };
  if (pareto !== undefined) {
    return { law: "pareto", minimum: pareto.minimum, shape: pareto.shape, maximum: pareto.maximum ?? null };
  }
  if (gamma !== undefined) return { law: "gamma", mean: gamma.mean, shape: gamma.shape };
  if (erlang !== undefined) return { law: "gamma", mean: erlang.mean, shape: erlang.phases };
  if (hyperexponential !== undefined) {
    return { law: "hyperexponential", mean: hyperexponential.mean, cv: hyperexponential.cv };
  }
  if (weibull !== undefined) return { law: "weibull", shape: weibull.shape, scale: weibull.scale };
  if (empirical !== undefined) {
    return { law: "empirical", values: empirical.values, weights: empirical.weights ?? empirical.values.map(() => 1) };
  }
  if (laws.geometric !== undefined) return { law: "geometric", mean: laws.geometric };
  if (laws.zipf !== undefined) return { law: "zipf", count: laws.zipf.count, exponent: laws.zipf.exponent };
  throw new RangeError("lawOf: the map holds no law");
}

const constant = (value: number): Distribution => ({ law: "constant", value });

const orLaw = (form: string) => ({ error: `must be ${form} (a constant), or a law such as { exponential: … }` });

/** A random time: `40ms`, or a law whose parameters are durations. */
export const durationLaw = () =>
  z
    .union(
      [
        duration().transform(constant),
        exactlyOne(lawsOf(duration(), duration(positive)), "distribution").transform(lawOf),
      ],
      orLaw("a duration such as 40ms"),
    )
    .meta({ title: "duration or law" });

/** A random size: `6KiB`, or a law whose parameters are sizes. */
export const sizeLaw = () =>
  z
    .union(
      [size().transform(constant), exactlyOne(lawsOf(size(), size(positive)), "distribution").transform(lawOf)],
      orLaw("a size such as 6KiB"),
    )
    .meta({ title: "size or law" });

/** A random number of things: `12`, or a law whose parameters are plain numbers. */
export const countLaw = () =>
  z
    .union(
      [
        count().transform(constant),
        exactlyOne(
          { ...countLaws(), ...lawsOf(plainNumber({ minimum: 0 }), plainNumber(positive)) },
          "distribution",
        ).transform(lawOf),
      ],
      orLaw("a whole number of at least 1"),
    )
    .meta({ title: "number or law" });
