import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { isOpen } from "./candidates.ts";

/** Varnish's fallback director: the first server in use; sticky, it stays with that one when an earlier one recovers. */
class Fallback extends Algorithm {
  private readonly context: BalancingContext;
  private readonly sticky: boolean;
  private current = 0;

  constructor(context: BalancingContext, sticky: boolean) {
    super();
    this.context = context;
    this.sticky = sticky;
  }

  pick(_request: number, avoid: number): number {
    const { fleet } = this.context;
    const start = this.sticky ? this.current : 0;
    for (let step = 0; step < fleet.count; step++) {
      const server = start + step < fleet.count ? start + step : start + step - fleet.count;
      if (fleet.isEligible[server] === 0 || !isOpen(fleet, server, avoid)) continue;
      this.current = server;
      return server;
    }
    return avoid >= 0 && fleet.isEligible[avoid] === 1 && fleet.isBarred[avoid] === 0 ? avoid : -1;
  }
}

export const fallback = defineBalancing({
  name: "fallback",
  aliases: ["directors.fallback", "active-passive"],
  summary: "One server takes everything while it can; the others stand by, in order.",
  whenToUse: "Servers that must not work side by side: one active, the rest in reserve.",
  products: "Varnish `directors.fallback`.",
  cost: "O(servers out of use before the first in use)",
  decides: {
    signal: null,
    rule: "the first in use in the order of the fleet; sticky, from the current one on",
    tieBreak: "none is needed",
  },
  knownFlaw: "One server does all the work, and each failover moves everybody at once to one that is cold.",
  source: "Varnish 7.1 vmod_directors_fall_back.c.",
  knobs: {
    sticky: {
      unit: "flag",
      default: false,
      summary:
        "Stay with the current server when an earlier one recovers, so that a failover is not followed by another.",
    },
  },
  create: ({ sticky }, context) => new Fallback(context, sticky),
});
