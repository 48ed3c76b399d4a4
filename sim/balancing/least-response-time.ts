import { exp } from "../engine/exact.ts";
import { Algorithm, type BalancingContext, defineBalancing } from "./algorithm.ts";
import { ServerHeap } from "./server-heap.ts";

/**
 * The smallest product of smoothed response time and (requests in flight + 1), per unit of weight.
 *
 * The response time is an exponentially weighted mean over answers: the newest counts `gain`. A server that has not
 * answered yet is taken for as fast as the mean of those that have: were it taken for faster, everybody would be sent
 * there until its first answer. A failure counts as an answer that took `failurePenaltyMs`.
 */
class LeastResponseTime extends Algorithm {
  private readonly context: BalancingContext;
  private readonly gain: number;
  private readonly failurePenaltyMs: number;
  private readonly smoothedMs: Float64Array;
  private readonly hasAnswered: Uint8Array;
  /** Of the servers that have answered: their number and the sum of their smoothed times. */
  private answering = 0;
  private sumMs = 0;
  private readonly byCost: ServerHeap;

  constructor(context: BalancingContext, memory: number, failurePenaltyMs: number) {
    super();
    this.context = context;
    this.gain = 1 - exp(-1 / memory);
    this.failurePenaltyMs = failurePenaltyMs;
    this.smoothedMs = new Float64Array(context.fleet.count);
    this.hasAnswered = new Uint8Array(context.fleet.count);
    this.byCost = new ServerHeap(context.fleet.count);
  }

  pick(_request: number, avoid: number): number {
    return this.byCost.firstOpen(this.context.fleet, avoid);
  }

  override sent(server: number): void {
    if (this.byCost.has(server)) this.byCost.put(server, this.costOf(server));
  }

  override ended(server: number, responseTimeMs: number, answered: boolean): void {
    const sampleMs = answered ? responseTimeMs : Math.max(responseTimeMs, this.failurePenaltyMs);
    if (this.hasAnswered[server] === 0) {
      this.hasAnswered[server] = 1;
      this.answering++;
      this.sumMs += sampleMs;
      this.smoothedMs[server] = sampleMs;
      if (this.answering === 1) this.costOthersAnew(server);
    } else {
      const changeMs = this.gain * (sampleMs - this.smoothedMs[server]!);
      this.sumMs += changeMs;
      this.smoothedMs[server]! += changeMs;
    }
    this.sent(server);
  }

  /** Before the first answer of all, everybody's cost was in no unit of time. */
  private costOthersAnew(server: number): void {
    for (let other = 0; other < this.context.fleet.count; other++) if (other !== server) this.sent(other);
  }

  override changed(server: number): void {
    this.byCost.remove(server);
    if (this.context.fleet.isEligible[server] === 1) this.byCost.put(server, this.costOf(server));
  }

  /** What a server stands under: one that has not answered does not follow the others' mean until something happens to it. */
  override signalOf(server: number): number {
    return this.byCost.has(server) ? this.byCost.keyOf(server) : this.costOf(server);
  }

  private costOf(server: number): number {
    const { inFlight, weight } = this.context.fleet;
    return (this.timeMs(server) * (inFlight[server]! + 1)) / weight[server]!;
  }

  private timeMs(server: number): number {
    if (this.hasAnswered[server] === 1) return this.smoothedMs[server]!;
    // Before the first answer of all, any time will do that is the same for everybody.
    return this.answering === 0 ? 1 : this.sumMs / this.answering;
  }
}

export const leastResponseTime = defineBalancing({
  name: "least-response-time",
  aliases: ["least_time", "leasttime", "fastest"],
  summary: "The server with the smallest smoothed response time times requests in flight.",
  whenToUse: "Servers of unequal or changing speed.",
  products: "nginx Plus `least_time`, F5 `fastest`, NetScaler least response time.",
  cost: "O(log n)",
  decides: {
    signal: "smoothed response time × (requests in flight + 1), ms per unit of weight",
    rule: "the smallest",
    best: "smallest",
    tieBreak: "the server that has had this value for longest",
  },
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
