import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { effectiveWeight } from "./effective-weight.ts";
import { HashRing } from "./hash-ring.ts";
import { NO_KEY, RequestHash, type RequestHashOptions, requestHashKnobs } from "./request-hash.ts";
import { RING_KEYS, type RingKey, ringPoints } from "./ring-points.ts";

interface RingOptions extends RequestHashOptions {
  readonly ringKey: string;
  readonly balanceFactor: number;
  readonly shortTurns: boolean;
}

/**
 * HAProxy's consistent hashing: sixteen points for each unit of weight on a ring of 2^32 places; the point nearest to the
 * request's hash names the server. Requests without the key take the points in turn.
 *
 * With bounded loads a server may hold `balanceFactor` percent of its share of the requests in progress, that to be
 * placed included, rounded so that the servers' bounds add up; beyond it the request goes on to the next point. HAProxy
 * rounds by the weights that stood before the server when the program started, and so do we.
 */
class ConsistentHash extends Algorithm {
  private readonly context: BalancingContext;
  private readonly hash: RequestHash;
  private readonly ring: HashRing;
  private readonly balanceFactor: number;
  private readonly hasShortTurns: boolean;
  /** Effective weight while eligible, else 0; and the sum of those before it in the fleet, at the start. */
  private readonly weight: Float64Array;
  private readonly weightBefore: Float64Array;
  private totalWeight = 0;
  private inProgress = 0;
  private started = false;

  constructor(options: RingOptions, context: BalancingContext) {
    super();
    const { fleet } = context;
    this.context = context;
    this.balanceFactor = options.balanceFactor;
    this.hasShortTurns = options.shortTurns;
    this.hash = new RequestHash(options, context.requests);
    this.ring = new HashRing(fleet.identity, ringPoints(options.ringKey as RingKey));
    this.weight = new Float64Array(fleet.count);
    this.weightBefore = new Float64Array(fleet.count);
  }

  pick(request: number, avoid: number): number {
    const { fleet } = this.context;
    const hash = this.hash.of(request, fleet);
    if (hash === NO_KEY) return this.ring.inTurn(fleet.isBarred, avoid, this.hasShortTurns);
    return this.open(this.ring.nearest(hash), avoid);
  }

  /** From the point at `place` on, the first server that may take the request; HAProxy looks until it has passed the end twice. */
  private open(place: number, avoid: number): number {
    const { ring } = this;
    const { length } = ring;
    const { isBarred, eligibleCount } = this.context.fleet;
    let last = -1;
    for (let ends = 0; ends < 2; place = 0, ends++) {
      for (; place < length; place++) {
        const server = ring.ownerAt(place);
        if (isBarred[server] === 1) continue;
        if (server === avoid && eligibleCount > 1) continue;
        if (this.balanceFactor === 0 || this.hasRoom(server)) return server;
        last = server;
      }
    }
    // Over the bound everywhere, or none but the one to be avoided.
    return last < 0 && avoid >= 0 && isBarred[avoid] === 0 && this.weight[avoid]! > 0 ? avoid : last;
  }

  private hasRoom(server: number): boolean {
    const slots = Math.floor(((this.inProgress + 1) * this.balanceFactor + 99) / 100);
    const rest = slots % this.totalWeight;
    const weight = this.weight[server]!;
    const before = this.weightBefore[server]!;
    const bound = weight * Math.floor(slots / this.totalWeight) + this.share(before + weight, rest);
    return this.context.fleet.inFlight[server]! < Math.max(1, (bound - this.share(before, rest)) >>> 0);
  }

  /** In HAProxy's unsigned 32 bits, which thousands of units of weight make overflow. */
  private share(weights: number, rest: number): number {
    return Math.floor((Math.imul(weights, rest) >>> 0) / this.totalWeight);
  }

  override sent(): void {
    this.inProgress++;
  }

  override ended(): void {
    this.inProgress--;
  }

  override changed(server: number): void {
    if (!this.started) return this.start();
    const { fleet } = this.context;
    this.weigh(server, fleet.isEligible[server] === 1 ? effectiveWeight(fleet.weight[server]!) : 0);
  }

  private start(): void {
    const { fleet } = this.context;
    this.started = true;
    for (let i = 0; i < fleet.eligibleCount; i++) {
      const server = fleet.eligible[i]!;
      this.weightBefore[server] = this.totalWeight;
      this.weigh(server, effectiveWeight(fleet.weight[server]!));
    }
  }

  private weigh(server: number, weight: number): void {
    this.totalWeight += weight - this.weight[server]!;
    this.weight[server] = weight;
    this.ring.set(server, weight);
  }

  override signalOf(server: number): number {
    return this.context.fleet.inFlight[server]!;
  }
}

export const consistentHash = defineBalancing({
  name: "consistent-hash",
  aliases: ["chash", "hash-type consistent"],
  summary:
    "The nearest point on a ring names the server, so that one that comes or goes moves only its own share of the keys.",
  whenToUse:
    "Caches or sessions in a fleet that changes; with bounded loads when some keys are far more popular than others.",
  products: "HAProxy `hash-type consistent`, `hash-balance-factor`, `hash-key`.",
  cost: "O(log points); a server that comes or goes: O(points)",
  decides: {
    signal: "requests in flight, which bounded loads compare with the server's bound",
    rule: "the point nearest to the hash, and from there the next with room; without a key the points in turn",
    tieBreak: "the point before the hash",
  },
  knownFlaw:
    "Shares are as uneven as chance puts the points: with 16 for each server the fullest has about half as much again as the mean.",
  source:
    "HAProxy 2.6 lb_chash.c and lb_map.c; Karger et al., “Consistent hashing and random trees”, STOC 1997; bounded loads: Mirrokni, Thorup and Zadimoghaddam, 2016.",
  knobs: {
    ...requestHashKnobs("uri", true),
    ringKey: {
      unit: "choice",
      choices: RING_KEYS,
      default: "id",
      summary:
        "What a server's points are made from (HAProxy `hash-key`); id-3.0: ids as in 3.0 to 3.2 before October 2025.",
    },
    balanceFactor: {
      unit: "count",
      default: 0,
      minimum: 0,
      maximum: 65_535,
      summary:
        "Percent of its share of the requests in progress that a server may hold, from 101 on (HAProxy `hash-balance-factor`); 0: no bound.",
    },
    shortTurns: {
      unit: "flag",
      default: false,
      summary:
        "A request without a key looks no further than the first point while no turn has been taken, as in HAProxy, which then lets it wait though others have room.",
    },
  },
  create: (knobs, context) => new ConsistentHash(knobs, context),
});
