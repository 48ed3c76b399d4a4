import { crc32 } from "../engine/crc32.ts";
import { type BalancingContext, defineBalancing } from "./algorithm.ts";
import { HashKey, type HashKeyOptions, hashKeyKnobs } from "./hash-key.ts";
import { Misses, maxFailsKnob, SmoothlyWeighted } from "./smooth-weights.ts";
import { WeightLine } from "./weight-line.ts";

/**
 * nginx's `hash`, compatible with Cache::Memcached: 15 bits of the key's CRC-32, modulo the total weight, fall on a server
 * of the full list. When that one is out of use, the number of the round is put in front of the key, and what comes out
 * is added.
 */
class WeightedHash extends SmoothlyWeighted {
  private readonly key: HashKey;
  private readonly line: WeightLine;
  private readonly misses = new Misses();
  private hash = 0;
  private round = 0;

  constructor(context: BalancingContext, options: HashKeyOptions & { readonly maxFails: number }) {
    super(context, options.maxFails);
    this.key = new HashKey(options, context.requests);
    this.line = new WeightLine(context.fleet);
  }

  pick(request: number, avoid: number): number {
    const { line, misses } = this;
    line.refresh();
    if (misses.begin(request, avoid)) {
      this.hash = 0;
      this.round = 0;
    }
    const key = this.key.textOf(request);
    if (key === null || key === "") return this.smooth.next(avoid);
    while (!misses.tooMany) {
      const checksum = crc32(this.round === 0 ? key : `${this.round}${key}`);
      this.round++;
      this.hash = (this.hash + ((checksum >>> 16) & 0x7fff)) >>> 0;
      const server = line.at(this.hash % line.total);
      if (this.isFree(server, avoid)) return server;
      misses.count++;
    }
    return this.smooth.next(avoid);
  }
}

export const weightedHash = defineBalancing({
  name: "weighted-hash",
  summary: "A hash of a chosen part of the request, modulo the total weight, names the server.",
  whenToUse: "Caches or sessions by any key, in a fleet that seldom changes.",
  products: "nginx `hash`; the Perl client Cache::Memcached.",
  cost: "O(log n); O(n) after 21 misses",
  decides: {
    signal: null,
    rule: "the server on whose stretch of the total weight the hash falls",
    tieBreak: "out of use: hash again, 20 times at most, then smooth round robin",
  },
  knownFlaw: "Most keys move when the set of servers or a weight changes; 15 bits are coarse for great total weights.",
  source: "nginx 1.22 ngx_http_upstream_hash_module.c.",
  knobs: { ...hashKeyKnobs("uri"), maxFails: maxFailsKnob },
  create: (options, context) => new WeightedHash(context, options),
});
