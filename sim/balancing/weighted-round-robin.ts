import { type BalancingContext, defineBalancing } from "./algorithm.ts";
import { maxFailsKnob, SmoothlyWeighted } from "./smooth-weights.ts";

/** Smooth weighted round robin. Weights 5, 1, 1 give a a b a c a a. A pick looks at every eligible server, as nginx does. */
class SmoothWeighted extends SmoothlyWeighted {
  private readonly countsBindings: boolean;

  constructor(context: BalancingContext, maxFails: number, countsBindings: boolean) {
    super(context, maxFails);
    this.countsBindings = countsBindings;
  }

  pick(_request: number, avoid: number): number {
    return this.smooth.next(avoid);
  }

  override bound(server: number): void {
    if (this.countsBindings) this.smooth.bound(server);
  }

  override signalOf(server: number): number {
    return this.smooth.current[server]! + this.smooth.effective[server]!;
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
    signal: "current value after this turn's effective weight is added",
    rule: "the largest",
    best: "largest",
    tieBreak: "the first in the order of the fleet",
  },
  knownFlaw: "The weights are a promise: a server that slows down keeps getting its share.",
  source: "nginx 1.22 ngx_http_upstream_round_robin.c; bindings as in 1.29.6.",
  knobs: {
    maxFails: maxFailsKnob,
    countsBindings: {
      unit: "flag",
      default: true,
      summary: "Requests that a binding leads to a server count as its turns (nginx since 1.29.6).",
    },
  },
  create: ({ maxFails, countsBindings }, context) => new SmoothWeighted(context, maxFails, countsBindings),
});
