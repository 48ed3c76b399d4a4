import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { firstOpen, isOpen } from "./candidates.ts";

/**
 * Caddy's random_choose, as it is, not as it is meant. Every server in use is thrown into one of the first so many places
 * it has met; what lies in the few places that count is the sample, so a place may be overwritten or stay empty. Of the
 * sample the first idle one is taken; without any, one at random of those that were not busier than all before them in
 * the sample, so that a busier one that comes first stays in the draw.
 */
class RandomChoose extends Algorithm {
  private decisions = 0;
  private readonly context: BalancingContext;
  private readonly sample: Int32Array;

  constructor(context: BalancingContext, choices: number) {
    super();
    this.context = context;
    this.sample = new Int32Array(Math.min(choices, context.fleet.count));
  }

  pick(_request: number, avoid: number): number {
    const { fleet, draws } = this.context;
    const { sample } = this;
    draws.at(0, this.decisions++);
    sample.fill(-1);
    for (let server = 0, met = 0; server < fleet.count; server++) {
      if (fleet.isListed[server] === 0) continue;
      // Those out of use count as met.
      met++;
      if (fleet.isEligible[server] === 0 || !isOpen(fleet, server, avoid)) continue;
      const place = draws.below(met);
      if (place < sample.length) sample[place] = server;
    }
    const chosen = this.leastBusy();
    return chosen < 0 ? firstOpen(fleet, avoid) : chosen;
  }

  private leastBusy(): number {
    const { fleet, draws } = this.context;
    const { sample } = this;
    let least = Number.POSITIVE_INFINITY;
    let kept = 0;
    for (let i = 0; i < sample.length; i++) {
      const server = sample[i]!;
      if (server < 0) continue;
      const busy = fleet.inFlight[server]!;
      if (busy === 0) return server;
      if (busy > least) continue;
      least = busy;
      sample[kept++] = server;
    }
    return kept === 0 ? -1 : sample[draws.below(kept)]!;
  }

  override signalOf(server: number): number {
    return this.context.fleet.inFlight[server]!;
  }
}

export const randomChoose = defineBalancing({
  name: "random-choose",
  aliases: ["random_choose"],
  summary: "Caddy's power of two choices, with a sample that may be short and a busier server that may win.",
  whenToUse: "To see what Caddy does; otherwise power-of-d-choices.",
  products: "Caddy `random_choose`.",
  cost: "O(n)",
  decides: {
    signal: "requests in flight, of a sample",
    rule: "the first idle one of the sample, else one of those that were least busy when they were met",
    among: "drawn",
    best: "smallest",
    tieBreak: "at random",
  },
  knownFlaw:
    "Of two busy servers the busier one is taken about a quarter of the time, and the sample is often one short.",
  source: "Caddy 2.6.2 selectionpolicies.go.",
  knobs: { choices: { unit: "count", default: 2, minimum: 2, summary: "Size of the sample." } },
  create: ({ choices }, context) => new RandomChoose(context, choices),
});
