/** One balancer's view of the fleet: whom it would send a request to, and how many of its requests are where. */
import type { FleetView, ReportColumns, ServerIdentity } from "./algorithm.ts";

/** What servers are called where nobody gave them names. */
export const defaultIdentity = (server: number): ServerIdentity => ({
  name: `server-${server + 1}`,
  id: server + 1,
  host: `10.0.${server >>> 8}.${server & 255}`,
  port: 8080,
});

export class Fleet implements FleetView {
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
  barredCount = 0;
  version = 0;
  readonly reports: ReportColumns;
  readonly sentBytes: Float64Array;
  readonly receivedBytes: Float64Array;

  /** A fleet in which nobody is listed yet. */
  constructor(weight: ArrayLike<number>, identity?: readonly ServerIdentity[]) {
    const count = weight.length;
    this.count = count;
    this.identity = identity ?? Array.from({ length: count }, (_, server) => defaultIdentity(server));
    this.weight = Float64Array.from(weight);
    this.inFlight = new Int32Array(count);
    this.eligible = new Int32Array(count);
    this.isEligible = new Uint8Array(count);
    this.isListed = new Uint8Array(count);
    this.isUp = new Uint8Array(count);
    this.isDraining = new Uint8Array(count);
    this.isBarred = new Uint8Array(count);
    this.sentBytes = new Float64Array(count);
    this.receivedBytes = new Float64Array(count);
    this.reports = {
      madeAtMs: new Float64Array(count).fill(Number.NaN),
      inSystem: new Float64Array(count),
      utilisation: new Float64Array(count),
      answeredPerSec: new Float64Array(count),
      failedPerSec: new Float64Array(count),
    };
  }

  /** Lists several servers and takes them for up at once. O(n). */
  admit(servers: readonly number[]): void {
    for (const server of servers) {
      this.isListed[server] = 1;
      this.isUp[server] = 1;
      this.isEligible[server] = 1 - this.isDraining[server]!;
    }
    this.relist();
  }

  /** Takes a server out of the configuration, or puts it in without making it eligible. O(n). */
  setListed(server: number, listed: boolean): void {
    this.isListed[server] = listed ? 1 : 0;
    if (!listed) this.isUp[server] = 0;
    if (!listed) this.isEligible[server] = 0;
    this.relist();
  }

  /** Takes a server for up, or for down. One that drains is not eligible either way. Returns whether anything changed. O(n). */
  setEligible(server: number, eligible: boolean): boolean {
    if ((this.isUp[server] === 1) === eligible) return false;
    this.isUp[server] = eligible ? 1 : 0;
    this.settle(server);
    return true;
  }

  /** A server that drains gets nobody but those who are bound to it. Returns whether anything changed. O(n). */
  setDraining(server: number, draining: boolean): boolean {
    if ((this.isDraining[server] === 1) === draining) return false;
    this.isDraining[server] = draining ? 1 : 0;
    this.settle(server);
    return true;
  }

  private settle(server: number): void {
    this.isEligible[server] = this.isUp[server]! & (1 - this.isDraining[server]!);
    this.relist();
  }

  setWeight(server: number, weight: number): void {
    this.weight[server] = weight;
    this.version++;
  }

  /** Bars a server from the request at hand, or lets it in again. */
  setBarred(server: number, barred: boolean): void {
    if ((this.isBarred[server] === 1) === barred) return;
    this.isBarred[server] = barred ? 1 : 0;
    this.barredCount += barred ? 1 : -1;
  }

  private relist(): void {
    this.version++;
    this.eligibleCount = 0;
    for (let server = 0; server < this.count; server++) {
      if (this.isEligible[server] === 1) this.eligible[this.eligibleCount++] = server;
    }
  }
}
