import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";

/**
 * The eligible servers in turn. The cursor remembers the server served last, not a position, so that a server that
 * leaves or joins shifts nobody else's turn.
 */
class RoundRobin extends Algorithm {
  private last = -1;
  private readonly context: BalancingContext;

  constructor(context: BalancingContext) {
    super();
    this.context = context;
  }

  pick(_request: number, avoid: number): number {
    const { fleet } = this.context;
    let server = this.last;
    do {
      server = server + 1 === fleet.count ? 0 : server + 1;
    } while (fleet.isEligible[server] === 0 || (server === avoid && fleet.eligibleCount > 1));
    this.last = server;
    return server;
  }
}

export const roundRobin = defineBalancing({
  name: "round-robin",
  aliases: ["rr"],
  summary: "The eligible servers in turn, whatever their weight.",
  whenToUse: "Equal servers and requests of like cost.",
  products: "nginx's and Envoy's default, for equal weights.",
  cost: "O(1) while most servers are eligible",
  decides: { signal: null, rule: "the next in turn after the server served last", tieBreak: "none is needed" },
  knownFlaw: "Blind to load: a slow page or a slow server fills one queue while the others idle.",
  source: "nginx's and Envoy's default, for equal weights.",
  knobs: {},
  create: (_knobs, context) => new RoundRobin(context),
});
