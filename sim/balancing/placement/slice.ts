/** A part of a balancer's fleet as an algorithm below a placement helper sees it. */
import type { FleetView, ReportColumns, ServerIdentity } from "../algorithm.ts";

/**
 * Has eligibility, listing and weights of its own; counts, reports, bars, and which are up or drain, are the fleet's. `barredCount` is too, and so
 * may count servers outside: where it is 0 nobody in the slice is barred.
 */
export class Slice implements FleetView {
  readonly count: number;
  readonly identity: readonly ServerIdentity[];
  readonly weight: Float64Array;
  readonly inFlight: Int32Array;
  readonly eligible: Int32Array;
  eligibleCount = 0;
  readonly isEligible: Uint8Array;
  readonly isListed: Uint8Array;
  readonly isUp: Uint8Array;
  readonly isDraining: Uint8Array;
  readonly isBarred: Uint8Array;
  version = 0;
  readonly reports: ReportColumns;
  readonly sentBytes: Float64Array;
  readonly receivedBytes: Float64Array;
  private readonly fleet: FleetView;
  /** How servers will be seen from the next `commit` on. */
  private readonly nextWeight: Float64Array;
  private readonly nextEligible: Uint8Array;
  private readonly nextListed: Uint8Array;

  constructor(fleet: FleetView) {
    this.fleet = fleet;
    this.count = fleet.count;
    this.identity = fleet.identity;
    this.weight = Float64Array.from(fleet.weight);
    this.inFlight = fleet.inFlight;
    this.eligible = new Int32Array(fleet.count);
    this.isEligible = new Uint8Array(fleet.count);
    this.isListed = new Uint8Array(fleet.count);
    this.isUp = fleet.isUp;
    this.isDraining = fleet.isDraining;
    this.isBarred = fleet.isBarred;
    this.reports = fleet.reports;
    this.sentBytes = fleet.sentBytes;
    this.receivedBytes = fleet.receivedBytes;
    this.nextWeight = Float64Array.from(fleet.weight);
    this.nextEligible = new Uint8Array(fleet.count);
    this.nextListed = new Uint8Array(fleet.count);
  }

  get barredCount(): number {
    return this.fleet.barredCount;
  }

  /** How `server` will be seen. One that is not eligible in the fleet may be here. */
  set(server: number, isListed: boolean, isEligible: boolean, weight: number): void {
    this.nextListed[server] = isListed ? 1 : 0;
    this.nextEligible[server] = isEligible ? 1 : 0;
    this.nextWeight[server] = weight;
  }

  /** As it is in the fleet, if it belongs in here, with a share of its weight. */
  setIf(belongs: boolean, server: number, share = 1): void {
    const { isListed, isEligible, weight } = this.fleet;
    this.set(server, belongs && isListed[server] === 1, belongs && isEligible[server] === 1, weight[server]! * share);
  }

  /** Makes it so; returns the servers for which that is a change, ascending. O(n). */
  commit(): readonly number[] {
    const changed: number[] = [];
    this.eligibleCount = 0;
    for (let server = 0; server < this.count; server++) {
      if (
        this.isEligible[server] !== this.nextEligible[server] ||
        this.isListed[server] !== this.nextListed[server] ||
        this.weight[server] !== this.nextWeight[server]
      ) {
        changed.push(server);
      }
      this.isEligible[server] = this.nextEligible[server]!;
      this.isListed[server] = this.nextListed[server]!;
      this.weight[server] = this.nextWeight[server]!;
      if (this.isEligible[server] === 1) this.eligible[this.eligibleCount++] = server;
    }
    if (changed.length > 0) this.version++;
    return changed;
  }
}
