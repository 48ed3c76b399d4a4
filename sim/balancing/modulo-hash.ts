import { avalanche } from "../engine/hash.ts";
import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { NO_KEY, RequestHash, type RequestHashOptions, requestHashKnobs } from "./request-hash.ts";
import { WeightMap } from "./weight-map.ts";

/** How often a hash that fell on a server that is out of the question is mixed again before the line is walked. */
const TRIES = 8;

/**
 * A hash modulo the total weight names the server. Requests without the key take the slots in turn.
 *
 * HAProxy sends a request to that server come what may: it queues there when the server is full, and a retry goes there
 * again. Where we are told to avoid a server we mix the hash again, so that its requests spread over all others.
 */
class ModuloHash extends Algorithm {
  private readonly context: BalancingContext;
  private readonly hash: RequestHash;
  private readonly map: WeightMap;

  constructor(options: RequestHashOptions, context: BalancingContext) {
    super();
    this.context = context;
    this.hash = new RequestHash(options, context.requests);
    this.map = new WeightMap(context.fleet);
  }

  pick(request: number, avoid: number): number {
    const { fleet } = this.context;
    let hash = this.hash.of(request, fleet);
    if (hash === NO_KEY) return this.map.inTurn(fleet.isBarred, avoid);
    for (let i = 0; i < TRIES; i++) {
      const server = this.map.at(hash);
      if (fleet.isBarred[server] === 0 && (server !== avoid || fleet.eligibleCount === 1)) return server;
      hash = avalanche(hash);
    }
    return this.map.from(hash, fleet.isBarred, avoid);
  }
}

export const moduloHash = defineBalancing({
  name: "modulo-hash",
  aliases: ["url-hash", "uri", "balance uri", "map-based"],
  summary:
    "A hash of the URL, of the client's address or of what else the request carries, modulo the servers' weights, names the server.",
  whenToUse: "Caches behind the balancer, in a fleet that seldom changes: no spread is more even.",
  products: "HAProxy `balance uri`, `source`, `url_param`, `hdr`, `hash` with `hash-type map-based`, its default.",
  cost: "O(1); O(total weight × log n) to lay the line anew",
  decides: {
    signal: null,
    rule: "the slot of the weight map at the hash modulo its length; without a key the slots in turn",
    tieBreak: "refused there: the hash is mixed again until it falls on another",
  },
  knownFlaw: "One popular page loads one server; most keys move when the set of servers changes.",
  source: "HAProxy 2.6 lb_map.c and backend.c; mixing again is ours, HAProxy asks the same server again.",
  knobs: requestHashKnobs("uri", false),
  create: (knobs, context) => new ModuloHash(knobs, context),
});
