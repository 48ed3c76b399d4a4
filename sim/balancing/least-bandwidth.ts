import { type BalancingContext, defineBalancing } from "./algorithm.ts";
import { SmallestFirst } from "./smallest-first.ts";

/**
 * The server with the fewest bytes sent and received in a sliding window, per unit of weight. The window moves by halves: it
 * covers the running half and the one before, and everybody's sum is taken anew when a half is over.
 */
class LeastBandwidth extends SmallestFirst {
  private readonly halfMs: number;
  /** Bytes in all when the half before the running one began, and when the running one did. */
  private readonly before: Float64Array;
  private readonly mark: Float64Array;
  private isAwake = false;

  constructor(context: BalancingContext, windowMs: number) {
    super(context);
    this.halfMs = windowMs / 2;
    this.before = new Float64Array(context.fleet.count);
    this.mark = new Float64Array(context.fleet.count);
  }

  override sent(server: number): void {
    super.sent(server);
    if (!this.isAwake) this.wakeAtNextHalf();
  }

  private wakeAtNextHalf(): void {
    this.isAwake = true;
    this.context.wake((Math.floor(this.context.clock.nowMs / this.halfMs) + 1) * this.halfMs);
  }

  /** A half is over. When two have passed in which no bytes moved, nothing remains to be forgotten. */
  override woken(): void {
    this.isAwake = false;
    let isQuiet = true;
    for (let server = 0; server < this.mark.length; server++) {
      const bytes = this.bytesOf(server);
      isQuiet &&= this.before[server] === bytes && this.context.fleet.inFlight[server] === 0;
      this.before[server] = this.mark[server]!;
      this.mark[server] = bytes;
    }
    this.updateAll();
    if (!isQuiet) this.wakeAtNextHalf();
  }

  private bytesOf(server: number): number {
    const { sentBytes, receivedBytes } = this.context.fleet;
    return sentBytes[server]! + receivedBytes[server]!;
  }

  protected override keyOf(server: number): number {
    return (this.bytesOf(server) - this.before[server]!) / this.context.fleet.weight[server]!;
  }
}

export const leastBandwidth = defineBalancing({
  name: "least-bandwidth",
  aliases: ["LEASTBANDWIDTH"],
  summary: "The server with the least traffic of late.",
  whenToUse: "Downloads and streams, whose bytes are the load.",
  products: "NetScaler `LEASTBANDWIDTH`; Apache `bytraffic` in spirit.",
  cost: "O(log n); O(n log n) twice in each window",
  decides: {
    signal: "bytes sent and received in the window per unit of weight",
    rule: "the smallest",
    best: "smallest",
    tieBreak: "the servers in turn",
  },
  knownFlaw: "A server that answers errors moves few bytes, and gets more of what it fails.",
  source: "NetScaler 14 “Least bandwidth method”: bytes of the last 14 seconds. The window's halves are ours.",
  knobs: {
    windowMs: { unit: "ms", default: 14_000, minimum: 2, summary: "Time over which bytes count." },
  },
  create: ({ windowMs }, context) => new LeastBandwidth(context, windowMs),
});
