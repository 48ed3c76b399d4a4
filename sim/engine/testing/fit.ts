/**
 * Goodness of fit. Tests that use it fix their seeds, so they never flake; the limits say how rare a choice of seeds
 * would be under which a correct generator fails.
 */
import { expect } from "vitest";

/** Standard normal deviates beyond which 7 seeds in a million lie, both tails together. */
const DEVIATES = 4.5;

/**
 * Pearson's chi-square of `counts` against `probabilities`, normalised by the cube root of Wilson and Hilferty (1931),
 * which is close to normal from 5 degrees of freedom on. Too good a fit fails as well: chance is not that even.
 */
export function expectFits(counts: ArrayLike<number>, probabilities: ArrayLike<number>): void {
  const total = Array.from(counts).reduce((sum, count) => sum + count, 0);
  let chiSquare = 0;
  for (let cell = 0; cell < counts.length; cell++) {
    const expected = probabilities[cell]! * total;
    expect(expected, `cell ${cell} is too small for the test`).toBeGreaterThanOrEqual(5);
    const excess = counts[cell]! - expected;
    chiSquare += (excess * excess) / expected;
  }
  const freedom = counts.length - 1;
  const variance = 2 / (9 * freedom);
  const deviate = (Math.cbrt(chiSquare / freedom) - (1 - variance)) / Math.sqrt(variance);
  expect(Math.abs(deviate), `chi-square ${chiSquare} with ${freedom} degrees of freedom`).toBeLessThan(DEVIATES);
}

export function expectEven(counts: ArrayLike<number>): void {
  expectFits(
    counts,
    Array.from(counts, () => 1 / counts.length),
  );
}

/**
 * Kolmogorov and Smirnov: the largest gap between the samples' distribution and `cdf`, times sqrt(n), passes 2.5 for
 * 2 exp(-2 × 2.5²) = 7 seeds in a million. For continuous laws; on others it is stricter than that.
 */
export function expectFollows(samples: ArrayLike<number>, cdf: (x: number) => number): void {
  const sorted = Float64Array.from(samples).sort();
  const count = sorted.length;
  let gap = 0;
  sorted.forEach((x, index) => {
    const p = cdf(x);
    gap = Math.max(gap, p - index / count, (index + 1) / count - p);
  });
  expect(gap * Math.sqrt(count)).toBeLessThan(2.5);
}

/** The mean lies within so many standard errors as 7 seeds in a million leave. `deviation` is the law's, not the samples'. */
export function expectMean(samples: ArrayLike<number>, mean: number, deviation: number): void {
  const found = Array.from(samples).reduce((sum, x) => sum + x, 0) / samples.length;
  const standardErrors = (found - mean) / (deviation / Math.sqrt(samples.length));
  expect(Math.abs(standardErrors), `mean ${found} for ${mean}`).toBeLessThan(DEVIATES);
}

/** A count of `trials` independent events of probability `p`, within the same limit (normal approximation). */
export function expectShare(count: number, trials: number, p: number): void {
  const deviates = (count - trials * p) / Math.sqrt(trials * p * (1 - p));
  expect(Math.abs(deviates), `${count} of ${trials} for a share of ${p}`).toBeLessThan(DEVIATES);
}

/** Φ by Marsaglia's series ("Evaluating the normal distribution", 2004), exact to about 1e-15 for |x| < 7. */
export function normalCdf(x: number): number {
  if (Math.abs(x) > 7) return x < 0 ? 0 : 1;
  let term = x;
  let sum = x;
  for (let i = 3; term / sum > 1e-17; i += 2) {
    term *= (x * x) / i;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}
