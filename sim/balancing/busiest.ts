import { defineBalancing } from "./algorithm.ts";
import { SmallestFirst } from "./smallest-first.ts";

/** As far from balance as an algorithm can get: whoever has the most requests gets the next. */
class Busiest extends SmallestFirst {
  protected override keyOf(server: number): number {
    return -this.signalOf(server);
  }

  override signalOf(server: number): number {
    const { inFlight, weight } = this.context.fleet;
    return inFlight[server]! / weight[server]!;
  }
}

export const busiest = defineBalancing({
  name: "busiest",
  summary: "Always the busiest server.",
  whenToUse: "As a control: a metric that does not mind it is broken.",
  products: "None, on purpose.",
  cost: "O(log n)",
  decides: {
    signal: "requests in flight per unit of weight",
    rule: "the largest",
    best: "largest",
    tieBreak: "the server that has had this value for longest",
  },
  knownFlaw: "It is one.",
  source: "Ours.",
  knobs: {},
  create: (_knobs, context) => new Busiest(context),
});
