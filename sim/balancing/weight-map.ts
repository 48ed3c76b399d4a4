import type { FleetView } from "./algorithm.ts";

/**
 * The eligible servers laid out on a line, each as long as its weight, in the order of the fleet: a hash modulo the
 * whole length falls on one of them. Rebuilt when the fleet has changed, found by bisection in O(log n).
 */
export class WeightMap {
  private readonly fleet: FleetView;
  private readonly end: Float64Array;
  private version = -1;

  constructor(fleet: FleetView) {
    this.fleet = fleet;
    this.end = new Float64Array(fleet.count);
  }

  /** The server at `hash` (unsigned, 32 bits) modulo the total weight, weights rounded up to whole numbers. */
  at(hash: number): number {
    const { eligible, eligibleCount, version } = this.fleet;
    if (this.version !== version) this.rebuild();
    const point = hash % this.end[eligibleCount - 1]!;
    let low = 0;
    let high = eligibleCount - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.end[middle]! > point) high = middle;
      else low = middle + 1;
    }
    return eligible[low]!;
  }

  private rebuild(): void {
    const { eligible, eligibleCount, weight } = this.fleet;
    let end = 0;
    for (let i = 0; i < eligibleCount; i++) {
      end += Math.ceil(weight[eligible[i]!]!);
      this.end[i] = end;
    }
    this.version = this.fleet.version;
  }
}
