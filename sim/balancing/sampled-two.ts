import { Algorithm, type BalancingContext } from "./algorithm.ts";
import { firstOpen, isOpen } from "./candidates.ts";

/**
 * Of two distinct servers drawn at random the one with the smaller signal, the first drawn on ties: for signals that change
 * as time passes, which no order of the servers could follow. O(1).
 */
export abstract class SampledTwo extends Algorithm {
  protected readonly context: BalancingContext;
  private decisions = 0;

  constructor(context: BalancingContext) {
    super();
    this.context = context;
  }

  abstract override signalOf(server: number, request: number): number;

  pick(request: number, avoid: number): number {
    const { fleet, draws } = this.context;
    const count = fleet.eligibleCount;
    draws.at(0, this.decisions++);
    if (count === 1) return firstOpen(fleet, avoid);
    const one = draws.below(count);
    let other = draws.below(count - 1);
    if (other >= one) other++;
    const first = fleet.eligible[one]!;
    const second = fleet.eligible[other]!;
    if (!isOpen(fleet, first, avoid)) return isOpen(fleet, second, avoid) ? second : firstOpen(fleet, avoid, one);
    if (!isOpen(fleet, second, avoid)) return first;
    return this.signalOf(second, request) < this.signalOf(first, request) ? second : first;
  }
}
