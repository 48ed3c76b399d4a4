/** Envoy's `hash_balance_factor`: nobody takes more than so many times its share of the requests in flight. */
import { MersenneTwister } from "../engine/mersenne-twister.ts";
import type { FleetView } from "./algorithm.ts";
import { isOpen } from "./candidates.ts";

export const balanceFactorKnob = {
  unit: "count",
  default: null,
  minimum: 100,
  summary:
    "A server takes at most so many percent of its share of the requests in flight (`hash_balance_factor`); no bound when absent.",
} as const;

/**
 * When the hash's server is full, the others are looked at in an order shuffled by a Mersenne Twister seeded with the low
 * half of the hash, so that a key overflows to the same servers every time. The least loaded gets what nobody has room for.
 */
export class EnvoyBoundedLoads {
  private readonly fleet: FleetView;
  private readonly factor: number;
  private readonly order: Int32Array;
  private readonly twister = new MersenneTwister();
  private version = -1;
  private totalWeight = 0;

  constructor(fleet: FleetView, factor: number) {
    this.fleet = fleet;
    this.factor = factor;
    this.order = new Int32Array(fleet.count);
  }

  /** Requests in flight over the most that it should have; above 1 it is full. `inFlight` is that of the whole fleet. */
  private loadOf(server: number, inFlight: number): number {
    const slots = Math.floor(((inFlight + 1) * this.factor + 99) / 100);
    const share = this.totalWeight > 0 ? this.fleet.weight[server]! / this.totalWeight : 1 / this.fleet.eligibleCount;
    return this.fleet.inFlight[server]! / Math.max(1, Math.ceil(slots * share));
  }

  /** `server` if it has room, else another open one. O(1) while it has, O(n) when not, and in the sum over the fleet. */
  choose(server: number, hashLow: number, inFlight: number, avoid: number): number {
    this.refresh();
    let leastLoad = this.loadOf(server, inFlight);
    if (leastLoad <= 1) return server;
    const { eligible, eligibleCount } = this.fleet;
    const { order } = this;
    for (let i = 0; i < eligibleCount; i++) order[i] = eligible[i]!;
    this.twister.seed(hashLow);
    let least = server;
    for (let i = 0; i < eligibleCount; i++) {
      const j = i + this.below(eligibleCount - i);
      const other = order[j]!;
      order[j] = order[i]!;
      if (other === server || !isOpen(this.fleet, other, avoid)) continue;
      const load = this.loadOf(other, inFlight);
      if (load <= 1) return other;
      if (load < leastLoad) {
        least = other;
        leastLoad = load;
      }
    }
    return least;
  }

  /** 0 … count - 1, drawn again where an even split of 2^32 leaves a rest. */
  private below(count: number): number {
    const width = Math.floor(0x1_0000_0000 / count);
    for (;;) {
      const drawn = Math.floor(this.twister.bits() / width);
      if (drawn < count) return drawn;
    }
  }

  private refresh(): void {
    const { fleet } = this;
    if (this.version === fleet.version) return;
    this.version = fleet.version;
    this.totalWeight = 0;
    for (let i = 0; i < fleet.eligibleCount; i++) this.totalWeight += fleet.weight[fleet.eligible[i]!]!;
  }
}
