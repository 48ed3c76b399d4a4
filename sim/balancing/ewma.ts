import { type BalancingContext, defineBalancing } from "./algorithm.ts";
import { DecayingMean } from "./decaying-mean.ts";
import { SampledTwo } from "./sampled-two.ts";

/**
 * ingress-nginx's ewma: of two servers drawn at random the one with the smaller decaying mean of response times. Requests in
 * flight do not count. A server that comes in begins with the mean of those that are there.
 */
class Ewma extends SampledTwo {
  private readonly mean: DecayingMean;
  private readonly wasEligible: Uint8Array;

  constructor(context: BalancingContext, decayMs: number) {
    super(context);
    this.mean = new DecayingMean(context.fleet.count, decayMs, false);
    this.wasEligible = new Uint8Array(context.fleet.count);
  }

  override ended(server: number, responseTimeMs: number): void {
    this.mean.observe(server, responseTimeMs, this.context.clock.nowMs);
  }

  /** O(n) when a server comes in. */
  override changed(server: number): void {
    const { fleet, clock } = this.context;
    const isEligible = fleet.isEligible[server]!;
    if (isEligible === 1 && this.wasEligible[server] === 0) {
      let sum = 0;
      for (let i = 0; i < fleet.eligibleCount; i++) {
        const other = fleet.eligible[i]!;
        if (other !== server) sum += this.mean.valueAt(other, clock.nowMs);
      }
      this.mean.set(server, fleet.eligibleCount > 1 ? sum / (fleet.eligibleCount - 1) : 0, clock.nowMs);
    }
    this.wasEligible[server] = isEligible;
  }

  override signalOf(server: number): number {
    const { fleet, clock } = this.context;
    return this.mean.valueAt(server, clock.nowMs) / fleet.weight[server]!;
  }
}

export const ewma = defineBalancing({
  name: "ewma",
  aliases: ["ingress-nginx-ewma"],
  summary: "Of two servers drawn at random the one whose recent answers were faster.",
  whenToUse: "Servers of unequal speed, and many balancers whose requests in flight say little.",
  products: "ingress-nginx `load-balance: ewma`.",
  cost: "O(1); O(n) when a server comes in",
  decides: {
    signal: "decaying mean of response times, ms per unit of weight",
    rule: "the smaller of two drawn at random",
    best: "smallest",
    among: "drawn",
    tieBreak: "the one drawn first",
  },
  knownFlaw: "Does not see a queue before its answers are slow; failing fast looks like being fast.",
  source: "ingress-nginx rootfs/etc/nginx/lua/balancer/ewma.lua, 1.9.",
  knobs: {
    decayMs: { unit: "ms", default: 10_000, minimum: 1, summary: "Time in which an answer's weight falls to 1/e." },
  },
  create: ({ decayMs }, context) => new Ewma(context, decayMs),
});
