import type { FleetView } from "./algorithm.ts";
import { wholeWeights } from "./weight-map.ts";

/**
 * The servers of the configuration on a line, each with a stretch as long as its weight: a hash modulo the length, or a
 * draw, falls on one of them. Servers out of use keep their stretches, so that nobody else moves when they go.
 */
export class WeightLine {
  /** Length of the line, a whole number. */
  total = 0;
  /** Length of each server's stretch; 0 where it is not listed. */
  weight = new Float64Array(0);
  private readonly fleet: FleetView;
  /** Where each server's stretch ends. */
  private readonly end: Float64Array;
  private version = -1;

  constructor(fleet: FleetView) {
    this.fleet = fleet;
    this.end = new Float64Array(fleet.count);
  }

  /** Looks whether the fleet has changed; true when a stretch has. O(1) while it has not. */
  refresh(): boolean {
    const { fleet } = this;
    if (this.version === fleet.version) return false;
    this.version = fleet.version;
    const isListed = (server: number) => fleet.isListed[server] === 1;
    // Whether weights are counted in hundredths is up to those that are listed.
    const weight = wholeWeights(fleet.weight.map((share, server) => (isListed(server) ? share : 1))).map(
      (share, server) => (isListed(server) ? share : 0),
    );
    if (weight.length === this.weight.length && weight.every((share, server) => share === this.weight[server])) {
      return false;
    }
    this.weight = weight;
    this.total = 0;
    for (let server = 0; server < fleet.count; server++) {
      this.total += weight[server]!;
      this.end[server] = this.total;
    }
    return true;
  }

  /** The server whose stretch holds `point`, a whole number from 0 below `total`. O(log n). */
  at(point: number): number {
    let low = 0;
    let high = this.end.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.end[middle]! > point) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
