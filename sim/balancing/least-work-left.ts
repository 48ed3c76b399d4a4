import { type BalancingContext, defineBalancing } from "./algorithm.ts";
import { loadColumn, loadKnob } from "./load-seen.ts";
import { SmallestFirst } from "./smallest-first.ts";

/**
 * What a balancer can know of the work left: requests on the server, the new one included, times the server's mean work. The
 * mean is what its reports imply, busy share over rate of answers (the utilisation law: it holds for every law of work and
 * any number of workers); before the first report, the mean of the others, and 1 / weight before the first of all.
 */
class EstimatedWork extends SmallestFirst {
  private readonly load: Int32Array | Float64Array;
  private readonly workMs: Float64Array;
  private known = 0;
  private sumMs = 0;

  constructor(context: BalancingContext, load: string) {
    super(context);
    this.load = loadColumn(context.fleet, load);
    this.workMs = new Float64Array(context.fleet.count);
  }

  override reported(server: number): void {
    const { utilisation, answeredPerSec, failedPerSec } = this.context.fleet.reports;
    const ratePerSec = answeredPerSec[server]! + failedPerSec[server]!;
    if (ratePerSec > 0 && utilisation[server]! > 0) {
      const before = this.workMs[server]!;
      this.workMs[server] = (1000 * utilisation[server]!) / ratePerSec;
      this.sumMs += this.workMs[server]! - before;
      if (before === 0) {
        this.known++;
        // Who has not reported follows the mean of those that have, each time it is that of one more.
        this.updateAll();
      }
    }
    this.update(server);
  }

  protected override keyOf(server: number): number {
    let workMs = this.workMs[server]!;
    if (workMs === 0) workMs = this.known > 0 ? this.sumMs / this.known : 1 / this.context.fleet.weight[server]!;
    return (this.load[server]! + 1) * workMs;
  }
}

/**
 * A yardstick: the balancer knows the work of every request, takes weight for speed and each server for one worker that serves
 * first come, first served. Then the time at which the server will have done everything changes only when it gets more, and
 * the least work left is the earliest of these times. A request that a binding led past it counts as the mean so far.
 */
class KnownWork extends SmallestFirst {
  private readonly doneAtMs: Float64Array;
  private nextWorkMs = 0;
  private requests = 0;
  private sumMs = 0;

  constructor(context: BalancingContext) {
    super(context);
    this.doneAtMs = new Float64Array(context.fleet.count);
  }

  override pick(request: number, avoid: number): number {
    this.nextWorkMs = this.context.requests.workMsOf?.(request) ?? 1;
    this.requests++;
    this.sumMs += this.nextWorkMs;
    return super.pick(request, avoid);
  }

  override bound(): void {
    this.nextWorkMs = this.requests > 0 ? this.sumMs / this.requests : 1;
  }

  override sent(server: number): void {
    const beginsAtMs = Math.max(this.doneAtMs[server]!, this.context.clock.nowMs);
    this.doneAtMs[server] = beginsAtMs + this.nextWorkMs / this.context.fleet.weight[server]!;
    super.sent(server);
  }

  protected override keyOf(server: number): number {
    return this.doneAtMs[server]!;
  }

  override signalOf(server: number): number {
    return Math.max(0, this.doneAtMs[server]! - this.context.clock.nowMs);
  }
}

export const leastWorkLeft = defineBalancing({
  name: "least-work-left",
  aliases: ["lwl"],
  summary: "The server with the least work left to do.",
  whenToUse: "Requests of very uneven work; clairvoyant, as a bound on what any algorithm can reach.",
  products: "None: the literature's yardstick, and what estimates of it are worth.",
  cost: "O(log n)",
  decides: {
    signal: "ms of work left, with the new request where it is an estimate",
    rule: "the smallest",
    best: "smallest",
    tieBreak: "the servers in turn; of idle ones, when the work is known, the one idle for longest",
  },
  knownFlaw:
    "Nobody knows the work of a request before it is done; estimated, it is shortest expected delay with measured weights.",
  source: "Harchol-Balter, Crovella and Murta, “On Choosing a Task Assignment Policy”, JPDC 59(2), 1999.",
  knobs: {
    knowledge: {
      unit: "choice",
      choices: ["estimated", "clairvoyant"],
      default: "estimated",
      summary:
        "estimated: requests times the mean work that reports imply; clairvoyant: the work itself, which nobody can know.",
    },
    load: loadKnob,
  },
  create: ({ knowledge, load }, context) =>
    knowledge === "clairvoyant" ? new KnownWork(context) : new EstimatedWork(context, load),
});
