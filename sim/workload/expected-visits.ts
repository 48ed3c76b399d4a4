/** How many visits will be under way at once, roughly: so that room for them is set aside at the start. */
import { meanOf } from "../engine/sampler.ts";
import type { Arrivals, Scenario } from "../scenario.ts";

/** Room that is not used costs address space, not memory; but there is no need to ask for the moon. */
const MOST = 16_000_000;

/**
 * Little's law with the highest arrival rate and the mean think times; response times are left out. A guess: columns
 * still grow when it is too low. Growing copies them, and the copies left behind are what a run's peak memory is made of.
 */
export function expectedVisits(scenario: Scenario): number {
  let visits = 0;
  for (const { arrivals, batch, session } of scenario.populations) {
    if (arrivals.process === "closed") {
      visits += arrivals.users;
      continue;
    }
    const visitMs = Math.min(scenario.durationMs, (meanOf(session.requests) - 1) * meanOf(session.thinkMs));
    visits += (highestRatePerSec(arrivals) / 1000) * (batch === null ? 1 : meanOf(batch)) * visitMs;
  }
  return Math.min(MOST, Math.ceil(visits * 1.05));
}

function highestRatePerSec(arrivals: Arrivals): number {
  switch (arrivals.process) {
    case "poisson":
    case "deterministic":
      return arrivals.ratePerSec;
    case "renewal":
      return 1000 / meanOf(arrivals.gapMs);
    case "mmpp":
      return Math.max(...arrivals.states.map((state) => state.ratePerSec));
    case "phases":
      return Math.max(...arrivals.phases.flatMap(({ fromPerSec, toPerSec }) => [fromPerSec, toPerSec]));
    case "diurnal":
      return arrivals.meanPerSec * (1 + arrivals.amplitudeFraction);
    case "flash-crowd":
      return Math.max(arrivals.basePerSec, arrivals.peakPerSec);
    default:
      return 0;
  }
}
