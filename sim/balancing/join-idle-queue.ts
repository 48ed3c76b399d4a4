import { avalanche } from "../engine/hash.ts";
import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { firstOpen } from "./candidates.ts";
import { loadKnob } from "./load-seen.ts";
import { ServerHeap } from "./server-heap.ts";

/**
 * A server that falls idle announces itself to one balancer, which sends it the next request without looking at anybody else.
 * A balancer to whom nobody has announced himself draws at random. A server that got work another way is withdrawn.
 *
 * By local load, a server is idle when this balancer has nothing on it, and every balancer has a queue of all such servers. By
 * reported load, a report of an empty server is its announcement, and a hash of server and time says to which balancer: they
 * all see the report and agree, as if only one had got it.
 */
class JoinIdleQueue extends Algorithm {
  private readonly context: BalancingContext;
  private readonly isReported: boolean;
  /** First in, first out: all have one key. */
  private readonly idle: ServerHeap;
  private decisions = 0;

  constructor(context: BalancingContext, load: string) {
    super();
    this.context = context;
    this.isReported = load === "reported";
    this.idle = new ServerHeap(context.fleet.count);
  }

  pick(_request: number, avoid: number): number {
    const { fleet, draws } = this.context;
    const idle = this.idle.firstOpen(fleet, avoid);
    const decision = this.decisions++;
    if (idle >= 0 && idle !== avoid) return idle;
    return firstOpen(fleet, avoid, draws.at(0, decision).below(fleet.eligibleCount));
  }

  override sent(server: number): void {
    this.idle.remove(server);
  }

  override ended(server: number): void {
    if (!this.isReported) this.refresh(server);
  }

  override reported(server: number): void {
    if (this.isReported) this.refresh(server);
  }

  override changed(server: number): void {
    this.refresh(server);
  }

  private refresh(server: number): void {
    if (this.context.fleet.isEligible[server] === 1 && this.announcesItself(server)) this.idle.put(server, 0);
    else this.idle.remove(server);
  }

  private announcesItself(server: number): boolean {
    const { fleet, peers } = this.context;
    if (!this.isReported) return fleet.inFlight[server] === 0;
    if (fleet.reports.inSystem[server]! > 0) return false;
    const { index, count } = peers ?? { index: 0, count: 1 };
    // Before its first report a server is taken for idle since the start.
    const madeAtMs = fleet.reports.madeAtMs[server]!;
    const moment = Number.isNaN(madeAtMs) ? 0 : Math.floor(madeAtMs * 1024);
    return avalanche(avalanche(server) + moment) % count === index;
  }

  override signalOf(server: number): number {
    return this.idle.has(server) ? 0 : 1;
  }
}

export const joinIdleQueue = defineBalancing({
  name: "join-idle-queue",
  aliases: ["jiq"],
  summary: "Idle servers queue up at the balancer; the first of them gets the request, else any server at random.",
  whenToUse: "Many balancers at moderate load: nothing has to be asked for when a request comes.",
  products: "Microsoft's cloud front ends, in the paper.",
  cost: "O(log n)",
  decides: {
    signal: "0 where the server has announced itself idle to this balancer, else 1",
    rule: "the smallest",
    best: "smallest",
    tieBreak: "of the announced the one that has been so for longest; without any, one at random",
  },
  knownFlaw: "At high load nobody is idle, and it is no better than random.",
  source: "Lu, Xie, Kliot, Geller, Larus and Greenberg, “Join-Idle-Queue”, Performance Evaluation 68(11), 2011.",
  knobs: { load: loadKnob },
  create: ({ load }, context) => new JoinIdleQueue(context, load),
});
