import type { FleetView } from "./algorithm.ts";
import { lineOf } from "./slot-line.ts";

/** What fractional weights are counted in. */
const PARTS = 100;

/** The weights as whole numbers in the same proportion, to a hundredth: hashes are taken modulo their sum. */
export function wholeWeights(weight: Float64Array): Float64Array {
  if (weight.every((share) => Number.isInteger(share))) return weight;
  return weight.map((share) => Math.max(1, Math.round(share * PARTS)));
}

/**
 * HAProxy's map: a line of slots, each with a server, as many for every eligible server as its weight, spread out and in
 * the order of the fleet. A hash modulo the length of the line falls on one of them.
 *
 * The line is laid anew when the fleet has changed: O(slots × log servers), O(slots) when weights are equal.
 */
export class WeightMap {
  private readonly fleet: FleetView;
  private slots = new Int32Array(0);
  private version = -1;
  private cursor = 0;

  constructor(fleet: FleetView) {
    this.fleet = fleet;
  }

  /** The server at `hash` (unsigned, 32 bits) modulo the number of slots. At least one server must be eligible. */
  at(hash: number): number {
    if (this.version !== this.fleet.version) this.rebuild();
    return this.slots[hash % this.slots.length]!;
  }

  /**
   * The next slot's server that is not barred; `avoid` only when no other has room, -1 when none has. The cursor outlasts
   * a new line; beyond its end it begins again.
   */
  inTurn(isBarred: Uint8Array, avoid: number): number {
    if (this.version !== this.fleet.version) this.rebuild();
    if (this.cursor >= this.slots.length) this.cursor = 0;
    const slot = this.search(this.cursor, isBarred, avoid);
    if (slot < 0) return -1;
    this.cursor = slot + 1;
    return this.slots[slot]!;
  }

  /** The same from the slot at `hash` on, and the cursor stays where it is. */
  from(hash: number, isBarred: Uint8Array, avoid: number): number {
    if (this.version !== this.fleet.version) this.rebuild();
    const slot = this.search(hash % this.slots.length, isBarred, avoid);
    return slot < 0 ? -1 : this.slots[slot]!;
  }

  private search(start: number, isBarred: Uint8Array, avoid: number): number {
    const { slots } = this;
    let avoided = -1;
    let slot = start;
    do {
      const server = slots[slot]!;
      if (isBarred[server] === 0) {
        if (server !== avoid) return slot;
        avoided = slot;
      }
      if (++slot === slots.length) slot = 0;
    } while (slot !== start);
    return avoided;
  }

  private rebuild(): void {
    const { eligibleCount, version } = this.fleet;
    const eligible = this.fleet.eligible.slice(0, eligibleCount);
    const whole = wholeWeights(this.fleet.weight);
    // Those that are down count here, so that the length of the line follows from who is eligible alone.
    const divisor = whole.reduce(greatestCommonDivisor);
    const weights = Float64Array.from(eligible, (server) => whole[server]! / divisor);
    const length = weights.reduce((sum, weight) => sum + weight, 0);
    this.version = version;
    if (weights.every((weight) => weight === weights[0])) {
      this.slots = Int32Array.from({ length }, (_, slot) => eligible[slot % eligibleCount]!);
      return;
    }
    this.slots = lineOf(weights).map((place) => eligible[place]!);
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
