/**
 * Draws from the laws of `sim/scenario.ts`: one sampler for each quantity of the model.
 *
 * `draw(entity, k)` is a function of (seed, purpose, entity, k) alone; laws that need several numbers take them from
 * within that draw. Every function used is exact, so the bits are the same on every engine.
 */
import type { Distribution } from "../scenario.ts";
import { Draws } from "./draws.ts";
import { exp, ln, lnGamma, pow } from "./exact.ts";

type Law = (draws: Draws) => number;

const CONSTANT = 0;
const EXPONENTIAL = 1;
const OTHER = 2;

export class Sampler {
  private readonly form: number;
  /** The last draw, and the mean of an exponential: in an array, so that they are never turned into objects. */
  private readonly value = new Float64Array(2);
  private readonly law: Law;
  private readonly draws: Draws;

  constructor(distribution: Distribution, seed: number, purpose: string) {
    this.draws = new Draws(seed, purpose);
    this.form = distribution.law === "constant" ? CONSTANT : distribution.law === "exponential" ? EXPONENTIAL : OTHER;
    if (distribution.law === "constant") this.value[0] = distribution.value;
    if (distribution.law === "exponential") this.value[1] = distribution.mean;
    this.law = lawOf(distribution);
  }

  /** True for a quantity that never varies; then it takes no draw. */
  get isConstant(): boolean {
    return this.form === CONSTANT;
  }

  /** Draw `k` of `entity`. */
  draw(entity: number, k: number): number {
    const { value } = this;
    if (this.form === EXPONENTIAL) value[0] = this.draws.at(entity, k).exponential() * value[1]!;
    else if (this.form === OTHER) value[0] = this.law(this.draws.at(entity, k));
    return value[0]!;
  }

  /** Draw `k` of the entity with these words into `target[index]`, for the hot path: a returned number would be an object. */
  drawInto(target: Float64Array, index: number, low: number, high: number, k: number): void {
    if (this.form === EXPONENTIAL) target[index] = this.draws.atWords(low, high, k).exponential() * this.value[1]!;
    else if (this.form === CONSTANT) target[index] = this.value[0]!;
    else target[index] = this.law(this.draws.atWords(low, high, k));
  }
}

/** The mean of a law, in its own unit. */
export function meanOf(distribution: Distribution): number {
  switch (distribution.law) {
    case "constant":
      return distribution.value;
    case "uniform":
      return (distribution.low + distribution.high) / 2;
    case "normal":
      return cutNormalMean(distribution.mean, distribution.standardDeviation);
    case "pareto":
      return paretoMean(distribution.minimum, distribution.shape, distribution.maximum);
    case "weibull":
      return distribution.scale * exp(lnGamma(1 + 1 / distribution.shape));
    case "zipf": {
      const weights = zipfWeights(distribution.count, distribution.exponent);
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      return weights.reduce((sum, weight, index) => sum + weight * (index + 1), 0) / total;
    }
    case "empirical": {
      const total = distribution.weights.reduce((sum, weight) => sum + weight, 0);
      return distribution.values.reduce((sum, value, index) => sum + value * distribution.weights[index]!, 0) / total;
    }
    default:
      return distribution.mean;
  }
}

function lawOf(distribution: Distribution): Law {
  switch (distribution.law) {
    case "constant":
      return () => distribution.value;
    case "exponential":
      return (draws) => draws.exponential() * distribution.mean;
    case "uniform":
      return (draws) => distribution.low + draws.uniform() * (distribution.high - distribution.low);
    case "normal":
      return (draws) => Math.max(0, distribution.mean + draws.normal() * distribution.standardDeviation);
    case "lognormal": {
      const variance = ln(1 + distribution.cv * distribution.cv);
      const mu = ln(distribution.mean) - variance / 2;
      const sigma = Math.sqrt(variance);
      return (draws) => exp(mu + sigma * draws.normal());
    }
    case "pareto":
      return pareto(distribution.minimum, distribution.shape, distribution.maximum);
    case "gamma":
      return gamma(distribution.mean, distribution.shape);
    case "hyperexponential": {
      const cv2 = distribution.cv * distribution.cv;
      const first = (1 + Math.sqrt((cv2 - 1) / (cv2 + 1))) / 2;
      return (draws) => {
        const share = draws.uniform() < first ? first : 1 - first;
        return (draws.exponential() * distribution.mean) / (2 * share);
      };
    }
    case "weibull":
      return (draws) => distribution.scale * pow(draws.exponential(), 1 / distribution.shape);
    case "geometric": {
      if (distribution.mean <= 1) return () => 1;
      // By inversion: P(N > n) = (1 - 1/mean)^n.
      const lnFailure = ln(1 - 1 / distribution.mean);
      return (draws) => 1 + Math.floor(ln(1 - draws.uniform()) / lnFailure);
    }
    case "zipf":
      return indexed(zipfWeights(distribution.count, distribution.exponent), (index) => index + 1);
    case "empirical":
      return indexed(distribution.weights, (index) => distribution.values[index]!);
  }
}

/** By inversion; a maximum truncates the law (a bounded Pareto), it does not pile up at the end. */
function pareto(minimum: number, shape: number, maximum: number | null): Law {
  const covered = maximum === null ? 1 : 1 - pow(minimum / maximum, shape);
  return (draws) => minimum * pow(1 - draws.uniform() * covered, -1 / shape);
}

/** E max(0, X) = μ Φ(μ/σ) + σ φ(μ/σ), with Φ by Marsaglia's series ("Evaluating the normal distribution", 2004). */
function cutNormalMean(mean: number, standardDeviation: number): number {
  // Beyond 8 standard deviations the cut takes less than rounding does.
  if (mean >= 8 * standardDeviation) return mean;
  const x = mean / standardDeviation;
  const density = exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  let term = x;
  let sum = x;
  for (let i = 3; sum + term !== sum; i += 2) {
    term *= (x * x) / i;
    sum += term;
  }
  return mean * (0.5 + sum * density) + standardDeviation * density;
}

function paretoMean(minimum: number, shape: number, maximum: number | null): number {
  if (maximum === null) return shape <= 1 ? Infinity : (minimum * shape) / (shape - 1);
  const covered = 1 - pow(minimum / maximum, shape);
  if (shape === 1) return (minimum * ln(maximum / minimum)) / covered;
  return ((pow(minimum, shape) * shape) / (shape - 1) / covered) * (pow(minimum, 1 - shape) - pow(maximum, 1 - shape));
}

/** Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26(3), 2000. */
function gamma(mean: number, shape: number): Law {
  // Below shape 1, draw at shape + 1 and scale down by a power of a uniform (their section 6).
  const boosted = shape < 1 ? shape + 1 : shape;
  const d = boosted - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  const scale = mean / shape;
  return (draws) => {
    for (;;) {
      const x = draws.normal();
      const t = 1 + c * x;
      if (t <= 0) continue;
      const v = t * t * t;
      const u = 1 - draws.uniform();
      if (ln(u) < 0.5 * x * x + d - d * v + d * ln(v)) {
        const boost = shape < 1 ? pow(1 - draws.uniform(), 1 / shape) : 1;
        return scale * d * v * boost;
      }
    }
  };
}

function zipfWeights(count: number, exponent: number): number[] {
  return Array.from({ length: count }, (_, index) => pow(index + 1, -exponent));
}

/** Draws an index in proportion to `weights` by Walker's alias method (Vose 1991): O(1) a draw for any number of values. */
function indexed(weights: readonly number[], valueAt: (index: number) => number): Law {
  const table = new AliasTable(weights);
  return (draws) => valueAt(table.draw(draws));
}

export class AliasTable {
  /** Index i with probability proportional to (i + 1)^-exponent. */
  static zipf(count: number, exponent: number): AliasTable {
    return new AliasTable(zipfWeights(count, exponent));
  }

  private readonly threshold: Float64Array;
  private readonly alias: Int32Array;

  constructor(weights: readonly number[]) {
    const count = weights.length;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    this.threshold = Float64Array.from(weights, (weight) => (weight * count) / total);
    this.alias = Int32Array.from(weights, (_, index) => index);
    const small: number[] = [];
    const large: number[] = [];
    this.threshold.forEach((share, index) => {
      (share < 1 ? small : large).push(index);
    });
    while (small.length > 0 && large.length > 0) {
      const poor = small.pop()!;
      const rich = large[large.length - 1]!;
      this.alias[poor] = rich;
      this.threshold[rich]! -= 1 - this.threshold[poor]!;
      if (this.threshold[rich]! < 1) small.push(large.pop()!);
    }
    // What rounding left over is a full column.
    for (const index of small.concat(large)) this.threshold[index] = 1;
  }

  draw(draws: Draws): number {
    const scaled = draws.uniform() * this.threshold.length;
    const column = Math.floor(scaled);
    return scaled - column < this.threshold[column]! ? column : this.alias[column]!;
  }
}
