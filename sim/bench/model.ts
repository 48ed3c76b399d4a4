/**
 * The model that every system of the benchmark runs, LB-1 of `reference.cpp`: Poisson arrivals at rho × N, N servers with
 * one worker each, first come first served, exponential service with mean 1, a dispatcher that sees the exact number in
 * system. Starts empty, stops at the last completion asked for, does not record the first tenth.
 */

export const policies = ["random", "jsq", "p2c"] as const;
export type Policy = (typeof policies)[number];

export const RHO = 0.9;

export interface Case {
  readonly policy: Policy;
  readonly servers: number;
  readonly requests: number;
  readonly seed: number;
}

/** What came out of a run: the requests that it simulated and their response times, in mean service times. */
export interface Outcome {
  readonly requests: number;
  readonly mean: number;
  readonly p99: number;
}

export interface Measurement extends Outcome {
  /** Processor seconds of the run loop, compiler and collector threads included. */
  readonly cpuSec: number;
  readonly peakMegabytes: number;
}

/** Response times; p99 from 64 buckets an octave, the reference's resolution. */
export class Latencies {
  private readonly count = new Uint32Array(64 * 64);
  /** What `addSample` adds: a number handed over as an argument may have to be made an object. */
  readonly sample = new Float64Array(1);
  /** The same eight bytes; the second word is the upper one on every processor that node runs on. */
  private readonly words = new Uint32Array(this.sample.buffer);
  private total = 0;
  private sum = 0;

  add(latency: number): void {
    this.sample[0] = latency;
    this.addSample();
  }

  addSample(): void {
    // Exponent and the six highest bits of the mantissa, from 2^-32 to 2^32.
    const bucket = (this.words[1]! >>> 14) - ((1023 - 32) << 6);
    this.count[Math.min(Math.max(bucket, 0), this.count.length - 1)]!++;
    this.total++;
    this.sum += this.sample[0]!;
  }

  outcome(requests: number): Outcome {
    return { requests, mean: this.sum / this.total, p99: this.quantile(0.99) };
  }

  private quantile(q: number): number {
    const wanted = Math.ceil(q * this.total);
    let seen = 0;
    const bucket = this.count.findIndex((count) => (seen += count) >= wanted);
    this.words[0] = 0;
    this.words[1] = (bucket + ((1023 - 32) << 6)) << 14;
    // The middle of the bucket, near enough.
    return this.sample[0]! * (1 + 1 / 128);
  }
}

/** Mean response time where theory has one: M/M/1 for random, Mitzenmacher's limit for P2C in large fleets. */
export function theoreticalMean(policy: Policy, servers: number): number | null {
  if (policy === "random") return 1 / (1 - RHO);
  if (policy !== "p2c" || servers < 1000) return null;
  let mean = 0;
  // rho^(2^i - 2) for i = 1, 2, …: each term is the square of the one before, times rho squared.
  for (let term = 1; term > 1e-18; term = term * term * RHO * RHO) mean += term;
  return mean;
}

/**
 * Largest difference of two measured means that chance explains, relative to M/M/1's mean.
 *
 * The number in an M/M/1 system, averaged over a time T, has the asymptotic variance 2 rho (1 + rho) / (1 - rho)^4 / T
 * (Whitt, "Planning queueing simulations", 1989). T is the time of all servers together; five standard errors. The other
 * policies vary less.
 */
export function meanTolerance(requestsA: number, requestsB: number): number {
  const perTime = (2 * RHO * (1 + RHO)) / (1 - RHO) ** 4;
  const inSystem = RHO / (1 - RHO);
  const times = 1 / ((0.9 * requestsA) / RHO) + 1 / ((0.9 * requestsB) / RHO);
  return (5 * Math.sqrt(perTime * times)) / inSystem;
}
