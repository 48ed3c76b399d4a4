import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { wholeWeights } from "./weight-map.ts";

const MODULUS = 6271;
/** After this many hashes that hit a server out of use, nginx falls back to round robin. */
const MOST_MISSES = 20;

/**
 * nginx's ip_hash: h = 89, then h = (h × 113 + byte) mod 6271 over the first three octets of the address; h modulo the
 * total weight falls on a server of the full list. When that one is out of use, the octets are hashed again into h.
 */
class IpHash extends Algorithm {
  private readonly context: BalancingContext;
  /** Ends of the servers' stretches over the whole fleet: those out of use keep their places, so nobody else moves. */
  private readonly end: Float64Array;
  private turn = -1;

  constructor(context: BalancingContext) {
    super();
    this.context = context;
    let end = 0;
    this.end = wholeWeights(context.fleet.weight).map((weight) => (end += weight));
  }

  pick(request: number, avoid: number): number {
    const { fleet, requests } = this.context;
    const address = requests.addressOf(request);
    let hash = 89;
    for (let misses = 0; misses <= MOST_MISSES; misses++) {
      for (let shift = 24; shift >= 8; shift -= 8) hash = (hash * 113 + ((address >>> shift) & 255)) % MODULUS;
      const server = this.serverAt(hash % this.end[fleet.count - 1]!);
      if (fleet.isEligible[server] === 1 && server !== avoid) return server;
    }
    do this.turn = (this.turn + 1) % fleet.eligibleCount;
    while (fleet.eligible[this.turn] === avoid && fleet.eligibleCount > 1);
    return fleet.eligible[this.turn]!;
  }

  private serverAt(point: number): number {
    let low = 0;
    let high = this.end.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.end[middle]! > point) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

export const ipHash = defineBalancing({
  name: "ip-hash",
  aliases: ["ip_hash"],
  summary: "A hash of the first three octets of the client's address names the server.",
  whenToUse: "When clients can carry no cookie and sit on many networks.",
  products: "nginx `ip_hash`.",
  cost: "O(log n)",
  decides: {
    signal: null,
    rule: "the server on whose stretch of the total weight the hash falls",
    tieBreak: "out of use: hash again, 20 times at most, then the servers in turn",
  },
  knownFlaw: "A whole /24 lands on one server: an office or a carrier behind one address overloads it.",
  source: "nginx 1.22 ngx_http_upstream_ip_hash_module.c; servers that have yet to join count as listed but down.",
  knobs: {},
  create: (_knobs, context) => new IpHash(context),
});
