import { type BalancingContext, defineBalancing } from "./algorithm.ts";
import { Misses, maxFailsKnob, SmoothlyWeighted } from "./smooth-weights.ts";
import { WeightLine } from "./weight-line.ts";

const MODULUS = 6271;

/** The hash before any octet has been read, and with one more read. */
export const IP_HASH_START = 89;
export const withOctet = (hash: number, octet: number): number => (hash * 113 + octet) % MODULUS;

/**
 * nginx's ip_hash: h = 89, then h = (h × 113 + byte) mod 6271 over the first three octets of an IPv4 address or all 16 of
 * an IPv6 one; h modulo the total weight falls on a server of the full list. When that one is out of use, the octets are
 * hashed again into h.
 */
class IpHash extends SmoothlyWeighted {
  private readonly line: WeightLine;
  private readonly misses = new Misses();
  private hash = IP_HASH_START;

  constructor(context: BalancingContext, maxFails: number) {
    super(context, maxFails);
    this.line = new WeightLine(context.fleet);
  }

  pick(request: number, avoid: number): number {
    const { line, misses } = this;
    line.refresh();
    if (misses.begin(request, avoid)) this.hash = IP_HASH_START;
    const address = this.context.requests.addressBytesOf(request);
    const octets = address.length === 4 ? 3 : address.length;
    let hash = this.hash;
    while (!misses.tooMany) {
      for (let i = 0; i < octets; i++) hash = withOctet(hash, address[i]!);
      const server = line.at(hash % line.total);
      if (this.isFree(server, avoid)) {
        this.hash = hash;
        return server;
      }
      misses.count++;
    }
    return this.smooth.next(avoid);
  }
}

export const ipHash = defineBalancing({
  name: "ip-hash",
  aliases: ["ip_hash"],
  summary: "A hash of the first three octets of the client's address names the server.",
  whenToUse: "When clients can carry no cookie and sit on many networks.",
  products: "nginx `ip_hash`.",
  cost: "O(log n); O(n) after 21 misses",
  decides: {
    signal: null,
    rule: "the server on whose stretch of the total weight the hash falls",
    tieBreak: "out of use: hash again, 20 times at most, then smooth round robin",
  },
  knownFlaw: "A whole /24 lands on one server: an office or a carrier behind one address overloads it.",
  source: "nginx 1.22 ngx_http_upstream_ip_hash_module.c.",
  knobs: { maxFails: maxFailsKnob },
  create: ({ maxFails }, context) => new IpHash(context, maxFails),
});
