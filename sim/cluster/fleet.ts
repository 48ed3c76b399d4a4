/** One balancer's view of the fleet: whom it would send a request to, and how many of its requests are where. */
import type { FleetView } from "../balancing/algorithm.ts";

export class Fleet implements FleetView {
  readonly count: number;
  readonly weight: Float64Array;
  readonly inFlight: Int32Array;
  readonly eligible: Int32Array;
  eligibleCount = 0;
  readonly isEligible: Uint8Array;
  version = 0;

  constructor(weight: Float64Array) {
    this.count = weight.length;
    this.weight = weight.slice();
    this.inFlight = new Int32Array(this.count);
    this.eligible = new Int32Array(this.count);
    this.isEligible = new Uint8Array(this.count);
  }

  /** Returns whether anything changed. O(n). */
  setEligible(server: number, eligible: boolean): boolean {
    if ((this.isEligible[server] === 1) === eligible) return false;
    this.isEligible[server] = eligible ? 1 : 0;
    this.version++;
    this.eligibleCount = 0;
    for (let other = 0; other < this.count; other++) {
      if (this.isEligible[other] === 1) this.eligible[this.eligibleCount++] = other;
    }
    return true;
  }

  /** Makes several servers eligible at once. O(n). */
  admit(servers: readonly number[]): void {
    for (const server of servers) this.isEligible[server] = 1;
    this.version++;
    this.eligibleCount = 0;
    for (let other = 0; other < this.count; other++) {
      if (this.isEligible[other] === 1) this.eligible[this.eligibleCount++] = other;
    }
  }
}
