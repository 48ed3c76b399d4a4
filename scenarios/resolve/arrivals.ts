import type { z } from "zod";
import type { Arrivals } from "../../sim/scenario.ts";
import type { arrivals } from "../schema/arrivals.ts";

export type ArrivalsFile = z.output<typeof arrivals>;

/** How the model is told of arrivals; a replayed log comes from outside, as a trace. */
export function arrivalsOf(file: ArrivalsFile): Arrivals {
  switch (file.process) {
    case "poisson":
    case "deterministic":
      return { process: file.process, ratePerSec: file.rate };
    case "renewal":
      return { process: "renewal", gapMs: file.gap };
    case "mmpp":
      return { process: "mmpp", states: file.states.map(({ rate, stay }) => ({ ratePerSec: rate, meanMs: stay })) };
    case "phases":
      return {
        process: "phases",
        phases: file.phases.map(({ duration, from, to }) => ({ durationMs: duration, fromPerSec: from, toPerSec: to })),
      };
    case "diurnal":
      return {
        process: "diurnal",
        meanPerSec: file.mean,
        amplitudeFraction: file.amplitude,
        periodMs: file.period,
        peakAtMs: file.peakAt,
      };
    case "flash-crowd":
      return {
        process: "flash-crowd",
        basePerSec: file.base,
        peakPerSec: file.peak,
        atMs: file.at,
        rampMs: file.ramp,
        holdMs: file.hold,
        decayMs: file.decay,
      };
    case "closed":
      return { process: "closed", users: file.users };
    case "replay":
      return { process: "trace" };
  }
}
