import { defineBalancing } from "./algorithm.ts";
import { DestinationList, expectedDelay } from "./shortest-expected-delay.ts";

/** Below every expected delay. */
const IDLE = -1;

export const neverQueue = defineBalancing({
  name: "never-queue",
  aliases: ["nq"],
  summary: "An idle server if there is one, whatever its weight; else shortest expected delay.",
  whenToUse: "When no request shall wait behind another while any server is idle.",
  products: "Linux IPVS `nq`.",
  cost: "O(log n), where the kernel walks its list",
  decides: {
    signal: "-1 when idle, else (requests in flight + 1) per unit of weight",
    rule: "the smallest",
    best: "smallest",
    tieBreak: "the last in the order of the fleet",
  },
  knownFlaw: "An idle slow server gets the request that a fast one would have finished sooner.",
  source: "Linux 6 net/netfilter/ipvs/ip_vs_nq.c and ip_vs_ctl.c.",
  knobs: {},
  create: (_knobs, context) =>
    new DestinationList(context, (inFlight, weight) => (inFlight === 0 ? IDLE : expectedDelay(inFlight, weight))),
});
