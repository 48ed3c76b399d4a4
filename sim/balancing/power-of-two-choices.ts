import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { firstOpen, isOpen } from "./candidates.ts";
import { loadColumn, loadKnob } from "./load-seen.ts";

/**
 * Two distinct eligible servers drawn at random; the one with fewer requests in flight per unit of weight, the first
 * drawn on ties.
 *
 * Without replacement, as in Mitzenmacher's simulations: drawing the same server twice would be one choice, not two.
 */
class PowerOfTwoChoices extends Algorithm {
  private decisions = 0;
  private readonly context: BalancingContext;
  /** Requests by server, as this balancer counts them or as servers have reported them. */
  private readonly load: Int32Array | Float64Array;

  constructor(context: BalancingContext, load: string) {
    super();
    this.context = context;
    this.load = loadColumn(context.fleet, load);
  }

  pick(_request: number, avoid: number): number {
    const { fleet, draws } = this.context;
    const count = fleet.eligibleCount;
    const eligible = fleet.eligible;
    if (count === 1) return firstOpen(fleet, avoid);
    draws.at(0, this.decisions++);
    // What is as likely as not is computed: a branch on it would be mispredicted every other time.
    const one = draws.below(count);
    const rest = draws.below(count - 1);
    const other = rest + Number(rest >= one);
    const first = eligible[one]!;
    const second = eligible[other]!;
    if (avoid >= 0 || fleet.barredCount > 0) {
      if (!isOpen(fleet, first, avoid)) return isOpen(fleet, second, avoid) ? second : firstOpen(fleet, avoid, one);
      if (!isOpen(fleet, second, avoid)) return first;
    }
    const { load } = this;
    const { weight } = fleet;
    const isSecondLess = Number(load[second]! * weight[first]! < load[first]! * weight[second]!);
    return first + ((second - first) & -isSecondLess);
  }

  override signalOf(server: number): number {
    return this.load[server]! / this.context.fleet.weight[server]!;
  }
}

export const powerOfTwoChoices = defineBalancing({
  name: "power-of-two-choices",
  aliases: ["p2c", "random(2)", "random two least_conn"],
  summary: "The less loaded of two servers drawn at random.",
  whenToUse: "Large fleets and several balancers: nearly as even as least connections, without the herd.",
  products: "nginx `random two least_conn`, HAProxy `balance random(2)`.",
  cost: "O(1)",
  decides: {
    signal: "requests in flight per unit of weight",
    rule: "the smaller of two drawn at random",
    best: "smallest",
    among: "drawn",
    tieBreak: "the one drawn first",
  },
  knownFlaw: "In small fleets it is measurably worse than looking at every server.",
  source:
    "Mitzenmacher, “The Power of Two Choices in Randomized Load Balancing”, IEEE TPDS 12(10), 2001; nginx random two.",
  knobs: { load: loadKnob },
  create: ({ load }, context) => new PowerOfTwoChoices(context, load),
});
