import { type BalancingContext, defineBalancing } from "./algorithm.ts";
import { DecayingMean } from "./decaying-mean.ts";
import { SampledTwo } from "./sampled-two.ts";

/**
 * Finagle's peak EWMA over two servers drawn at random: a decaying mean of response times that jumps to every peak, times
 * (requests in flight + 1), per unit of weight. A server with requests and no answer yet costs the penalty.
 *
 * Finagle lets the mean decay each time it looks, we as a function of the time since the last answer: the same but for
 * rounding. Failures count by their time as answers do, as in Finagle.
 */
class PeakEwma extends SampledTwo {
  private readonly mean: DecayingMean;
  private readonly penaltyMs: number;

  constructor(context: BalancingContext, decayMs: number, penaltyMs: number) {
    super(context);
    this.mean = new DecayingMean(context.fleet.count, decayMs, true);
    this.penaltyMs = penaltyMs;
  }

  override ended(server: number, responseTimeMs: number): void {
    this.mean.observe(server, responseTimeMs, this.context.clock.nowMs);
  }

  override signalOf(server: number): number {
    const { fleet, clock } = this.context;
    const inFlight = fleet.inFlight[server]!;
    const meanMs = this.mean.valueAt(server, clock.nowMs);
    if (meanMs === 0 && inFlight > 0) return this.penaltyMs + inFlight;
    return (meanMs * (inFlight + 1)) / fleet.weight[server]!;
  }
}

export const peakEwma = defineBalancing({
  name: "peak-ewma",
  aliases: ["p2c-ewma", "p2c_ewma", "peakEwma"],
  summary:
    "Of two servers drawn at random the one with less response time, peaks remembered, for its requests in flight.",
  whenToUse: "Servers that slow down at times: pauses of a garbage collector, noisy neighbours.",
  products: "Finagle and Linkerd `ewma`; Envoy `peak_ewma`.",
  cost: "O(1)",
  decides: {
    signal: "decaying peak of response times × (requests in flight + 1), ms per unit of weight",
    rule: "the smaller of two drawn at random",
    best: "smallest",
    among: "drawn",
    tieBreak: "the one drawn first",
  },
  knownFlaw: "One slow answer keeps a server out until it has decayed, and an idle server's past fades to nothing.",
  source: "Finagle PeakEwma.scala and P2CPick.scala, 2023; Linkerd 2 documentation.",
  knobs: {
    decayMs: { unit: "ms", default: 10_000, minimum: 1, summary: "Time in which an answer's weight falls to 1/e." },
    penaltyMs: {
      unit: "ms",
      default: 140_737_488.355327,
      minimum: 0,
      summary: "Cost of a server that has requests and has not answered any yet: 2^47 - 1 ns in Finagle.",
    },
  },
  create: ({ decayMs, penaltyMs }, context) => new PeakEwma(context, decayMs, penaltyMs),
});
