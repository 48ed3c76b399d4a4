import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { firstOpen, isOpen } from "./candidates.ts";
import { DeadlineSchedule, randomStartKnob, startOf } from "./deadline-schedule.ts";

/** Whether the eligible servers all weigh the same. */
export function weighsAlike({ eligible, eligibleCount, weight }: BalancingContext["fleet"]): boolean {
  for (let i = 1; i < eligibleCount; i++) if (weight[eligible[i]!] !== weight[eligible[0]!]) return false;
  return true;
}

/**
 * Envoy's round robin. Servers of equal weight are taken in turn. Of different weights, the one whose deadline is earliest;
 * its next one is 1 / weight later.
 *
 * The schedule is made anew whenever the fleet changes, and begins at the same point of its cycle each time. A server that
 * may not have the request has had its turn all the same, as when Envoy's retry predicate rejects a host.
 */
class EarliestDeadlineFirst extends Algorithm {
  private readonly context: BalancingContext;
  private readonly schedule: DeadlineSchedule;
  private readonly start: number;
  private turn: number;
  private isFlat = true;
  private version = -1;

  constructor(context: BalancingContext, randomStart: boolean) {
    super();
    this.context = context;
    this.schedule = new DeadlineSchedule(context.fleet.count);
    this.start = startOf(context.draws, randomStart);
    this.turn = this.start;
  }

  pick(_request: number, avoid: number): number {
    const { fleet } = this.context;
    if (this.version !== fleet.version) this.rebuild();
    const anybody = firstOpen(fleet, avoid);
    if (anybody < 0 || anybody === avoid) return anybody;
    if (!this.isFlat) return this.schedule.next(fleet, avoid, this.weightOf);
    for (;;) {
      const server = fleet.eligible[this.turn++ % fleet.eligibleCount]!;
      if (isOpen(fleet, server, avoid)) return server;
    }
  }

  private readonly weightOf = (server: number): number => this.context.fleet.weight[server]!;

  private rebuild(): void {
    const { fleet } = this.context;
    this.version = fleet.version;
    this.isFlat = weighsAlike(fleet);
    if (!this.isFlat) this.schedule.fill(fleet, this.weightOf, this.start);
  }

  override signalOf(server: number): number | null {
    return this.isFlat ? null : this.schedule.dueAt(server);
  }
}

export const earliestDeadlineFirst = defineBalancing({
  name: "earliest-deadline-first",
  aliases: ["edf", "ROUND_ROBIN"],
  summary: "The servers in turn, by deadlines that come the sooner the larger the weight.",
  whenToUse: "Servers of known, different capacity, weights of any size and fractional ones too.",
  products: "Envoy `ROUND_ROBIN`; gRPC `weighted_round_robin` in spirit.",
  cost: "O(log n), O(1) with equal weights; O(n log n) to rebuild",
  decides: {
    signal: "deadline, in rounds of weight 1 (none with equal weights)",
    rule: "the earliest",
    best: "smallest",
    tieBreak: "the one that has had this deadline for longest",
  },
  knownFlaw:
    "Two light servers of equal weight are served one right after the other; every change starts the cycle anew.",
  source: "Envoy edf_scheduler.h and round_robin_lb.h, 2026.",
  knobs: { randomStart: randomStartKnob },
  create: ({ randomStart }, context) => new EarliestDeadlineFirst(context, randomStart),
});
