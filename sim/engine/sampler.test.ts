import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Distribution } from "../scenario.ts";
import { Draws } from "./draws.ts";
import { AliasTable, meanOf, Sampler } from "./sampler.ts";
import { expectFits, expectFollows, expectMean, normalCdf } from "./testing/fit.ts";

const COUNT = 60_000;

function samplesOf(distribution: Distribution): Float64Array {
  const sampler = new Sampler(distribution, 5, "samples");
  return Float64Array.from({ length: COUNT }, (_, k) => sampler.draw(k, 0));
}

interface Continuous {
  readonly distribution: Distribution;
  readonly mean: number;
  /** null where the law has none. */
  readonly variance: number | null;
  readonly cdf: (x: number) => number;
}

const erlang3 = (x: number) => 1 - Math.exp(-x) * (1 + x + (x * x) / 2);
/** Phase probability of the hyperexponential law with balanced means. */
const share = (cv: number) => (1 + Math.sqrt((cv * cv - 1) / (cv * cv + 1))) / 2;
const hyperexponential = (mean: number, cv: number) => (x: number) =>
  1 - share(cv) * Math.exp((-2 * share(cv) * x) / mean) - (1 - share(cv)) * Math.exp((-2 * (1 - share(cv)) * x) / mean);

const continuous: readonly (readonly [name: string, law: Continuous])[] = [
  [
    "exponential",
    { distribution: { law: "exponential", mean: 40 }, mean: 40, variance: 1600, cdf: (x) => 1 - Math.exp(-x / 40) },
  ],
  [
    "uniform",
    {
      distribution: { law: "uniform", low: 10, high: 30 },
      mean: 20,
      variance: 400 / 12,
      cdf: (x) => (x - 10) / 20,
    },
  ],
  [
    "lognormal",
    {
      distribution: { law: "lognormal", mean: 40, cv: 1.4 },
      mean: 40,
      variance: (40 * 1.4) ** 2,
      cdf: (x) => normalCdf((Math.log(x / 40) + Math.log(2.96) / 2) / Math.sqrt(Math.log(2.96))),
    },
  ],
  [
    "pareto with a heavy tail",
    {
      distribution: { law: "pareto", minimum: 5, shape: 1.5, maximum: null },
      mean: 15,
      variance: null,
      cdf: (x) => 1 - (5 / x) ** 1.5,
    },
  ],
  [
    "pareto with a light tail",
    {
      distribution: { law: "pareto", minimum: 5, shape: 6, maximum: null },
      mean: 6,
      // a m² / ((a - 1)² (a - 2)).
      variance: (6 * 25) / (25 * 4),
      cdf: (x) => 1 - (5 / x) ** 6,
    },
  ],
  [
    "bounded pareto",
    {
      distribution: { law: "pareto", minimum: 1, shape: 1.1, maximum: 1000 },
      mean: meanOfBounded(1, 1.1, 1000, 1),
      variance: meanOfBounded(1, 1.1, 1000, 2) - meanOfBounded(1, 1.1, 1000, 1) ** 2,
      cdf: (x) => (1 - x ** -1.1) / (1 - 1000 ** -1.1),
    },
  ],
  [
    "bounded pareto of shape 1",
    {
      distribution: { law: "pareto", minimum: 2, shape: 1, maximum: 200 },
      mean: (2 * Math.log(100)) / 0.99,
      variance: (2 * 198) / 0.99 - ((2 * Math.log(100)) / 0.99) ** 2,
      cdf: (x) => (1 - 2 / x) / 0.99,
    },
  ],
  [
    "gamma of whole shape, the Erlang law",
    { distribution: { law: "gamma", mean: 30, shape: 3 }, mean: 30, variance: 300, cdf: (x) => erlang3(x / 10) },
  ],
  [
    "gamma of shape one half, the square of a normal",
    {
      distribution: { law: "gamma", mean: 8, shape: 0.5 },
      mean: 8,
      variance: 128,
      cdf: (x) => 2 * normalCdf(Math.sqrt(x / 8)) - 1,
    },
  ],
  [
    "hyperexponential",
    {
      distribution: { law: "hyperexponential", mean: 20, cv: 3 },
      mean: 20,
      variance: 3600,
      cdf: hyperexponential(20, 3),
    },
  ],
  [
    "hyperexponential of variation 1, an exponential",
    {
      distribution: { law: "hyperexponential", mean: 20, cv: 1 },
      mean: 20,
      variance: 400,
      cdf: (x) => 1 - Math.exp(-x / 20),
    },
  ],
  [
    "weibull of shape 1/2",
    {
      distribution: { law: "weibull", shape: 0.5, scale: 10 },
      // Γ(3) = 2 and Γ(5) = 24.
      mean: 20,
      variance: 2400 - 400,
      cdf: (x) => 1 - Math.exp(-Math.sqrt(x / 10)),
    },
  ],
  [
    "weibull of shape 2",
    {
      distribution: { law: "weibull", shape: 2, scale: 10 },
      // Γ(3/2) = √π / 2 and Γ(2) = 1.
      mean: 5 * Math.sqrt(Math.PI),
      variance: 100 - 25 * Math.PI,
      cdf: (x) => 1 - Math.exp(-((x / 10) ** 2)),
    },
  ],
];

/** E X^power of a Pareto law truncated at both ends, by its integral. */
function meanOfBounded(low: number, shape: number, high: number, power: number): number {
  const covered = 1 - (low / high) ** shape;
  return (shape * low ** shape * (high ** (power - shape) - low ** (power - shape))) / ((power - shape) * covered);
}

interface Discrete {
  readonly distribution: Distribution;
  readonly mean: number;
  readonly values: readonly number[];
  readonly probabilities: readonly number[];
}

const zipfTotal = [1, 2, 3, 4, 5, 6].reduce((sum, rank) => sum + rank ** -0.8, 0);
const discrete: readonly (readonly [name: string, law: Discrete])[] = [
  [
    "geometric",
    {
      distribution: { law: "geometric", mean: 4 },
      mean: 4,
      values: Array.from({ length: 20 }, (_, i) => i + 1),
      probabilities: Array.from({ length: 20 }, (_, i) => 0.25 * 0.75 ** i),
    },
  ],
  [
    "zipf",
    {
      distribution: { law: "zipf", count: 6, exponent: 0.8 },
      mean: [1, 2, 3, 4, 5, 6].reduce((sum, rank) => sum + rank ** 0.2, 0) / zipfTotal,
      values: [1, 2, 3, 4, 5, 6],
      probabilities: [1, 2, 3, 4, 5, 6].map((rank) => rank ** -0.8 / zipfTotal),
    },
  ],
  [
    "empirical",
    {
      distribution: { law: "empirical", values: [7, 1, 200], weights: [5, 3, 2] },
      mean: 43.8,
      values: [7, 1, 200],
      probabilities: [0.5, 0.3, 0.2],
    },
  ],
];

describe("a sampler", () => {
  it.each(continuous)("of the %s law follows it, with its mean", (_name, { distribution, mean, variance, cdf }) => {
    const samples = samplesOf(distribution);
    expectFollows(samples, cdf);
    if (variance !== null) expectMean(samples, mean, Math.sqrt(variance));
    expect(Math.abs(meanOf(distribution) - mean)).toBeLessThan(1e-12 * mean);
  });

  it.each(discrete)("of the %s law has its probabilities", (_name, { distribution, mean, values, probabilities }) => {
    const samples = samplesOf(distribution);
    const counts = values.map((value) => samples.filter((sample) => sample === value).length);
    const rest = 1 - probabilities.reduce((sum, p) => sum + p, 0);
    if (rest > 1e-12) {
      expectFits([...counts, COUNT - counts.reduce((sum, count) => sum + count, 0)], [...probabilities, rest]);
    } else {
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(COUNT);
      expectFits(counts, probabilities);
    }
    expect(Math.abs(meanOf(distribution) - mean)).toBeLessThan(1e-12 * mean);
  });

  it("of the normal law cuts at zero, and its mean is that of what is left", () => {
    const samples = samplesOf({ law: "normal", mean: 50, standardDeviation: 10 });
    expectFollows(samples, (x) => normalCdf((x - 50) / 10));
    expectMean(samples, 50, 10);
    const cut = samplesOf({ law: "normal", mean: 10, standardDeviation: 10 });
    expect(Math.min(...cut)).toBe(0);
    // E max(0, X) = μ Φ(μ/σ) + σ φ(μ/σ); the spread of the cut law is below that of the whole one.
    const mean = 10 * normalCdf(1) + 10 * (Math.exp(-0.5) / Math.sqrt(2 * Math.PI));
    expectMean(cut, mean, 10);
    expect(Math.abs(meanOf({ law: "normal", mean: 10, standardDeviation: 10 }) - mean)).toBeLessThan(1e-9);
  });

  it("of a constant gives it, and takes no draw", () => {
    const sampler = new Sampler({ law: "constant", value: 12.5 }, 1, "constant");
    expect(sampler.isConstant).toBe(true);
    expect([sampler.draw(0, 0), sampler.draw(7, 3)]).toEqual([12.5, 12.5]);
    expect(meanOf({ law: "constant", value: 12.5 })).toBe(12.5);
  });

  it("of a geometric law with mean 1 always gives 1", () => {
    expect(new Set(samplesOf({ law: "geometric", mean: 1 }))).toEqual(new Set([1]));
  });

  it("of a Pareto law of shape 1 or less has no finite mean", () => {
    expect(meanOf({ law: "pareto", minimum: 1, shape: 1, maximum: null })).toBe(Infinity);
    expect(meanOf({ law: "pareto", minimum: 1, shape: 0.7, maximum: null })).toBe(Infinity);
  });

  it("gives draws that depend on entity and number alone, by whichever door", () => {
    const laws = [...continuous, ...discrete].map(([, { distribution }]) => distribution);
    const law = fc.constantFrom<Distribution>(...laws, { law: "constant", value: 3 });
    fc.assert(
      fc.property(law, fc.array(fc.tuple(fc.nat(), fc.nat(50)), { minLength: 1 }), (distribution, places) => {
        const sampler = new Sampler(distribution, 9, "places");
        const first = places.map(([entity, k]) => sampler.draw(entity, k));
        const target = new Float64Array(places.length);
        const again = new Sampler(distribution, 9, "places");
        for (let i = places.length - 1; i >= 0; i--) again.drawInto(target, i, places[i]![0], 0, places[i]![1]);
        expect([...target]).toEqual(first);
        for (const x of first) expect(x).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe("an alias table", () => {
  /** Probabilities read off the table: each column belongs to its own index up to the threshold, to its alias beyond. */
  function probabilitiesOf(table: AliasTable): number[] {
    const threshold = table["threshold"];
    const probabilities = new Array<number>(threshold.length).fill(0);
    threshold.forEach((own, column) => {
      probabilities[column]! += own / threshold.length;
      probabilities[table["alias"][column]!]! += (1 - own) / threshold.length;
    });
    return probabilities;
  }

  const weights = fc
    .array(fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1e6, noNaN: true })), { minLength: 1, maxLength: 60 })
    .filter((weights) => weights.some((weight) => weight > 0));

  it("holds each index's exact probability, to rounding", () => {
    fc.assert(
      fc.property(weights, (weights) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        probabilitiesOf(new AliasTable(weights)).forEach((probability, index) => {
          expect(Math.abs(probability - weights[index]! / total)).toBeLessThan(1e-13 * weights.length);
        });
      }),
    );
  });

  it("never draws an index of weight 0", () => {
    fc.assert(
      fc.property(weights, fc.integer(), (weights, seed) => {
        const table = new AliasTable(weights);
        const draws = new Draws(seed, "alias");
        for (let k = 0; k < 100; k++) expect(weights[table.draw(draws.at(0, k))]).toBeGreaterThan(0);
      }),
    );
  });

  it("draws in proportion", () => {
    const table = new AliasTable([1, 2, 3, 4]);
    const draws = new Draws(3, "alias");
    const counts = [0, 0, 0, 0];
    for (let k = 0; k < COUNT; k++) counts[table.draw(draws.at(0, k))]!++;
    expectFits(counts, [0.1, 0.2, 0.3, 0.4]);
  });
});
