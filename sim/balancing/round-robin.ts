import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { isOpen } from "./candidates.ts";

/**
 * The eligible servers in turn. The cursor remembers the server served last, not a position, so that a server that
 * leaves or joins shifts nobody else's turn.
 */
class RoundRobin extends Algorithm {
  private last: number;
  private readonly context: BalancingContext;

  constructor(context: BalancingContext, start: number) {
    super();
    this.context = context;
    const { count } = context.fleet;
    this.last = (start - 2 + count) % count;
  }

  pick(_request: number, avoid: number): number {
    const { fleet } = this.context;
    for (let step = 1; step <= fleet.count; step++) {
      const server = this.last + step < fleet.count ? this.last + step : this.last + step - fleet.count;
      if (fleet.isEligible[server] === 0 || !isOpen(fleet, server, avoid)) continue;
      this.last = server;
      return server;
    }
    if (avoid < 0 || fleet.isEligible[avoid] === 0 || fleet.isBarred[avoid] === 1) return -1;
    this.last = avoid;
    return avoid;
  }
}

export const roundRobin = defineBalancing({
  name: "round-robin",
  aliases: ["rr"],
  summary: "The eligible servers in turn, whatever their weight.",
  whenToUse: "Equal servers and requests of like cost.",
  products: "nginx's and Envoy's default, for equal weights; Caddy `round_robin`, Varnish `directors.round_robin`.",
  cost: "O(1) while most servers are eligible",
  decides: { signal: null, rule: "the next in turn after the server served last", tieBreak: "none is needed" },
  knownFlaw: "Blind to load: a slow page or a slow server fills one queue while the others idle.",
  source: "Varnish 7.1 vmod_directors_round_robin.c; Caddy 2.6.2 selectionpolicies.go.",
  knobs: {
    start: {
      unit: "count",
      default: 1,
      minimum: 1,
      summary:
        "Place of the server that gets the first request; Caddy counts before it looks and begins with the second.",
    },
  },
  create: ({ start }, context) => new RoundRobin(context, start),
});
