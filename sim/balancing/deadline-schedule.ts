import type { Draws } from "../engine/draws.ts";
import type { FleetView } from "./algorithm.ts";
import { isOpen } from "./candidates.ts";
import { ServerHeap } from "./server-heap.ts";

/** Turns from which a random start is drawn. Envoy draws from more, at the price of deadlines that rounding decides. */
const STARTS = 1 << 20;

/** A weight of 0 is due after everybody else has had a million turns for each of its weight. */
const least = (weight: number): number => (weight > 0 ? weight : 1e-6);

/**
 * Envoy's schedule of earliest deadlines: a server that is put in at time t is due at t + 1 / weight, the earliest is taken
 * first and its deadline becomes the time. Equal deadlines are taken in the order of putting in. Time is in rounds of
 * weight 1.
 */
export class DeadlineSchedule {
  private readonly byDeadline: ServerHeap;
  private now = 0;

  constructor(servers: number) {
    this.byDeadline = new ServerHeap(servers);
  }

  /** When `server` is due; it counts only while the server is in the schedule. */
  dueAt(server: number): number {
    return this.byDeadline.keyOf(server);
  }

  /**
   * Starts anew with the eligible servers, as after `turns` turns: everybody's whole turns at once, the rest one by one.
   * O(n log n).
   */
  fill(fleet: FleetView, weightOf: (server: number) => number, turns: number): void {
    for (let server = 0; server < fleet.count; server++) this.byDeadline.remove(server);
    this.now = 0;
    let total = 0;
    for (let i = 0; i < fleet.eligibleCount; i++) total += least(weightOf(fleet.eligible[i]!));
    let left = turns;
    for (let i = 0; i < fleet.eligibleCount; i++) {
      const server = fleet.eligible[i]!;
      const weight = least(weightOf(server));
      const taken = Math.floor((turns * weight) / total);
      left -= taken;
      this.now = Math.max(this.now, taken / weight);
      this.byDeadline.put(server, (taken + 1) / weight);
    }
    for (; left > 0; left--) {
      const server = this.take();
      this.put(server, weightOf(server));
    }
  }

  /** A deadline so far off that a turn no longer adds to it stays; the server goes behind its equals all the same. */
  private put(server: number, weight: number): void {
    const deadline = this.now + 1 / least(weight);
    if (deadline === this.byDeadline.keyOf(server)) this.byDeadline.remove(server);
    this.byDeadline.put(server, deadline);
  }

  /**
   * The server whose turn it is among those that may have the request; there is one beside `avoid`. Those that may not have
   * had their turn, as when Envoy's retry predicate rejects a host, but no more of them than there are servers: somebody's
   * turn may be ages away.
   */
  next(fleet: FleetView, avoid: number, weightOf: (server: number) => number): number {
    for (let turn = 0; turn < fleet.eligibleCount; turn++) {
      const server = this.take();
      this.put(server, weightOf(server));
      if (isOpen(fleet, server, avoid)) return server;
    }
    const server = this.byDeadline.firstOpen(fleet, avoid);
    this.put(server, weightOf(server));
    return server;
  }

  /** The server that is due first, which is to be put again; the schedule is not empty. */
  private take(): number {
    const server = this.byDeadline.first(-1);
    // Somebody whose whole turns ended earlier than another's may be due before the time of the start.
    this.now = Math.max(this.now, this.byDeadline.keyOf(server));
    return server;
  }
}

export const randomStartKnob = {
  unit: "flag",
  default: true,
  summary: "Begin at a random point of the cycle, so that many balancers do not begin in step.",
} as const;

/** Turns that have passed before the first decision: a function of the seed alone, the same at every rebuild. */
export const startOf = (draws: Draws, isRandom: boolean): number => (isRandom ? draws.at(1, 0).below(STARTS) : 0);
