import { defineBalancing } from "./algorithm.ts";
import { maxFailsKnob, SmoothlyWeighted } from "./smooth-weights.ts";

/**
 * nginx's least_conn: the server with the fewest requests in flight per unit of weight. Only when several have equally few
 * do they have a round of smooth weighted round robin, among themselves.
 */
class WeightedLeastConnections extends SmoothlyWeighted {
  pick(_request: number, avoid: number): number {
    const { fleet } = this.context;
    const { eligible, eligibleCount, inFlight, weight } = fleet;
    let best = -1;
    let first = 0;
    let tied = false;
    for (let i = 0; i < eligibleCount; i++) {
      const server = eligible[i]!;
      if (!this.isFree(server, avoid)) continue;
      // Compared by cross multiplication, as nginx does, so that weights do not round.
      const difference = best < 0 ? -1 : inFlight[server]! * weight[best]! - inFlight[best]! * weight[server]!;
      if (difference > 0) continue;
      tied = difference === 0;
      if (tied) continue;
      best = server;
      first = i;
    }
    if (best < 0) return avoid >= 0 && this.isFree(avoid, -1) ? avoid : -1;
    return tied ? this.amongEquals(best, first, avoid) : best;
  }

  private amongEquals(first: number, at: number, avoid: number): number {
    const { eligible, eligibleCount, inFlight, weight } = this.context.fleet;
    const { smooth } = this;
    let best = first;
    for (let i = at; i < eligibleCount; i++) {
      const server = eligible[i]!;
      if (!this.isFree(server, avoid)) continue;
      if (inFlight[server]! * weight[first]! !== inFlight[first]! * weight[server]!) continue;
      smooth.raise(server);
      if (smooth.current[server]! > smooth.current[best]!) best = server;
    }
    smooth.pay(best);
    return best;
  }

  override signalOf(server: number): number {
    const { inFlight, weight } = this.context.fleet;
    return inFlight[server]! / weight[server]!;
  }
}

export const weightedLeastConnections = defineBalancing({
  name: "weighted-least-connections",
  aliases: ["least_conn"],
  summary: "The server with the fewest requests in flight for its weight; equals take weighted turns.",
  whenToUse: "Requests of uneven cost, one balancer or few, servers of different capacity.",
  products: "nginx `least_conn`.",
  cost: "O(n)",
  decides: {
    signal: "requests in flight per unit of weight",
    rule: "the smallest",
    best: "smallest",
    tieBreak: "smooth weighted round robin among the tied",
  },
  knownFlaw:
    "A server that fails fast looks idle and attracts the traffic; many balancers each know only their own requests.",
  source: "nginx 1.22 ngx_http_upstream_least_conn_module.c.",
  knobs: { maxFails: maxFailsKnob },
  create: ({ maxFails }, context) => new WeightedLeastConnections(context, maxFails),
});
