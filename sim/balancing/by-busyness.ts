import { defineBalancing } from "./algorithm.ts";
import { ByStatus } from "./load-status.ts";

/** Apache's bybusyness: the fewest requests in flight, whatever the weights; they decide among equals. */
class ByBusyness extends ByStatus {
  protected isBetter(server: number, best: number): boolean {
    const { inFlight } = this.fleet;
    const difference = inFlight[server]! - inFlight[best]!;
    return difference < 0 || (difference === 0 && this.turns.status[server]! > this.turns.status[best]!);
  }

  override signalOf(server: number): number {
    return this.fleet.inFlight[server]!;
  }
}

export const byBusyness = defineBalancing({
  name: "by-busyness",
  aliases: ["bybusyness"],
  summary: "The server with the fewest requests in flight; equals take weighted turns.",
  whenToUse: "Requests of uneven cost and servers of like capacity.",
  products: "Apache httpd `lbmethod=bybusyness`.",
  cost: "O(n)",
  decides: {
    signal: "requests in flight",
    rule: "the smallest",
    best: "smallest",
    tieBreak: "the largest status, then the first in the order of the fleet",
  },
  knownFlaw: "Weights matter only among equals: under load a small server holds as many requests as a large one.",
  source: "Apache httpd 2.4.62 mod_lbmethod_bybusyness.c.",
  knobs: {},
  create: (_knobs, context) => new ByBusyness(context),
});
