import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { firstOpen, isOpen } from "./candidates.ts";
import { balanceFactorKnob, EnvoyBoundedLoads } from "./envoy-bounded-loads.ts";
import { eligibleHosts, hostKeyKnob } from "./envoy-hosts.ts";
import { RequestHash } from "./envoy-request-hash.ts";
import { envoyRing, type RingSizes, ringHashFunctions } from "./envoy-ring.ts";
import { type HashKeyOptions, hashKeyKnobs } from "./hash-key.ts";
import type { Ring64 } from "./ring64.ts";

interface Options extends HashKeyOptions {
  readonly minimumRingSize: number;
  readonly maximumRingSize: number;
  readonly hashFunction: string;
  readonly hostKey: string;
  readonly hashBalanceFactor: number | null;
}

/**
 * The first point at or after the request's hash names the server; further attempts go one point on each. Envoy makes as
 * many attempts as its retry policy says, ours goes on until it meets a server that may have the request.
 */
class RingHash extends Algorithm {
  private readonly context: BalancingContext;
  private readonly hash: RequestHash;
  private readonly bounds: EnvoyBoundedLoads | null;
  private readonly sizes: RingSizes;
  private readonly options: Options;
  private ring!: Ring64;
  private servers = new Int32Array(0);
  private version = -1;
  private inFlight = 0;

  constructor(context: BalancingContext, options: Options) {
    super();
    this.context = context;
    this.options = options;
    this.sizes = { minimum: options.minimumRingSize, maximum: options.maximumRingSize };
    this.hash = new RequestHash(options, context);
    const { hashBalanceFactor } = options;
    this.bounds = hashBalanceFactor === null ? null : new EnvoyBoundedLoads(context.fleet, hashBalanceFactor);
  }

  pick(request: number, avoid: number): number {
    const { fleet } = this.context;
    if (this.version !== fleet.version) this.rebuild();
    this.hash.read(request);
    const { size, server } = this.ring;
    let point = this.ring.find(this.hash.high, this.hash.low);
    for (let attempt = 0; attempt < size; attempt++) {
      const found = this.servers[server[point]!]!;
      if (isOpen(fleet, found, avoid)) {
        return this.bounds?.choose(found, this.hash.low, this.inFlight, avoid) ?? found;
      }
      if (++point === size) point = 0;
    }
    return firstOpen(fleet, avoid);
  }

  override sent(): void {
    this.inFlight++;
  }

  override ended(): void {
    this.inFlight--;
  }

  private rebuild(): void {
    const { fleet } = this.context;
    this.version = fleet.version;
    this.servers = fleet.eligible.slice(0, fleet.eligibleCount);
    this.ring = envoyRing(eligibleHosts(fleet, this.options.hostKey), this.sizes, this.options.hashFunction);
  }
}

export const ringHash = defineBalancing({
  name: "ring-hash",
  aliases: ["RING_HASH", "ring_hash"],
  summary: "Servers have points on a ring of hashes in proportion to weight; a request goes to the next point.",
  whenToUse: "Caches and sharded state behind the balancer, when weights differ by much.",
  products: "Envoy `RING_HASH`; gRPC `ring_hash_experimental`.",
  cost: "O(log p) for p points; O(p log p) to rebuild. With a balance factor O(n) while servers are full",
  decides: {
    signal: null,
    rule: "the server of the first point at or after the hash",
    tieBreak:
      "refused or barred there: point by point further round; full: the others in an order that follows from the hash",
  },
  knownFlaw: "With few points per server the shares are uneven: their spread is 1/√(points per server).",
  source:
    "Envoy ring_hash_lb.cc and thread_aware_lb_impl.cc, 2026; Karger et al., “Consistent Hashing and Random Trees”, STOC 1997.",
  knobs: {
    ...hashKeyKnobs("source"),
    minimumRingSize: {
      unit: "count",
      default: 1024,
      minimum: 1,
      maximum: 8_388_608,
      summary: "Points on the ring, at least: more make shares more even.",
    },
    maximumRingSize: {
      unit: "count",
      default: 8_388_608,
      minimum: 1,
      maximum: 8_388_608,
      summary: "Points on the ring, at most, however small the smallest weight.",
    },
    hashFunction: {
      unit: "choice",
      choices: ringHashFunctions,
      default: "xxhash",
      summary: "The hash of the points: XXH64 or MurmurHash64A. Requests are always hashed by XXH64.",
    },
    hostKey: hostKeyKnob,
    hashBalanceFactor: balanceFactorKnob,
  },
  create: (knobs, context) => new RingHash(context, knobs),
});
