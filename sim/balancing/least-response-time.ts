import { exp } from "../engine/exact.ts";
import { type BalancingAlgorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { ServerHeap } from "./server-heap.ts";

/**
 * The smallest product of smoothed response time and (requests in flight + 1), per unit of weight.
 *
 * The response time is an exponentially weighted mean over answers: after n answers the newest counts `gain`. A server
 * that has not answered yet counts 0 and is tried first. A failure counts as the answer that took `failurePenaltyMs`.
 */
class LeastResponseTime implements BalancingAlgorithm {
  private readonly context: BalancingContext;
  private readonly gain: number;
  private readonly failurePenaltyMs: number;
  private readonly smoothedMs: Float64Array;
  private readonly byCost: ServerHeap;

  constructor(context: BalancingContext, memory: number, failurePenaltyMs: number) {
    this.context = context;
    this.gain = 1 - exp(-1 / memory);
    this.failurePenaltyMs = failurePenaltyMs;
    this.smoothedMs = new Float64Array(context.fleet.count);
    this.byCost = new ServerHeap(context.fleet.count);
  }

  pick(_request: number, avoid: number): number {
    return this.byCost.first(avoid);
  }

  sent(server: number): void {
    if (this.byCost.has(server)) this.byCost.put(server, this.costOf(server));
  }

  ended(server: number, responseTimeMs: number, answered: boolean): void {
    const sampleMs = answered ? responseTimeMs : Math.max(responseTimeMs, this.failurePenaltyMs);
    const before = this.smoothedMs[server]!;
    this.smoothedMs[server] = before === 0 ? sampleMs : before + this.gain * (sampleMs - before);
    this.sent(server);
  }

  changed(server: number): void {
    this.byCost.remove(server);
    if (this.context.fleet.isEligible[server] === 1) this.byCost.put(server, this.costOf(server));
  }

  private costOf(server: number): number {
    const { inFlight, weight } = this.context.fleet;
    return (this.smoothedMs[server]! * (inFlight[server]! + 1)) / weight[server]!;
  }
}

export const leastResponseTime = defineBalancing({
  name: "least-response-time",
  aliases: ["least_time", "leasttime", "fastest"],
  summary: "The server with the smallest smoothed response time times requests in flight.",
  whenToUse: "Servers of unequal or changing speed.",
  knownFlaw: "Late by nature: it learns of a slow server from the users it sent there.",
  source: "After nginx Plus least_time and F5 fastest; the smoothing is ours, with its knob.",
  knobs: {
    memory: {
      unit: "number",
      default: 20,
      minimum: 1,
      summary: "Answers after which a sample's weight has fallen to 1/e.",
    },
    failurePenaltyMs: {
      unit: "ms",
      default: 1000,
      minimum: 0,
      summary: "What a failed request counts as, so that failing fast does not pay.",
    },
  },
  create: ({ memory, failurePenaltyMs }, context) => new LeastResponseTime(context, memory, failurePenaltyMs),
});
