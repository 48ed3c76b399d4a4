/** What rounds of measurements say, side by side. Pure. */
import { median } from "simple-statistics";
import type { SystemName } from "./measure.ts";
import { type Case, type Measurement, meanTolerance, type Policy, theoreticalMean } from "./model.ts";

/** Measurements of one case, by system, one for each round. */
export interface Rounds {
  readonly policy: Policy;
  readonly servers: number;
  readonly bySystem: Readonly<Partial<Record<SystemName, readonly Measurement[]>>>;
}

/** Half a bucket of each histogram, and one to spare: what two p99 of the same law may differ by. */
const BUCKETS = 0.032;

/** Million requests per processor second. */
export const speedOf = ({ requests, cpuSec }: Measurement): number => requests / cpuSec / 1e6;

/** Median over rounds of the ratio of two speeds measured in the same round. */
export function ratioOf({ bySystem }: Rounds, system: SystemName, reference: SystemName): number | null {
  const rounds = bySystem[system];
  const against = bySystem[reference];
  if (rounds === undefined || against === undefined) return null;
  return median(rounds.map((measurement, round) => speedOf(measurement) / speedOf(against[round]!)));
}

/** Median speed over the rounds. */
export function speedIn({ bySystem }: Rounds, system: SystemName): number | null {
  const rounds = bySystem[system];
  return rounds === undefined ? null : median(rounds.map(speedOf));
}

/**
 * Why a measurement cannot be right, or null: its mean and p99 against the reference's at the same length of run, and the
 * reference's mean against theory where the run is long enough to forget that it began empty.
 */
export function wrongness(given: Case, measurement: Measurement, reference: Measurement): string | null {
  const tolerance = meanTolerance(measurement.requests, reference.requests);
  const { mean, p99 } = measurement;
  if (!(Math.abs(mean - reference.mean) <= tolerance * reference.mean)) {
    return `mean ${mean.toFixed(3)}, expected ${reference.mean.toFixed(3)} ± ${(tolerance * 100).toFixed(0)} %`;
  }
  if (!(Math.abs(p99 - reference.p99) <= (2 * tolerance + BUCKETS) * reference.p99)) {
    return `p99 ${p99.toFixed(2)}, expected ${reference.p99.toFixed(2)} ± ${((2 * tolerance + BUCKETS) * 100).toFixed(0)} %`;
  }
  const theory = theoreticalMean(given.policy, given.servers);
  const perServer = measurement.requests / given.servers;
  if (theory !== null && perServer >= ENOUGH_PER_SERVER[given.policy] && Math.abs(mean - theory) > tolerance * theory) {
    return `mean ${mean.toFixed(3)}, theory has ${theory.toFixed(3)} ± ${(tolerance * 100).toFixed(0)} %`;
  }
  return null;
}

/**
 * Requests per server after which the empty beginning is forgotten. M/M/1 relaxes in 1 / (1 - sqrt(rho))² = 380 service
 * times; the first tenth is not recorded, and should be ten of those. With two choices it is an order of magnitude less.
 */
const ENOUGH_PER_SERVER = { random: 40_000, p2c: 4_000, jsq: Infinity } as const;
