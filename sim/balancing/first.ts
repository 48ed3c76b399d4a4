import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";

/** The server of the lowest id that has room. Without limits on the servers that is always the same one. */
class First extends Algorithm {
  private readonly context: BalancingContext;
  private readonly order: Int32Array;
  private version = -1;

  constructor(context: BalancingContext) {
    super();
    this.context = context;
    this.order = new Int32Array(context.fleet.count);
  }

  pick(_request: number, avoid: number): number {
    const { fleet } = this.context;
    if (this.version !== fleet.version) this.sort();
    let avoided = -1;
    for (let i = 0; i < fleet.eligibleCount; i++) {
      const server = this.order[i]!;
      if (fleet.isBarred[server] === 1) continue;
      if (server !== avoid) return server;
      avoided = server;
    }
    return avoided;
  }

  private sort(): void {
    const { fleet } = this.context;
    const { identity } = fleet;
    this.version = fleet.version;
    this.order.set(fleet.eligible.subarray(0, fleet.eligibleCount));
    this.order.subarray(0, fleet.eligibleCount).sort((a, b) => identity[a]!.id - identity[b]!.id);
  }

  override signalOf(server: number): number {
    return this.context.fleet.identity[server]!.id;
  }
}

export const first = defineBalancing({
  name: "first",
  aliases: ["balance first", "fill"],
  summary: "Fills one server to its limit before it uses the next.",
  whenToUse:
    "Long sessions in a fleet that is to shrink at night: the last servers stay empty and can be switched off.",
  products: "HAProxy `balance first`; Caddy `first` by order.",
  cost: "O(number of full servers)",
  decides: { signal: "the server's id", rule: "the lowest with room", best: "smallest", tieBreak: "none is needed" },
  knownFlaw: "The first servers run at their limit all the time; without limits one server gets everything.",
  source: "HAProxy 2.6 lb_fas.c.",
  knobs: {},
  create: (_knobs, context) => new First(context),
});
