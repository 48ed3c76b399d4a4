import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectFollows, expectMean } from "../engine/testing/fit.ts";
import type { Arrivals } from "../scenario.ts";
import { arrivalSource } from "./arrivals.ts";

/** Arrival times up to `untilMs`. */
function times(arrivals: Arrivals, untilMs: number, seed = 1, population = "users"): number[] {
  const source = arrivalSource(arrivals, seed, population, untilMs);
  const found: number[] = [];
  for (let atMs = source.nextMs(); atMs <= untilMs; atMs = source.nextMs()) found.push(atMs);
  return found;
}

const gaps = (times: readonly number[]) => times.map((atMs, i) => atMs - (times[i - 1] ?? 0));

/**
 * A Poisson process of varying rate, told by the integral of its rate: in that clock its gaps are independent
 * exponentials of mean 1, and its count is Poisson.
 */
function expectPoisson(times: readonly number[], arrivalsUntil: (atMs: number) => number, untilMs: number): void {
  expectFollows(gaps(times.map(arrivalsUntil)), (x) => 1 - Math.exp(-x));
  const expected = arrivalsUntil(untilMs);
  expect(Math.abs(times.length - expected)).toBeLessThan(4.5 * Math.sqrt(expected));
}

const everyProcess: readonly Arrivals[] = [
  { process: "poisson", ratePerSec: 20 },
  { process: "deterministic", ratePerSec: 20 },
  { process: "renewal", gapMs: { law: "gamma", mean: 50, shape: 2 } },
  {
    process: "mmpp",
    states: [
      { ratePerSec: 40, meanMs: 1000 },
      { ratePerSec: 0, meanMs: 500 },
    ],
  },
  { process: "phases", phases: [{ durationMs: 60_000, fromPerSec: 10, toPerSec: 30 }] },
  { process: "diurnal", meanPerSec: 20, amplitudeFraction: 0.8, periodMs: 10_000, peakAtMs: 2500 },
  { process: "flash-crowd", basePerSec: 5, peakPerSec: 60, atMs: 5000, rampMs: 1000, holdMs: 2000, decayMs: 3000 },
];

describe("every process of arrivals", () => {
  it("goes forward in time, and is the same again for the same seed and population", () => {
    fc.assert(
      fc.property(fc.constantFrom(...everyProcess), fc.integer(), fc.string(), (arrivals, seed, population) => {
        const first = times(arrivals, 20_000, seed, population);
        expect(first.every((atMs, i) => atMs >= (first[i - 1] ?? 0))).toBe(true);
        expect(times(arrivals, 20_000, seed, population)).toEqual(first);
      }),
    );
  });

  it("does not depend on where it will be cut off", () => {
    fc.assert(
      fc.property(fc.constantFrom(...everyProcess), fc.nat(20_000), (arrivals, untilMs) => {
        const longer = times(arrivals, 30_000);
        expect(times(arrivals, untilMs)).toEqual(longer.filter((atMs) => atMs <= untilMs));
      }),
    );
  });

  it("that is random differs from seed to seed and from population to population", () => {
    for (const arrivals of everyProcess.filter(({ process }) => process !== "deterministic")) {
      const first = times(arrivals, 10_000);
      expect(times(arrivals, 10_000, 2)).not.toEqual(first);
      expect(times(arrivals, 10_000, 1, "others")).not.toEqual(first);
    }
  });

  it("belongs to an open population: the others have no source of their own", () => {
    expect(() => arrivalSource({ process: "closed", users: 3 }, 1, "users", 1)).toThrow(
      new RangeError("a population with closed arrivals has no source of its own"),
    );
    expect(() => arrivalSource({ process: "trace" }, 1, "users", 1)).toThrow(RangeError);
  });
});

describe("Poisson arrivals", () => {
  it("have exponential gaps at their rate", () => {
    expectPoisson(times({ process: "poisson", ratePerSec: 20 }, 500_000), (atMs) => atMs / 50, 500_000);
  });
});

describe("deterministic arrivals", () => {
  it("come at multiples of the gap and do not drift", () => {
    const found = times({ process: "deterministic", ratePerSec: 3 }, 1_000_000);
    expect(found).toHaveLength(3000);
    expect(found.slice(0, 3)).toEqual([1000 / 3, 2000 / 3, 1000]);
    expect(found[2999]).toBe(1_000_000);
  });
});

describe("renewal arrivals", () => {
  it("have gaps of the given law", () => {
    const found = times({ process: "renewal", gapMs: { law: "uniform", low: 20, high: 80 } }, 500_000);
    expectFollows(gaps(found), (x) => (x - 20) / 60);
    expectMean(gaps(found), 50, 60 / Math.sqrt(12));
  });
});

describe("Markov-modulated arrivals", () => {
  it("that are switched on and off have the gaps of Kuczura's interrupted Poisson process", () => {
    const states = [
      { ratePerSec: 40, meanMs: 800 },
      { ratePerSec: 0, meanMs: 2000 },
    ];
    const found = times({ process: "mmpp", states }, 1_200_000);
    // Rates per ms: of arrivals while on, of going off, of coming on again. Its gaps are hyperexponential and independent.
    const [on, goesOff, comesOn] = [0.04, 1 / 800, 1 / 2000];
    const sum = on + goesOff + comesOn;
    const root = Math.sqrt(sum * sum - 4 * on * comesOn);
    const [fast, slow] = [(sum + root) / 2, (sum - root) / 2];
    const share = (on - slow) / (fast - slow);
    expectFollows(gaps(found), (x) => 1 - share * Math.exp(-fast * x) - (1 - share) * Math.exp(-slow * x));
  });

  it("go through their states in a cycle, with the mean rate of rates weighted by stays", () => {
    const states = [
      { ratePerSec: 60, meanMs: 100 },
      { ratePerSec: 10, meanMs: 200 },
      { ratePerSec: 0, meanMs: 100 },
    ];
    const found = times({ process: "mmpp", states }, 2_000_000);
    // 8 arrivals a cycle of 400 ms. The arrivals of a cycle have the variance Σ (r m)² + r m = 36 + 6 + 4 + 2; its length
    // varies too, with Σ m² = 60,000 ms²; by the central limit theorem for renewal rewards the variance of the count is
    // cycles × Var(arrivals - 0.02 × length) = cycles × Σ ((r - 0.02) m)² + r m.
    const cycles = 5000;
    const variance = cycles * (16 + 4 + 4 + 8);
    expect(Math.abs(found.length - 8 * cycles)).toBeLessThan(4.5 * Math.sqrt(variance));
  });

  it("end when no state has a rate", () => {
    expect(times({ process: "mmpp", states: [{ ratePerSec: 0, meanMs: 10 }] }, 1000)).toEqual([]);
  });
});

describe("arrivals in phases", () => {
  it("follow straight lines, and go on at the last rate", () => {
    const phases = [
      { durationMs: 100_000, fromPerSec: 0, toPerSec: 40 },
      { durationMs: 50_000, fromPerSec: 5, toPerSec: 5 },
      { durationMs: 100_000, fromPerSec: 30, toPerSec: 10 },
    ];
    const ramp = (t: number) => (0.04 * t * t) / 200_000;
    const until = (t: number) => {
      if (t < 100_000) return ramp(t);
      if (t < 150_000) return 2000 + 0.005 * (t - 100_000);
      const late = Math.min(t, 250_000) - 150_000;
      return 2250 + 0.03 * late - (0.02 * late * late) / 200_000 + 0.01 * Math.max(0, t - 250_000);
    };
    expectPoisson(times({ process: "phases", phases }, 400_000), until, 400_000);
  });

  it("stay out while the rate is zero, and come to an end when it stays so", () => {
    const phases = [
      { durationMs: 10_000, fromPerSec: 50, toPerSec: 50 },
      { durationMs: 10_000, fromPerSec: 0, toPerSec: 0 },
      { durationMs: 10_000, fromPerSec: 50, toPerSec: 0 },
    ];
    const source = arrivalSource({ process: "phases", phases }, 1, "users", Infinity);
    const found: number[] = [];
    for (let atMs = source.nextMs(); atMs < Infinity; atMs = source.nextMs()) found.push(atMs);
    expect(found.filter((atMs) => atMs >= 10_000 && atMs < 20_000)).toEqual([]);
    expect(Math.max(...found)).toBeLessThan(30_000);
    expect(Math.abs(found.length - 750)).toBeLessThan(4.5 * Math.sqrt(750));
  });
});

describe("diurnal arrivals", () => {
  it("follow the cosine, highest at the peak", () => {
    const diurnal = { meanPerSec: 20, amplitudeFraction: 0.9, periodMs: 50_000, peakAtMs: 20_000 };
    const found = times({ process: "diurnal", ...diurnal }, 500_000);
    const turn = (2 * Math.PI) / 50_000;
    const until = (t: number) => 0.02 * (t + (0.9 / turn) * (Math.sin(turn * (t - 20_000)) + Math.sin(turn * 20_000)));
    expectPoisson(found, until, 500_000);
    const phase = found.map((atMs) => atMs % 50_000);
    const around = (peakMs: number) => phase.filter((atMs) => Math.abs(atMs - peakMs) < 5000).length;
    expect(around(20_000)).toBeGreaterThan(10 * around(45_000));
  });
});

describe("a flash crowd", () => {
  const crowd = { atMs: 50_000, rampMs: 10_000, holdMs: 20_000, decayMs: 15_000 };
  /** The integral of the shape above the base, at a height of 1. */
  const shape = (t: number) => {
    const since = Math.max(0, t - crowd.atMs);
    const ramp = Math.min(since, crowd.rampMs) ** 2 / (2 * crowd.rampMs);
    const hold = Math.min(Math.max(0, since - crowd.rampMs), crowd.holdMs);
    const late = Math.max(0, since - crowd.rampMs - crowd.holdMs);
    return ramp + hold + crowd.decayMs * (1 - Math.exp(-late / crowd.decayMs));
  };

  it("ramps up, holds and decays back to the base", () => {
    const found = times({ process: "flash-crowd", basePerSec: 25, peakPerSec: 400, ...crowd }, 300_000);
    expectPoisson(found, (t) => 0.025 * t + 0.375 * shape(t), 300_000);
  });

  it("may be a dip", () => {
    const found = times({ process: "flash-crowd", basePerSec: 40, peakPerSec: 2, ...crowd }, 200_000);
    expectPoisson(found, (t) => 0.04 * t - 0.038 * shape(t), 200_000);
  });

  it("may come out of nothing, and then comes to an end", () => {
    const source = arrivalSource(
      { process: "flash-crowd", basePerSec: 0, peakPerSec: 40, ...crowd },
      3,
      "users",
      Infinity,
    );
    const found: number[] = [];
    for (let atMs = source.nextMs(); atMs < Infinity; atMs = source.nextMs()) found.push(atMs);
    expect(found[0]).toBeGreaterThan(50_000);
    // 40 per second over half a ramp, the hold and the decay's 15 s.
    expect(Math.abs(found.length - 1600)).toBeLessThan(4.5 * 40);
  });
});
