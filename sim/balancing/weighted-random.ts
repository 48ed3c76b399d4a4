import { type BalancingContext, defineBalancing } from "./algorithm.ts";
import { Misses, maxFailsKnob, SmoothlyWeighted } from "./smooth-weights.ts";
import { WeightLine } from "./weight-line.ts";

/**
 * nginx's `random`: servers of the full list drawn in proportion to weight, until one can be used; with `two`, until two
 * different ones can be used, of which the one with fewer requests in flight per unit of weight is taken, the later on
 * equality. After more than 20 misses in a request smooth round robin decides.
 */
class WeightedRandom extends SmoothlyWeighted {
  private readonly two: boolean;
  private readonly line: WeightLine;
  private readonly misses = new Misses();
  private decisions = 0;

  constructor(context: BalancingContext, options: { readonly maxFails: number; readonly two: boolean }) {
    super(context, options.maxFails);
    this.two = options.two;
    this.line = new WeightLine(context.fleet);
  }

  pick(request: number, avoid: number): number {
    const { line, misses, context } = this;
    line.refresh();
    misses.begin(request, avoid);
    context.draws.at(0, this.decisions++);
    for (let first = -1; !misses.tooMany; ) {
      const server = line.at(context.draws.below(line.total));
      if (server === first || !this.isFree(server, avoid)) misses.count++;
      else if (!this.two) return server;
      else if (first >= 0) return this.isBusier(server, first) ? first : server;
      else first = server;
    }
    return this.smooth.next(avoid);
  }

  private isBusier(server: number, other: number): boolean {
    const { inFlight, weight } = this.context.fleet;
    return inFlight[server]! * weight[other]! > inFlight[other]! * weight[server]!;
  }

  override signalOf(server: number): number {
    return this.context.fleet.inFlight[server]! / this.context.fleet.weight[server]!;
  }
}

export const weightedRandom = defineBalancing({
  name: "weighted-random",
  aliases: ["random two"],
  summary: "Servers drawn in proportion to weight: the first that can be used, or the less busy of the first two.",
  whenToUse: "Several balancers before one fleet of servers of different capacity.",
  products: "nginx `random`, `random two least_conn`.",
  cost: "O(log n); O(n) after 21 misses",
  decides: {
    signal: "requests in flight per unit of weight; it counts between two only",
    rule: "the first drawn, or the smaller of two",
    best: "smallest",
    among: "drawn",
    tieBreak: "the one drawn later",
  },
  knownFlaw: "Of two draws the heavier server wins less often than its weight says: each draw must be another server.",
  source: "nginx 1.22 ngx_http_upstream_random_module.c.",
  knobs: {
    two: { unit: "flag", default: false, summary: "Draw two and take the less busy." },
    maxFails: maxFailsKnob,
  },
  create: (options, context) => new WeightedRandom(context, options),
});
