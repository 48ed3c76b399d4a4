/** When sessions arrive: one source for each open population, the k-th time a function of (seed, population, k). */
import { Draws } from "../engine/draws.ts";
import { cos, exp } from "../engine/exact.ts";
import { Sampler } from "../engine/sampler.ts";
import type { Arrivals } from "../scenario.ts";

const BLOCK = 128;

export interface ArrivalSource {
  /** Time of the next arrival in ms, never before the last; Infinity when there are no more. */
  nextMs(): number;
}

/**
 * The source of an open population; it ends at `horizonMs`, so that a rate that has fallen to 0 for good is an end too.
 * @throws RangeError for populations that are not open.
 */
export function arrivalSource(arrivals: Arrivals, seed: number, population: string, horizonMs: number): ArrivalSource {
  const draws = new Draws(seed, `${population}/arrivals`);
  switch (arrivals.process) {
    case "poisson":
      return new Poisson(draws, arrivals.ratePerSec);
    case "deterministic":
      return new Deterministic(arrivals.ratePerSec);
    case "renewal":
      return new Renewal(new Sampler(arrivals.gapMs, seed, `${population}/arrivals`));
    case "mmpp":
      return new Modulated(draws, arrivals.states, horizonMs);
    case "phases":
      return new Thinned(draws, phasedRate(arrivals.phases));
    case "diurnal": {
      const { meanPerSec, amplitudeFraction, periodMs, peakAtMs } = arrivals;
      const at = (atMs: number) =>
        meanPerSec * (1 + amplitudeFraction * cos((2 * Math.PI * ((atMs - peakAtMs) % periodMs)) / periodMs));
      return new Thinned(draws, { at, highestFrom: () => meanPerSec * (1 + amplitudeFraction) });
    }
    case "flash-crowd": {
      const { basePerSec, peakPerSec, atMs, rampMs, holdMs, decayMs } = arrivals;
      const at = (nowMs: number) => {
        const sinceMs = nowMs - atMs;
        if (sinceMs < 0) return basePerSec;
        if (sinceMs < rampMs) return basePerSec + ((peakPerSec - basePerSec) * sinceMs) / rampMs;
        if (sinceMs < rampMs + holdMs) return peakPerSec;
        return basePerSec + (peakPerSec - basePerSec) * exp((rampMs + holdMs - sinceMs) / decayMs);
      };
      const highestFrom = (nowMs: number) =>
        nowMs < atMs + rampMs + holdMs ? Math.max(basePerSec, peakPerSec) : Math.max(basePerSec, at(nowMs));
      return new Thinned(draws, { at, highestFrom });
    }
    default:
      throw new RangeError(`a population with ${arrivals.process} arrivals has no source of its own`);
  }
}

class Poisson implements ArrivalSource {
  private k = 0;
  private readonly draws: Draws;
  private readonly gapMeanMs: number;
  /** Gaps k - k % BLOCK and the ones after it; drawn together, they cost half. */
  private readonly gapMs = new Float64Array(BLOCK);
  /** Time of the last arrival, in an array so that it is never made an object. */
  private readonly atMs = new Float64Array(1);

  constructor(draws: Draws, ratePerSec: number) {
    this.draws = draws;
    this.gapMeanMs = 1000 / ratePerSec;
  }

  nextMs(): number {
    const { atMs } = this;
    const drawn = this.k % BLOCK;
    if (drawn === 0) this.draws.exponentials(this.gapMs, 0, this.k, this.gapMeanMs);
    this.k++;
    atMs[0]! += this.gapMs[drawn]!;
    return atMs[0]!;
  }
}

/** Times are multiples of the gap, computed and not added up, so that they do not drift. */
class Deterministic implements ArrivalSource {
  private k = 0;
  private readonly ratePerSec: number;

  constructor(ratePerSec: number) {
    this.ratePerSec = ratePerSec;
  }

  nextMs(): number {
    this.k++;
    return (this.k * 1000) / this.ratePerSec;
  }
}

class Renewal implements ArrivalSource {
  private atMs = 0;
  private k = 0;
  private readonly gaps: Sampler;

  constructor(gaps: Sampler) {
    this.gaps = gaps;
  }

  nextMs(): number {
    this.atMs += this.gaps.draw(0, this.k++);
    return this.atMs;
  }
}

/** Each state is an entity with draws of its own; in a state, the next arrival and the end of the stay compete. */
class Modulated implements ArrivalSource {
  private atMs = 0;
  private k = 0;
  private stays = 0;
  private state = 0;
  private stayEndsMs: number;
  private readonly draws: Draws;
  private readonly states: readonly { readonly ratePerSec: number; readonly meanMs: number }[];

  private readonly horizonMs: number;

  constructor(
    draws: Draws,
    states: readonly { readonly ratePerSec: number; readonly meanMs: number }[],
    horizonMs: number,
  ) {
    this.draws = draws;
    this.states = states;
    this.horizonMs = horizonMs;
    this.stayEndsMs = this.stayMs();
  }

  nextMs(): number {
    while (this.atMs <= this.horizonMs) {
      const { ratePerSec } = this.states[this.state]!;
      const gapMs = ratePerSec === 0 ? Infinity : (this.draws.at(0, this.k++).exponential() * 1000) / ratePerSec;
      if (this.atMs + gapMs <= this.stayEndsMs) {
        this.atMs += gapMs;
        return this.atMs;
      }
      // The exponential has no memory: what was left of the gap is drawn anew at the next state's rate.
      this.atMs = this.stayEndsMs;
      this.state = (this.state + 1) % this.states.length;
      this.stayEndsMs += this.stayMs();
    }
    return Infinity;
  }

  private stayMs(): number {
    return this.draws.at(1, this.stays++).exponential() * this.states[this.state]!.meanMs;
  }
}

/** A rate of arrivals per second over time. */
interface Rate {
  at(atMs: number): number;
  /** At least as high as the rate will be at any time from now on; 0 when no arrival will come any more. */
  highestFrom(atMs: number): number;
}

/**
 * A Poisson process of varying rate by thinning (Lewis and Shedler 1979): candidates at the highest rate still to come,
 * kept in proportion. A bound that falls with the rate lets a process that fades out end instead of looking for ever.
 */
class Thinned implements ArrivalSource {
  private atMs = 0;
  private k = 0;
  private readonly draws: Draws;
  private readonly rate: Rate;

  constructor(draws: Draws, rate: Rate) {
    this.draws = draws;
    this.rate = rate;
  }

  nextMs(): number {
    for (;;) {
      const highestPerSec = this.rate.highestFrom(this.atMs);
      if (highestPerSec === 0) return Infinity;
      this.atMs += (this.draws.at(0, this.k).exponential() * 1000) / highestPerSec;
      if (this.draws.at(1, this.k++).uniform() * highestPerSec < this.rate.at(this.atMs)) return this.atMs;
    }
  }
}

/** Straight phases one after the other; after the last one its end rate goes on. */
function phasedRate(
  phases: readonly { readonly durationMs: number; readonly fromPerSec: number; readonly toPerSec: number }[],
): Rate {
  const lastPerSec = phases[phases.length - 1]!.toPerSec;
  const at = (atMs: number) => {
    let startMs = 0;
    for (const { durationMs, fromPerSec, toPerSec } of phases) {
      if (atMs < startMs + durationMs) return fromPerSec + ((toPerSec - fromPerSec) * (atMs - startMs)) / durationMs;
      startMs += durationMs;
    }
    return lastPerSec;
  };
  const highestFrom = (atMs: number) => {
    let endMs = 0;
    let highest = lastPerSec;
    for (const { durationMs, fromPerSec, toPerSec } of phases) {
      endMs += durationMs;
      if (atMs < endMs) highest = Math.max(highest, fromPerSec, toPerSec);
    }
    return highest;
  };
  return { at, highestFrom };
}
