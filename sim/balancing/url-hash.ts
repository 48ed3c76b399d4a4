import { avalanche } from "../engine/hash.ts";
import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { WeightMap } from "./weight-map.ts";

/** A hash of the URL modulo the total weight names the server; one that is to be avoided passes the request on to the next. */
class UrlHash extends Algorithm {
  private readonly context: BalancingContext;
  private readonly map: WeightMap;

  constructor(context: BalancingContext) {
    super();
    this.context = context;
    this.map = new WeightMap(context.fleet);
  }

  pick(request: number, avoid: number): number {
    const { fleet, requests } = this.context;
    let hash = avalanche(requests.urlOf(request));
    for (;;) {
      const server = this.map.at(hash);
      if (server !== avoid || fleet.eligibleCount === 1) return server;
      hash = avalanche(hash);
    }
  }
}

export const urlHash = defineBalancing({
  name: "url-hash",
  aliases: ["uri", "balance uri", "hash $request_uri"],
  summary: "A hash of the URL names the server, so that each server caches its own share of the pages.",
  whenToUse: "Caches behind the balancer.",
  products: "HAProxy `balance uri`, nginx `hash $request_uri`.",
  cost: "O(1); O(n × total weight) to rebuild",
  decides: {
    signal: null,
    rule: "the slot of the weight map at the hash modulo its length",
    tieBreak: "refused there: the hash is mixed again until it falls on another",
  },
  knownFlaw: "One popular page loads one server; most URLs move when the set of servers changes.",
  source: "HAProxy 2.6 balance uri, map-based: avalanche of a numeric URL in place of a hash of its text.",
  knobs: {},
  create: (_knobs, context) => new UrlHash(context),
});
