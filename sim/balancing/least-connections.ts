import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { effectiveWeight } from "./effective-weight.ts";
import { loadColumn, loadKnob } from "./load-seen.ts";
import { ServerHeap } from "./server-heap.ts";
import { ServerLists } from "./server-lists.ts";

/** HAProxy's keys are whole multiples of 1 / 4096 of its largest weight, 256 (SRV_EWGHT_MAX). */
const UNIT = 4096;

/**
 * The server with the fewest requests in flight per unit of weight, counting the one to be placed.
 *
 * An idle server's key is 0 whatever its weight, otherwise (n + 1) × 4096 / effective weight, rounded down; equal keys are
 * taken in the order in which the servers got them, so that idle servers take turns.
 */
class LeastConnections extends Algorithm {
  private readonly context: BalancingContext;
  /** By load while all weights are the same, for then keys grow with it; by key when they are not. */
  private readonly byLoad: ServerLists;
  private readonly byKey: ServerHeap;
  private readonly weights: WeightsInUse;
  /** Requests by server, as this balancer counts them or as servers have reported them. */
  private readonly load: Int32Array | Float64Array;
  private readonly isReported: boolean;

  constructor(context: BalancingContext, load: string) {
    super();
    this.context = context;
    this.load = loadColumn(context.fleet, load);
    this.isReported = load === "reported";
    this.byLoad = new ServerLists(context.fleet.count);
    this.byKey = new ServerHeap(context.fleet.count);
    this.weights = new WeightsInUse(context.fleet.count);
  }

  pick(_request: number, avoid: number): number {
    const { fleet } = this.context;
    return this.weights.differ ? this.byKey.firstOpen(fleet, avoid) : this.byLoad.firstOpen(fleet, avoid);
  }

  override sent(server: number): void {
    // Until its next report the server's key stays the same; it goes behind its equals all the same.
    if (this.isReported) this.changed(server);
    else this.update(server);
  }

  override reported(server: number): void {
    this.update(server);
  }

  override ended(server: number): void {
    this.update(server);
  }

  override changed(server: number): void {
    const { fleet } = this.context;
    const differed = this.weights.differ;
    this.byLoad.remove(server);
    this.byKey.remove(server);
    const isEligible = fleet.isEligible[server] === 1;
    this.weights.set(server, isEligible ? effectiveWeight(fleet.weight[server]!) : 0);
    if (differed !== this.weights.differ) this.changeOver();
    if (!isEligible) return;
    if (this.weights.differ) this.byKey.put(server, this.keyOf(server));
    else this.byLoad.put(server, this.load[server]!);
  }

  private update(server: number): void {
    // A drained server may still have requests under way; it is not to be chosen.
    if (this.weights.differ) {
      if (this.byKey.has(server)) this.byKey.put(server, this.keyOf(server));
    } else {
      this.byLoad.move(server, this.load[server]!);
    }
  }

  /** Carries everybody from one order to the other, first to last, so that equals stay as they stood. */
  private changeOver(): void {
    if (this.weights.differ) {
      for (const server of this.byLoad.inOrder()) {
        this.byLoad.remove(server);
        this.byKey.put(server, this.keyOf(server));
      }
    } else {
      for (let server = this.byKey.first(-1); server >= 0; server = this.byKey.first(-1)) {
        this.byKey.remove(server);
        this.byLoad.put(server, this.load[server]!);
      }
    }
  }

  override signalOf(server: number): number {
    return this.keyOf(server);
  }

  private keyOf(server: number): number {
    const requests = this.load[server]!;
    return requests === 0
      ? 0
      : Math.floor(((requests + 1) * UNIT) / effectiveWeight(this.context.fleet.weight[server]!));
  }
}

/** Whether servers in use have different weights. */
class WeightsInUse {
  /** 0 for a server that is not in use. */
  private readonly weight: Float64Array;
  private reference = 0;
  private inUse = 0;
  private others = 0;
  differ = false;

  constructor(servers: number) {
    this.weight = new Float64Array(servers);
  }

  set(server: number, weight: number): void {
    this.count(this.weight[server]!, -1);
    if (this.inUse === 0) this.reference = weight;
    this.weight[server] = weight;
    this.count(weight, 1);
    // Above 4096, the keys of different loads may be the same, as if weights differed.
    this.differ = this.others > 0 || this.reference > UNIT;
  }

  private count(weight: number, change: number): void {
    if (weight === 0) return;
    this.inUse += change;
    if (weight !== this.reference) this.others += change;
  }
}

export const leastConnections = defineBalancing({
  name: "least-connections",
  aliases: ["leastconn", "balance leastconn", "jsq", "least-outstanding-requests"],
  summary: "The server with the fewest requests in flight for its weight.",
  whenToUse: "Requests of uneven cost, one balancer or few.",
  products: "HAProxy `balance leastconn`.",
  cost: "O(1) while weights are equal, else O(log n)",
  decides: {
    signal: "0 when idle, else (requests in flight + 1) × 256 per unit of weight, rounded down",
    rule: "the smallest",
    best: "smallest",
    tieBreak: "the server that has had this value for longest",
  },
  knownFlaw:
    "A server that fails fast looks idle and attracts the traffic; many balancers each know only their own requests.",
  source: "HAProxy 2.6 lb_fwlc.c; join-shortest-queue in the literature.",
  knobs: { load: loadKnob },
  create: ({ load }, context) => new LeastConnections(context, load),
});
