import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { firstOpen } from "./candidates.ts";
import { ServerHeap } from "./server-heap.ts";

/**
 * The kernel's list of destinations, ordered by key. It is walked from the head, where destinations are added, so that of
 * equals the last of the fleet is taken; one of weight 0 gets nothing. The kernel compares products of whole numbers, we
 * quotients: equal fractions are equal doubles, so the order is the same.
 */
export class DestinationList extends Algorithm {
  private readonly context: BalancingContext;
  private readonly byKey: ServerHeap;
  private readonly keyOf: (inFlight: number, weight: number) => number;

  constructor(context: BalancingContext, keyOf: (inFlight: number, weight: number) => number) {
    super();
    this.context = context;
    this.keyOf = keyOf;
    this.byKey = new ServerHeap(context.fleet.count);
  }

  pick(_request: number, avoid: number): number {
    const { fleet } = this.context;
    const first = this.byKey.firstOpen(fleet, avoid);
    return first < 0 ? firstOpen(fleet, avoid) : first;
  }

  override sent(server: number): void {
    if (this.byKey.has(server)) this.put(server);
  }

  override ended(server: number): void {
    this.sent(server);
  }

  override changed(server: number): void {
    const { isEligible, weight } = this.context.fleet;
    if (isEligible[server] === 1 && weight[server]! > 0) this.put(server);
    else this.byKey.remove(server);
  }

  private put(server: number): void {
    this.byKey.put(server, this.signalOf(server), -server);
  }

  override signalOf(server: number): number {
    const { inFlight, weight } = this.context.fleet;
    return this.keyOf(inFlight[server]!, weight[server]!);
  }
}

export const expectedDelay = (inFlight: number, weight: number): number => (inFlight + 1) / weight;

export const shortestExpectedDelay = defineBalancing({
  name: "shortest-expected-delay",
  aliases: ["sed"],
  summary: "The server with the fewest requests for its weight, counting the one to be placed.",
  whenToUse: "Servers of known, different speed, the weights being the speeds.",
  products: "Linux IPVS `sed`.",
  cost: "O(log n), where the kernel walks its list",
  decides: {
    signal: "(requests in flight + 1) per unit of weight",
    rule: "the smallest",
    best: "smallest",
    tieBreak: "the last in the order of the fleet",
  },
  knownFlaw: "Lets a slow server stand idle while a fast one has a queue.",
  source: "Linux 6 net/netfilter/ipvs/ip_vs_sed.c and ip_vs_ctl.c.",
  knobs: {},
  create: (_knobs, context) => new DestinationList(context, expectedDelay),
});
