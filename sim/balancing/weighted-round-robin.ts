import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";

/**
 * Smooth weighted round robin: add each server's weight to its current value, take the largest (the first on ties), and
 * subtract the sum of the weights from it. Weights 5, 1, 1 give a a b a c a a.
 *
 * A pick looks at every eligible server, as nginx does.
 */
class SmoothWeighted extends Algorithm {
  private readonly context: BalancingContext;
  private readonly current: Float64Array;

  constructor(context: BalancingContext) {
    super();
    this.context = context;
    this.current = new Float64Array(context.fleet.count);
  }

  pick(_request: number, avoid: number): number {
    const { fleet } = this.context;
    const current = this.current;
    let best = -1;
    let total = 0;
    for (let i = 0; i < fleet.eligibleCount; i++) {
      const server = fleet.eligible[i]!;
      if (server === avoid && fleet.eligibleCount > 1) continue;
      const weight = fleet.weight[server]!;
      total += weight;
      current[server]! += weight;
      if (best < 0 || current[server]! > current[best]!) best = server;
    }
    current[best]! -= total;
    return best;
  }

  override signalOf(server: number): number {
    return this.current[server]! + this.context.fleet.weight[server]!;
  }
}

export const weightedRoundRobin = defineBalancing({
  name: "weighted-round-robin",
  aliases: ["wrr", "smooth-weighted-round-robin"],
  summary: "The servers in turn, in proportion to weight, as evenly spread as the weights allow.",
  whenToUse: "Servers of known, different capacity.",
  products: "nginx round robin, LVS `wrr` in spirit.",
  cost: "O(n)",
  decides: {
    signal: "current value after this turn's weight is added",
    rule: "the largest",
    best: "largest",
    tieBreak: "the first in the order of the fleet",
  },
  knownFlaw: "The weights are a promise: a server that slows down keeps getting its share.",
  source: "nginx 1.22 ngx_http_upstream_round_robin.c, without the effective weights that follow failures.",
  knobs: {},
  create: (_knobs, context) => new SmoothWeighted(context),
});
