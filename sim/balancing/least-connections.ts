import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { effectiveWeight } from "./effective-weight.ts";
import { loadColumn, loadKnob } from "./load-seen.ts";
import { ServerHeap } from "./server-heap.ts";

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
  private readonly byLoad: ServerHeap;
  /** Requests by server, as this balancer counts them or as servers have reported them. */
  private readonly load: Int32Array | Float64Array;
  private readonly isReported: boolean;

  constructor(context: BalancingContext, load: string) {
    super();
    this.context = context;
    this.load = loadColumn(context.fleet, load);
    this.isReported = load === "reported";
    this.byLoad = new ServerHeap(context.fleet.count);
  }

  pick(_request: number, avoid: number): number {
    return this.byLoad.firstOpen(this.context.fleet, avoid);
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
    this.byLoad.remove(server);
    if (this.context.fleet.isEligible[server] === 1) this.byLoad.put(server, this.keyOf(server));
  }

  private update(server: number): void {
    // A drained server may still have requests under way; it is not to be chosen.
    if (this.byLoad.has(server)) this.byLoad.put(server, this.keyOf(server));
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

export const leastConnections = defineBalancing({
  name: "least-connections",
  aliases: ["leastconn", "balance leastconn", "jsq", "least-outstanding-requests"],
  summary: "The server with the fewest requests in flight for its weight.",
  whenToUse: "Requests of uneven cost, one balancer or few.",
  products: "HAProxy `balance leastconn`.",
  cost: "O(log n)",
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
