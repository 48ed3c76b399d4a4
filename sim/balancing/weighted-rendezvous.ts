import { ln } from "../engine/exact.ts";
import { fnv1a32 } from "../engine/fnv.ts";
import { avalanche } from "../engine/hash.ts";
import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { firstOpen, isOpen } from "./candidates.ts";
import { HashKey, type HashKeyOptions, hashKeyKnobs } from "./hash-key.ts";

/**
 * Rendezvous hashing with weights: u is the hash of key and server as a number between 0 and 1, and -weight / ln u the
 * server's score. -ln u is exponential, and the first of exponentials comes from each in proportion to its rate, so the
 * shares are exactly those of the weights, and changing one weight moves keys to or from that server only.
 *
 * Schindelhauer and Schomaker, "Weighted distributed hash tables", SPAA 2005, the logarithmic method. Key and server are
 * hashed once each (FNV-1a) and mixed with HAProxy's avalanche.
 */
class WeightedRendezvous extends Algorithm {
  private readonly context: BalancingContext;
  private readonly key: HashKey;
  private readonly serverHash: Uint32Array;

  constructor(context: BalancingContext, options: HashKeyOptions) {
    super();
    this.context = context;
    this.key = new HashKey(options, context.requests);
    this.serverHash = Uint32Array.from(context.fleet.identity, ({ name }) => avalanche(fnv1a32(name)));
  }

  pick(request: number, avoid: number): number {
    const { fleet } = this.context;
    const keyHash = this.keyHashOf(request);
    let best = -1;
    let bestScore = -1;
    for (let i = 0; i < fleet.eligibleCount; i++) {
      const server = fleet.eligible[i]!;
      if (!isOpen(fleet, server, avoid)) continue;
      const score = this.scoreOf(server, keyHash);
      if (score <= bestScore) continue;
      best = server;
      bestScore = score;
    }
    return best < 0 ? firstOpen(fleet, avoid) : best;
  }

  private keyHashOf(request: number): number {
    return avalanche(fnv1a32(this.key.textOf(request) ?? ""));
  }

  private scoreOf(server: number, keyHash: number): number {
    const u = (avalanche(keyHash ^ this.serverHash[server]!) + 0.5) / 0x1_0000_0000;
    return -this.context.fleet.weight[server]! / ln(u);
  }

  override signalOf(server: number, request: number): number {
    return this.scoreOf(server, this.keyHashOf(request));
  }
}

export const weightedRendezvous = defineBalancing({
  name: "weighted-rendezvous",
  aliases: ["weighted-hrw"],
  summary: "For each key the server with the highest score: minus its weight over the logarithm of a hash of both.",
  whenToUse: "Stickiness or caches by key in a small fleet of servers of different capacity, which may change.",
  products: "Ceph's straw2 buckets.",
  cost: "O(n)",
  decides: {
    signal: "-weight / ln(hash of key and server in (0, 1))",
    rule: "the largest",
    best: "largest",
    tieBreak: "the first in the order of the fleet",
  },
  knownFlaw: "Every decision takes a logarithm for every server.",
  source: "Schindelhauer and Schomaker, SPAA 2005.",
  knobs: { ...hashKeyKnobs("uri"), uriWhole: { unit: "flag", default: true, summary: "The query counts too." } },
  create: (options, context) => new WeightedRendezvous(context, options),
});
