import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { WeightMap } from "./weight-map.ts";

/** The slots of the weight map one after the other. The cursor is a position: it stays where it is when the map is laid anew. */
class StaticRoundRobin extends Algorithm {
  private readonly map: WeightMap;
  private readonly context: BalancingContext;

  constructor(context: BalancingContext) {
    super();
    this.context = context;
    this.map = new WeightMap(context.fleet);
  }

  pick(_request: number, avoid: number): number {
    return this.map.inTurn(this.context.fleet.isBarred, avoid);
  }
}

export const staticRoundRobin = defineBalancing({
  name: "static-round-robin",
  aliases: ["static-rr", "balance static-rr"],
  summary: "The servers in turn, in proportion to weight, along a line laid out in advance.",
  whenToUse:
    "Weights that never change: it costs least of the weighted rotations, and nothing limits the number of servers.",
  products: "HAProxy `balance static-rr`.",
  cost: "O(1) while most servers have room; O(total weight × log n) to lay the line anew",
  decides: { signal: null, rule: "the next slot of the line", tieBreak: "none is needed" },
  knownFlaw:
    "When a server comes or goes the cursor lands anywhere on the new line, so some servers get their turn early.",
  source: "HAProxy 2.6 lb_map.c.",
  knobs: {},
  create: (_knobs, context) => new StaticRoundRobin(context),
});
