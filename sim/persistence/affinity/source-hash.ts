import { WeightMap } from "../../balancing/weight-map.ts";
import { avalanche } from "../../engine/hash.ts";
import type { Cause } from "../../metrics/causes.ts";
import { type AffinityContext, defineAffinity, Mechanism, NONE, VALID } from "./mechanism.ts";

/** Hashes the full client address modulo the total weight of the eligible servers. No memory: nothing to lose, nothing kept. */
class SourceHash extends Mechanism {
  private readonly context: AffinityContext;
  private readonly avalanches: boolean;
  private readonly maps: readonly WeightMap[];

  constructor(context: AffinityContext, avalanches: boolean) {
    super();
    this.context = context;
    this.avalanches = avalanches;
    this.maps = context.views.map((view) => new WeightMap(view));
  }

  lookup(request: number, balancer: number): number {
    const view = this.context.views[balancer]!;
    this.outcome = view.eligibleCount === 0 ? NONE : VALID;
    if (view.eligibleCount === 0) return -1;
    const address = this.context.requests.addressOf(request);
    return this.maps[balancer]!.at(this.avalanches ? avalanche(address) : address >>> 0);
  }

  whyElsewhere(request: number): Cause {
    const { requests } = this.context;
    return requests.addressChanged(requests.sessionOf(request)) ? "address-changed" : "rehash";
  }
}

export const sourceHash = defineAffinity({
  name: "source-hash",
  aliases: ["source", "balance source"],
  summary: "A hash of the client's address modulo the servers' weights names the server.",
  whenToUse: "Clients without cookies, a fleet that seldom changes.",
  knownFlaw: "Any server that comes or goes moves nearly everybody; clients behind one address share one server.",
  source: "HAProxy 2.6 balance source, hash-type map-based.",
  knobs: {
    avalanche: {
      unit: "flag",
      default: false,
      summary: "Mix the address before the modulo, as hash-type … avalanche does.",
    },
  },
  create: ({ avalanche: avalanches }, context) => new SourceHash(context, avalanches),
});
