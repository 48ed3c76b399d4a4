import { defineBalancing } from "./algorithm.ts";
import { ByStatus } from "./load-status.ts";

/** Apache's bytraffic: the fewest bytes sent and read for its load factor, each divided in whole numbers. */
class ByTraffic extends ByStatus {
  protected isBetter(server: number, best: number): boolean {
    return this.trafficOf(server) < this.trafficOf(best);
  }

  private trafficOf(server: number): number {
    const factor = this.turns.factorOf(server);
    const { sentBytes, receivedBytes } = this.fleet;
    return Math.trunc(sentBytes[server]! / factor) + Math.trunc(receivedBytes[server]! / factor);
  }

  override signalOf(server: number): number {
    return this.trafficOf(server);
  }
}

export const byTraffic = defineBalancing({
  name: "by-traffic",
  aliases: ["bytraffic"],
  summary: "The server with the fewest bytes so far for its weight.",
  whenToUse: "Downloads: the network is what is short.",
  products: "Apache httpd `lbmethod=bytraffic`.",
  cost: "O(n)",
  decides: {
    signal: "bytes sent and read so far, per hundredth of a unit of weight",
    rule: "the smallest",
    best: "smallest",
    tieBreak: "the first in the order of the fleet",
  },
  knownFlaw: "It counts since the start: a server that was away, or is new, gets everything until it has caught up.",
  source: "Apache httpd 2.4.62 mod_lbmethod_bytraffic.c.",
  knobs: {},
  create: (_knobs, context) => new ByTraffic(context),
});
