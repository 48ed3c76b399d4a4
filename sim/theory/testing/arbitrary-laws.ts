/** Any law of a quantity around a given size, for swarms of scenarios. */
import fc from "fast-check";
import type { Distribution } from "../../index.ts";

/** Whole numbers shrink well; a twentieth is fine enough a step. */
export const share = fc.integer({ min: 0, max: 20 }).map((twentieths) => twentieths / 20);

/** A quantity of mean about `scale`: zero now and then, light tails and heavy ones. */
export function law(scale: number): fc.Arbitrary<Distribution> {
  const size = fc.integer({ min: 1, max: 20 }).map((tenths) => (scale * tenths) / 10);
  const cv = fc.integer({ min: 2, max: 30 }).map((tenths) => tenths / 10);
  return fc.oneof(
    { weight: 3, arbitrary: size.map((value) => ({ law: "constant" as const, value })) },
    { weight: 3, arbitrary: size.map((mean) => ({ law: "exponential" as const, mean })) },
    fc.constant({ law: "constant" as const, value: 0 }),
    size.map((high) => ({ law: "uniform" as const, low: 0, high })),
    fc.record({ mean: size, standardDeviation: size }).map((given) => ({ law: "normal" as const, ...given })),
    fc.record({ mean: size, cv }).map((given) => ({ law: "lognormal" as const, ...given })),
    size.map((minimum) => ({ law: "pareto" as const, minimum: minimum / 3, shape: 1.5, maximum: minimum * 20 })),
    fc.record({ mean: size, shape: fc.constantFrom(0.5, 1, 4) }).map((given) => ({ law: "gamma" as const, ...given })),
    fc
      .record({ mean: size, cv: cv.map((x) => 1 + x) })
      .map((given) => ({ law: "hyperexponential" as const, ...given })),
    size.map((mean) => ({ law: "weibull" as const, shape: 0.7, scale: mean })),
    fc
      .array(size, { minLength: 1, maxLength: 3 })
      .map((values) => ({ law: "empirical" as const, values, weights: values.map((_, index) => index + 1) })),
  );
}

/** As `law`, but never always zero: time has to pass somewhere. */
export const positiveLaw = (scale: number): fc.Arbitrary<Distribution> =>
  law(scale).filter((given) => given.law !== "constant" || given.value > 0);

/** A number of requests or sessions, 1 more often than not. */
export const countLaw: fc.Arbitrary<Distribution> = fc.oneof(
  fc.integer({ min: 1, max: 5 }).map((value) => ({ law: "constant" as const, value })),
  fc.integer({ min: 1, max: 8 }).map((mean) => ({ law: "geometric" as const, mean })),
  fc.record({ count: fc.integer({ min: 1, max: 10 }) }).map(({ count }) => ({
    law: "zipf" as const,
    count,
    exponent: 1,
  })),
);
