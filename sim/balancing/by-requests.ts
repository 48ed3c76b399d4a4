import { defineBalancing } from "./algorithm.ts";
import { ByStatus } from "./load-status.ts";

/** Apache's byrequests: the smooth weighted round robin of nginx, in which a binding's requests count as turns. */
class ByRequests extends ByStatus {
  protected isBetter(server: number, best: number): boolean {
    return this.turns.status[server]! > this.turns.status[best]!;
  }

  override signalOf(server: number): number {
    return this.turns.status[server]! + this.turns.factorOf(server);
  }
}

export const byRequests = defineBalancing({
  name: "by-requests",
  aliases: ["byrequests"],
  summary: "The servers in turn, in proportion to weight; requests of sticky sessions count as turns.",
  whenToUse: "Sticky sessions before servers of known, different capacity.",
  products: "Apache httpd `lbmethod=byrequests`, its default.",
  cost: "O(n)",
  decides: {
    signal: "status after this turn's load factor (100 for each unit of weight) is added",
    rule: "the largest",
    best: "largest",
    tieBreak: "the first in the order of the fleet",
  },
  knownFlaw: "A server that sticky sessions have kept busy gets no new ones until it is even, however long that takes.",
  source: "Apache httpd 2.4.62 mod_lbmethod_byrequests.c, mod_proxy_balancer.c.",
  knobs: {},
  create: (_knobs, context) => new ByRequests(context),
});
