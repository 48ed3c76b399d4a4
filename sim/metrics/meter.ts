/**
 * Counts requests and times their answers. A request is measured when it was meant to be sent after warm-up, so that
 * offered = answered + refused + failed + timed out + in flight holds for the measured ones too.
 */

import { FLOATS, INTENDED_AT_MS, type Requests } from "../cluster/requests.ts";
import { floatZero } from "../engine/float-zero.ts";
import type { Clock } from "../engine/kernel.ts";
import { Histogram } from "./histogram.ts";

/** How a request can end. */
export const ANSWERED = 0;
export const REFUSED = 1;
export const FAILED = 2;
export const TIMED_OUT = 3;

export class Meter {
  /** All of the run. */
  offered = 0;
  readonly ended = new Float64Array(4);
  /** Those that were meant to be sent before the end of warm-up: soon there are no more of them. */
  offeredUnmeasured = 0;
  readonly endedUnmeasured = new Float64Array(4);
  fresh = 0;
  retries = 0;
  /** Over measured and answered requests. */
  readonly responseTimeMs = new Histogram();
  networkMs = floatZero();
  waitingMs = floatZero();
  /** In balancers' queues. */
  heldMs = floatZero();
  /** From the start of the work to its end. */
  serviceMs = floatZero();
  stateMs = floatZero();

  /** Counted after warm-up, whenever the request was meant to be sent. */
  redispatches = 0;
  replicationMessages = 0;
  replicationBytes = 0;
  storeOperations = 0;
  cookieBytes = 0;
  /** Reads of sessions that had been revoked. */
  revokedReads = 0;
  /** Reports, probes and answers to probes. */
  balancerMessages = 0;
  zoneCrossings = 0;
  /** Index in `affinityLetters`. */
  readonly outcomes = new Float64Array(7);

  /** Both sides of Little's law over the whole run: requests in the system over time, and the time each spent there. */
  private inSystem = 0;
  private inSystemMs = floatZero();
  private sinceMs = floatZero();
  private sojournOfEndedMs = floatZero();

  private readonly clock: Clock;
  private readonly requests: Requests;

  constructor(clock: Clock, requests: Requests) {
    this.clock = clock;
    this.requests = requests;
  }

  enter(): void {
    const { nowMs } = this.clock;
    this.offered++;
    this.inSystemMs += (nowMs - this.sinceMs) * this.inSystem;
    this.sinceMs = nowMs;
    this.inSystem++;
  }

  leave(how: number, slot: number): void {
    const { nowMs } = this.clock;
    this.ended[how]!++;
    this.inSystemMs += (nowMs - this.sinceMs) * this.inSystem;
    this.sinceMs = nowMs;
    this.inSystem--;
    this.sojournOfEndedMs += nowMs - this.requests.floats[slot * FLOATS + INTENDED_AT_MS]!;
  }

  get offeredMeasured(): number {
    return this.offered - this.offeredUnmeasured;
  }

  /** Measured requests that have ended in the way `how`. */
  endedMeasured(how: number): number {
    return this.ended[how]! - this.endedUnmeasured[how]!;
  }

  get unmeasuredInFlight(): number {
    return this.endedUnmeasured.reduce((left, ended) => left - ended, this.offeredUnmeasured);
  }

  get inFlight(): number {
    return this.inSystem;
  }

  /** The end of warm-up: what has been counted by time, not by request, starts again. */
  startMeasuring(): void {
    this.redispatches = 0;
    this.replicationMessages = 0;
    this.replicationBytes = 0;
    this.storeOperations = 0;
    this.cookieBytes = 0;
    this.revokedReads = 0;
    this.balancerMessages = 0;
    this.zoneCrossings = 0;
    this.outcomes.fill(0);
  }

  /**
   * Little's law on the sample path: the time integral of requests in the system equals the sum of their times there.
   * The two sums are formed in different orders, so they differ by rounding only: 1e-9 of their size is far above it.
   * @throws Error when a law is broken: a defect of the model, never of the scenario.
   */
  check(endMs: number, intendedAtOfOpen: Iterable<number>): void {
    let sojournMs = this.sojournOfEndedMs;
    let open = 0;
    for (const intendedAtMs of intendedAtOfOpen) {
      sojournMs += endMs - intendedAtMs;
      open++;
    }
    const ended = this.ended.reduce((sum, count) => sum + count, 0);
    if (this.offered !== ended + open || open !== this.inSystem) {
      throw new Error(`requests do not add up: ${this.offered} offered, ${ended} ended, ${open} in flight`);
    }
    const inSystemMs = this.inSystemMs + (endMs - this.sinceMs) * this.inSystem;
    if (Math.abs(inSystemMs - sojournMs) > 1e-9 * Math.max(1, inSystemMs, this.offered)) {
      throw new Error(`Little's law is broken: ${inSystemMs} request-ms in the system, ${sojournMs} spent there`);
    }
  }
}
