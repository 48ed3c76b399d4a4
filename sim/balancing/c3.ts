import { type BalancingContext, defineBalancing } from "./algorithm.ts";
import { SmallestFirst } from "./smallest-first.ts";

interface Options {
  readonly gain: number;
  readonly clients: number | null;
}

/**
 * C3's replica ranking: R - S + q³ S for response time R and service time S, both smoothed, and an estimated queue
 * q = 1 + (own requests in flight) × clients + smoothed queue as reported: the cube punishes long queues.
 *
 * Where servers report, S is their busy share over their rate of answers (the utilisation law); else it is R. A server nobody
 * has heard of yet counts as the mean of the others when it was last touched. C3's rate limiter is left out: requests here are never held back.
 */
class C3 extends SmallestFirst {
  private readonly gain: number;
  private readonly clients: number;
  private readonly responseMs: Float64Array;
  private readonly serviceMs: Float64Array;
  private readonly queue: Float64Array;
  private readonly hasAnswered: Uint8Array;
  private readonly hasReported: Uint8Array;
  /** Of the servers that have answered. */
  private answering = 0;
  private sumMs = 0;

  constructor(context: BalancingContext, { gain, clients }: Options) {
    super(context);
    const { count } = context.fleet;
    this.gain = gain;
    this.clients = clients ?? context.peers?.count ?? 1;
    this.responseMs = new Float64Array(count);
    this.serviceMs = new Float64Array(count);
    this.queue = new Float64Array(count);
    this.hasAnswered = new Uint8Array(count);
    this.hasReported = new Uint8Array(count);
  }

  override ended(server: number, responseTimeMs: number): void {
    const before = this.responseMs[server]!;
    this.responseMs[server] = this.smoothed(before, responseTimeMs, this.hasAnswered[server] === 1);
    this.sumMs += this.responseMs[server]! - before;
    if (this.hasAnswered[server] === 0) {
      this.hasAnswered[server] = 1;
      this.answering++;
      // Before the first answer of all, everybody's key was in no unit of time. After it, who has not answered stands by the
      // mean of those that had when it was last touched: to move everybody with each newcomer would be a scan.
      if (this.answering === 1) this.updateAll();
    }
    this.update(server);
  }

  override reported(server: number): void {
    const { inSystem, utilisation, answeredPerSec } = this.context.fleet.reports;
    const isFirst = this.hasReported[server] === 0;
    this.queue[server] = this.smoothed(this.queue[server]!, inSystem[server]!, !isFirst);
    if (answeredPerSec[server]! > 0 && utilisation[server]! > 0) {
      const sampleMs = (1000 * utilisation[server]!) / answeredPerSec[server]!;
      this.serviceMs[server] = this.smoothed(this.serviceMs[server]!, sampleMs, !isFirst);
      this.hasReported[server] = 1;
    }
    this.update(server);
  }

  private smoothed(mean: number, sample: number, hasMean: boolean): number {
    return hasMean ? mean + this.gain * (sample - mean) : sample;
  }

  protected override keyOf(server: number): number {
    let responseMs = this.responseMs[server]!;
    if (this.hasAnswered[server] === 0) responseMs = this.answering > 0 ? this.sumMs / this.answering : 1;
    const serviceMs = this.hasReported[server] === 1 ? this.serviceMs[server]! : responseMs;
    const queue = 1 + this.context.fleet.inFlight[server]! * this.clients + this.queue[server]!;
    return responseMs - serviceMs + queue * queue * queue * serviceMs;
  }
}

export const c3 = defineBalancing({
  name: "c3",
  aliases: ["cubic-replica-selection"],
  summary: "Ranks servers by response time and the cube of their queue.",
  whenToUse: "Replicated stores read by many clients, whose servers report their queues with every answer.",
  products: "Cassandra with C3; Spotify and SoundCloud trials.",
  cost: "O(log n)",
  decides: {
    signal: "R - S + q³ S, ms",
    rule: "the smallest",
    best: "smallest",
    tieBreak: "the servers in turn",
  },
  knownFlaw: "Without reports, or with late ones, the cube punishes what is long gone.",
  source: "Suresh, Canini, Schmid and Feldmann, “C3: Cutting Tail Latency in Cloud Data Stores”, NSDI 2015.",
  knobs: {
    gain: {
      unit: "fraction",
      default: 0.9,
      minimum: 0.001,
      maximum: 1,
      summary: "Weight of the newest sample in the smoothed numbers.",
    },
    clients: {
      unit: "count",
      default: null,
      minimum: 1,
      summary: "How many balancers send as much as this one; all there are when absent.",
    },
  },
  create: (knobs, context) => new C3(context, knobs),
});
