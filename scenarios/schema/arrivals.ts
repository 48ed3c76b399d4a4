/** How sessions arrive: a process with its parameters, or the replay of a log. */
import { z } from "zod";
import type { Distribution } from "../../sim/scenario.ts";
import { closed } from "./closed.ts";
import { durationLaw } from "./distribution.ts";
import { count, duration, plainNumber, rate, share, text } from "./quantities.ts";

const positive = { above: 0 };

/** Gaps that are all zero would put every arrival into one moment. */
function isEverPositive(gap: Distribution): boolean {
  if (gap.law === "constant") return gap.value > 0;
  if (gap.law === "uniform") return gap.high > 0;
  return gap.law !== "empirical" || gap.values.some((value, index) => value > 0 && (gap.weights[index] ?? 0) > 0);
}

const processes = [
  closed({
    process: z.literal("poisson").describe("Independent arrivals at a constant rate."),
    rate: rate(positive).describe("Sessions per unit of time."),
  }),
  closed({
    process: z.literal("deterministic").describe("Equal gaps."),
    rate: rate(positive).describe("Sessions per unit of time."),
  }),
  closed({
    process: z.literal("renewal").describe("Independent gaps of any law."),
    gap: durationLaw()
      .refine(isEverPositive, { error: "must be above zero, at least sometimes" })
      .describe("Time between two arrivals."),
  }),
  closed({
    process: z.literal("mmpp").describe("Markov-modulated Poisson: the rate changes at random moments."),
    states: z
      .array(
        closed({
          rate: rate().describe("Rate while the process is in this state."),
          stay: duration(positive).describe("Mean of the exponential stay in it."),
        }),
        { error: "must be a list of states { rate, stay }" },
      )
      .min(1, { error: "must hold at least one state" })
      .refine((states) => states.some((state) => state.rate > 0), {
        error: "must hold at least one state with a rate above zero",
      })
      .describe("States follow one another in a cycle."),
  }),
  closed({
    process: z.literal("phases").describe("Poisson with a rate that moves in straight lines."),
    phases: z
      .array(
        closed({
          duration: duration(positive).describe("Length of the phase."),
          from: rate().describe("Rate at its beginning."),
          to: rate().describe("Rate at its end."),
        }),
        { error: "must be a list of phases { duration, from, to }" },
      )
      .min(1, { error: "must hold at least one phase" })
      .describe("One after the other; after the last one its end rate goes on."),
  }),
  closed({
    process: z.literal("diurnal").describe("Poisson with a rate that follows a cosine, as days do."),
    mean: rate(positive).describe("Mean rate."),
    amplitude: share().describe("Swing around the mean: at 100% the trough is empty."),
    period: duration(positive).describe("Length of one cycle.").prefault("1d"),
    peakAt: duration().describe("When the rate is highest."),
  }),
  closed({
    process: z
      .literal("flash-crowd")
      .describe("Poisson: a base rate, a ramp to a peak, a hold, a decay back to the base."),
    base: rate().describe("Rate before and long after."),
    peak: rate(positive).describe("Highest rate."),
    at: duration().describe("When the ramp begins."),
    ramp: duration().describe("Length of the ramp.").prefault("0s"),
    hold: duration().describe("Time at the peak.").prefault("0s"),
    decay: duration(positive).describe("Time constant of the exponential decay."),
  }),
  closed({
    process: z.literal("closed").describe("A fixed number of users, who start a new session when one is over."),
    users: count().describe("Number of users."),
  }),
] as const;

const replay = closed({
  log: text("the path of an access log").describe(
    "Path of an access log in the common or combined format, from the scenario file's folder.",
  ),
  timeScale: plainNumber(positive)
    .describe("Simulated time for one unit of the log's time: 0.1 replays ten times as fast.")
    .prefault(1),
  sessionGap: duration({ minimum: 1_000 })
    .describe("Silence of a client, in the log's own time, after which its next request begins a new session.")
    .prefault("30m"),
});

const replayed = closed({ replay: replay.describe("Sessions as they were recorded in an access log.") }).transform(
  (given) => ({
    process: "replay" as const,
    ...given.replay,
  }),
);

export const arrivals = z.union([z.discriminatedUnion("process", processes), replayed], {
  error: "must be a map such as { process: poisson, rate: 20/s } or { replay: { log: access.log } }",
});
