/**
 * Exact results for single stations. Mean service time 1, `servers` c, arrival rate or offered load a < c where a steady
 * state is needed; times are in mean service times. Sources: L. Kleinrock, "Queueing Systems" vol. 1, 1975, unless named.
 */
import { exp } from "../engine/exact.ts";

/** Erlang B: share of arrivals lost by M/G/c/c at offered load a, whatever the service law. */
export function erlangLoss(servers: number, load: number): number {
  let loss = 1;
  for (let c = 1; c <= servers; c++) loss = (load * loss) / (c + load * loss);
  return loss;
}

/** Erlang C: share of arrivals that wait in M/M/c. */
export function erlangDelay(servers: number, load: number): number {
  const loss = erlangLoss(servers, load);
  return (servers * loss) / (servers - load * (1 - loss));
}

/** Mean wait in M/M/c, first come first served. */
export const meanWait = (servers: number, load: number): number => erlangDelay(servers, load) / (servers - load);

/** P(response time > t) in M/M/c, first come first served; c - a must not be 1. */
export function responseTail(servers: number, load: number, time: number): number {
  const spare = servers - load;
  const delay = erlangDelay(servers, load);
  return exp(-time) * (1 + (delay * (1 - exp(-(spare - 1) * time))) / (spare - 1));
}

/** Where a falling tail P(X > t) comes down to 1 - q. */
export function quantileOfTail(tail: (time: number) => number, q: number): number {
  let low = 0;
  let high = 1;
  while (tail(high) > 1 - q) high *= 2;
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (tail(middle) > 1 - q) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export interface FiniteQueue {
  /** Share of arrivals turned away. */
  readonly refused: number;
  readonly meanInSystem: number;
  /** Of those that got in. */
  readonly meanResponse: number;
}

/** M/M/c/K: K places, those in service included. */
export function finiteQueue(servers: number, places: number, load: number): FiniteQueue {
  const weights = [1];
  for (let n = 1; n <= places; n++) weights.push((weights[n - 1]! * load) / Math.min(n, servers));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const refused = weights[places]! / total;
  const meanInSystem = weights.reduce((sum, weight, n) => sum + n * weight, 0) / total;
  return { refused, meanInSystem, meanResponse: meanInSystem / (load * (1 - refused)) };
}

/** Pollaczek-Khinchine: mean wait in M/G/1, first come first served; `cv2` is the service law's squared variation. */
export const pollaczekKhinchine = (load: number, cv2: number): number => (load * (1 + cv2)) / (2 * (1 - load));

/** Mean response time of GI/M/1, 1 / (1 - s), where s = A*(1 - s) is the root below 1 of the gaps' transform A*. */
function renewalResponse(transform: (s: number) => number): number {
  let s = 0;
  for (let round = 0; round < 10_000; round++) s = transform(1 - s);
  return 1 / (1 - s);
}

/** E_n/M/1: what each of n exponential servers sees of Poisson arrivals dealt out in turn, at `load` per server. */
export const roundRobinResponse = (servers: number, load: number): number =>
  renewalResponse((s) => {
    let power = 1;
    for (let i = 0; i < servers; i++) power *= (servers * load) / (servers * load + s);
    return power;
  });

/** D/M/1: equal gaps. */
export const deterministicArrivalsResponse = (load: number): number => renewalResponse((s) => exp(-s / load));

/** M^[X]/M/1, batches of exactly `size`. */
export const fixedBatchResponse = (load: number, size: number): number => (1 + size) / (2 * (1 - load));

/** M^[X]/M/1, geometric batches of mean `size`. */
export const geometricBatchResponse = (load: number, size: number): number => size / (1 - load);

/**
 * M/M/1 whose jobs are dropped when they have not been served within `limit`, waiting and in service alike (D. Y.
 * Barrer, "Queuing with impatient customers and ordered service", Operations Research 5, 1957).
 *
 * By level crossing the density of the unfinished work x that an arrival finds is λ P0 e^{-(1-λ)x} below the limit, as
 * in M/M/1, and nothing lies above it. A job is late with probability P0 e^{-(1-λ) limit}; the server idles P0 of the time.
 */
export function droppedWhenLate(load: number, limit: number): { readonly late: number; readonly utilisation: number } {
  const decay = exp(-(1 - load) * limit);
  const idle = 1 / (1 + (load * (1 - decay)) / (1 - load));
  return { late: idle * decay, utilisation: 1 - idle };
}

/**
 * MMPP(2)/M/1: arrival rate `rates[i]` in phase i, which is left at rate `leave[i]`. Mean response time from the matrix
 * R of the quasi-birth-death process, by M. Neuts' iteration R ← -(A0 + R² A2) A1⁻¹ ("Matrix-Geometric Solutions", 1981).
 */
export function modulatedResponse(rates: readonly [number, number], leave: readonly [number, number]): number {
  type Matrix = readonly [number, number, number, number];
  const times = (p: Matrix, q: Matrix): Matrix => [
    p[0] * q[0] + p[1] * q[2],
    p[0] * q[1] + p[1] * q[3],
    p[2] * q[0] + p[3] * q[2],
    p[2] * q[1] + p[3] * q[3],
  ];
  const inverse = ([a, b, c, d]: Matrix): Matrix => {
    const determinant = a * d - b * c;
    return [d / determinant, -b / determinant, -c / determinant, a / determinant];
  };
  const within: Matrix = [-rates[0] - leave[0] - 1, leave[0], leave[1], -rates[1] - leave[1] - 1];
  const withinInverse = inverse(within);
  let ratio: Matrix = [0, 0, 0, 0];
  for (let round = 0; round < 200_000; round++) {
    const squared = times(ratio, ratio);
    ratio = times([-rates[0] - squared[0], -squared[1], -squared[2], -rates[1] - squared[3]], withinInverse);
  }
  // At level 0 nothing departs: x (B + R A2) = 0, with A2 the unit matrix, fixes x up to its sum.
  const corner = -rates[0] - leave[0] + ratio[0];
  const x: readonly [number, number] = [leave[1] + ratio[2], -corner];
  const geometric = inverse([1 - ratio[0], -ratio[1], -ratio[2], 1 - ratio[3]]);
  const row = (m: Matrix): number => x[0] * (m[0] + m[1]) + x[1] * (m[2] + m[3]);
  const meanInSystem = row(times(ratio, times(geometric, geometric))) / row(geometric);
  const meanRate = (rates[0] * leave[1] + rates[1] * leave[0]) / (leave[0] + leave[1]);
  return meanInSystem / meanRate;
}
