import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";

/** Each eligible server with equal probability, or in proportion to its weight. */
class Random extends Algorithm {
  private decisions = 0;
  private readonly context: BalancingContext;
  private readonly weighted: boolean;
  private totalWeight = 0;

  constructor(context: BalancingContext, weighted: boolean) {
    super();
    this.context = context;
    this.weighted = weighted;
  }

  pick(_request: number, avoid: number): number {
    const { fleet, draws } = this.context;
    draws.at(0, this.decisions++);
    for (;;) {
      const server = this.weighted ? this.inProportion() : fleet.eligible[draws.below(fleet.eligibleCount)]!;
      if (server !== avoid || fleet.eligibleCount === 1) return server;
    }
  }

  private inProportion(): number {
    const { fleet, draws } = this.context;
    let left = draws.uniform() * this.totalWeight;
    let server = -1;
    for (let i = 0; i < fleet.eligibleCount && left >= 0; i++) {
      server = fleet.eligible[i]!;
      left -= fleet.weight[server]!;
    }
    return server;
  }

  override changed(): void {
    const { fleet } = this.context;
    this.totalWeight = 0;
    for (let i = 0; i < fleet.eligibleCount; i++) this.totalWeight += fleet.weight[fleet.eligible[i]!]!;
  }
}

export const random = defineBalancing({
  name: "random",
  aliases: ["RANDOM", "random(1)"],
  summary: "A server drawn at random for each request.",
  whenToUse: "As the yardstick: anything that knows more should do better.",
  products: "Envoy `RANDOM`; HAProxy `balance random(1)`, Varnish random director when weighted.",
  cost: "O(1); O(n) when weighted",
  decides: { signal: null, rule: "drawn at random", tieBreak: "none is needed" },
  knownFlaw: "Servers are as uneven as coin tosses: at 90 % utilisation the mean wait is that of n separate queues.",
  source: "Envoy RANDOM; theory: n independent M/M/1 queues.",
  knobs: {
    weighted: { unit: "flag", default: false, summary: "Draw in proportion to weight; costs a walk over the servers." },
  },
  create: ({ weighted }, context) => new Random(context, weighted),
});
