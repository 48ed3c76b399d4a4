import { type BalancingAlgorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";

/**
 * The eligible servers in turn. The cursor remembers the server served last, not a position, so that a server that
 * leaves or joins shifts nobody else's turn.
 */
class RoundRobin implements BalancingAlgorithm {
  private last = -1;
  private readonly context: BalancingContext;

  constructor(context: BalancingContext) {
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

  sent(): void {}
  ended(): void {}
  changed(): void {}
}

export const roundRobin = defineBalancing({
  name: "round-robin",
  aliases: ["roundrobin", "ROUND_ROBIN", "rr"],
  summary: "The eligible servers in turn, whatever their weight.",
  whenToUse: "Equal servers and requests of like cost.",
  knownFlaw: "Blind to load: a slow page or a slow server fills one queue while the others idle.",
  source: "nginx's and Envoy's default, for equal weights.",
  knobs: {},
  create: (_knobs, context) => new RoundRobin(context),
});
