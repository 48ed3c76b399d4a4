import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { firstOpen, isOpen } from "./candidates.ts";
import { effectiveWeight } from "./effective-weight.ts";
import { HashRing } from "./hash-ring.ts";
import { ringPoints } from "./ring-points.ts";

/** How often a server out of the question is drawn again before the next in the order of the fleet that is not is taken. */
const TRIES = 8;

/** Where a server is drawn from. */
interface Lot {
  /** Called after every change of listing, eligibility or weight of `server`. */
  changed(server: number): void;
  draw(): number;
}

/** Each eligible server with equal probability. */
class EqualLot implements Lot {
  private readonly context: BalancingContext;

  constructor(context: BalancingContext) {
    this.context = context;
  }

  changed(): void {}

  draw(): number {
    const { fleet, draws } = this.context;
    return fleet.eligible[draws.below(fleet.eligibleCount)]!;
  }
}

/** In proportion to weight: running sums of the weights, looked up by halving. */
class WeightedLot implements Lot {
  private readonly context: BalancingContext;
  private readonly end: Float64Array;
  private version = -1;

  constructor(context: BalancingContext) {
    this.context = context;
    this.end = new Float64Array(context.fleet.count);
  }

  changed(): void {}

  draw(): number {
    const { fleet, draws } = this.context;
    const { eligible, eligibleCount } = fleet;
    if (this.version !== fleet.version) this.add();
    const luck = draws.uniform() * this.end[eligibleCount - 1]!;
    let low = 0;
    let high = eligibleCount - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.end[middle]! > luck) high = middle;
      else low = middle + 1;
    }
    return eligible[low]!;
  }

  private add(): void {
    const { fleet } = this.context;
    let sum = 0;
    for (let i = 0; i < fleet.eligibleCount; i++) {
      sum += fleet.weight[fleet.eligible[i]!]!;
      this.end[i] = sum;
    }
    this.version = fleet.version;
  }
}

/** The owner of the point of HAProxy's ring that is nearest to a random number: near its share of the weight, not exactly. */
class RingLot implements Lot {
  private readonly context: BalancingContext;
  private readonly ring: HashRing;

  constructor(context: BalancingContext) {
    this.context = context;
    this.ring = new HashRing(context.fleet.identity, ringPoints("id"));
  }

  changed(server: number): void {
    const { fleet } = this.context;
    this.ring.set(server, fleet.isEligible[server] === 1 ? effectiveWeight(fleet.weight[server]!) : 0);
  }

  draw(): number {
    return this.ring.ownerAt(this.ring.nearest(this.context.draws.bits() >>> 0));
  }
}

/**
 * The least loaded of so many servers drawn at random, with replacement. HAProxy lets a later draw win unless the earlier
 * one has strictly fewer requests in flight per unit of weight.
 */
class Random extends Algorithm {
  private decisions = 0;
  private readonly context: BalancingContext;
  private readonly draws: number;
  private readonly lot: Lot;

  constructor(context: BalancingContext, draws: number, lot: Lot) {
    super();
    this.context = context;
    this.draws = draws;
    this.lot = lot;
  }

  pick(_request: number, avoid: number): number {
    const { draws } = this.context;
    draws.at(0, this.decisions++);
    let best = -1;
    for (let i = 0; i < this.draws; i++) {
      const server = this.drawOpen(avoid);
      if (best < 0 || !this.isLighter(best, server)) best = server;
    }
    return best;
  }

  private drawOpen(avoid: number): number {
    const { fleet, draws } = this.context;
    for (let i = 0; i < TRIES; i++) {
      const server = this.lot.draw();
      if (isOpen(fleet, server, avoid)) return server;
    }
    return firstOpen(fleet, avoid, draws.below(fleet.eligibleCount));
  }

  private isLighter(server: number, than: number): boolean {
    const { inFlight, weight } = this.context.fleet;
    return inFlight[server]! * weight[than]! < inFlight[than]! * weight[server]!;
  }

  override changed(server: number): void {
    this.lot.changed(server);
  }

  override signalOf(server: number): number | null {
    const { inFlight, weight } = this.context.fleet;
    return this.draws > 1 ? inFlight[server]! / weight[server]! : null;
  }
}

export const random = defineBalancing({
  name: "random",
  aliases: ["RANDOM", "random(1)"],
  summary: "A server drawn at random for each request, or the least loaded of several draws.",
  whenToUse: "As the yardstick: anything that knows more should do better.",
  products:
    "Envoy `RANDOM`; HAProxy `balance random(n)` with draws n from the ring; Varnish random director when weighted.",
  cost: "O(log n); O(n) after a change, O(points) of the ring",
  decides: {
    signal: "with several draws: requests in flight per unit of weight",
    rule: "drawn at random; of several draws the smallest",
    best: "smallest",
    among: "drawn",
    tieBreak: "the one drawn last",
  },
  knownFlaw: "Servers are as uneven as coin tosses: at 90 % utilisation the mean wait is that of n separate queues.",
  source: "Envoy RANDOM; HAProxy 2.6 backend.c get_server_rnd; theory: n independent M/M/1 queues.",
  knobs: {
    draws: {
      unit: "count",
      default: 1,
      minimum: 1,
      maximum: 64,
      summary: "Servers drawn for each request, with replacement.",
    },
    weighted: { unit: "flag", default: false, summary: "Draw in proportion to weight." },
    ring: {
      unit: "flag",
      default: false,
      summary: "Draw points of HAProxy's consistent ring, sixteen for each unit of weight, in place of servers.",
    },
  },
  create: ({ draws, weighted, ring }, context) => {
    const weightedLot = weighted ? new WeightedLot(context) : new EqualLot(context);
    return new Random(context, draws, ring ? new RingLot(context) : weightedLot);
  },
});
