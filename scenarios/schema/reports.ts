/** How servers tell balancers about themselves: for all balancers, or for one strategy. */
import { z } from "zod";
import { closed } from "./closed.ts";
import { durationLaw } from "./distribution.ts";
import { duration, share, word } from "./quantities.ts";

const someReports = closed({
  interval: duration().describe("Time between two reports of a server; 0s: one at every change.").prefault("1s"),
  phases: word(["own", "common"])
    .describe("Whether every server reports at moments of its own, or all at the same moments.")
    .prefault("own"),
  delay: durationLaw().describe("From a server to one balancer.").prefault("0s"),
  loss: share().describe("Share of the reports that never reach a balancer.").prefault("0%"),
});

export const reports = z.union([someReports, z.literal("none").transform(() => null)], {
  error: "must be a map such as { interval: 1s, delay: 50ms, loss: 1% }, or none",
});

export type ReportsFile = z.output<typeof reports>;
