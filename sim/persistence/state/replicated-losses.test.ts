/** How many acknowledged writes die with their server when copies come later. */
import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { Draws } from "../../engine/draws.ts";
import { expectMean, expectShare } from "../../engine/testing/fit.ts";
import { Bench, told } from "./testing/bench.ts";

/** One session is written at the moments of a Poisson process until its server crashes. Answers the writes that are gone. */
function lostInCrash(run: number, perMs: number, crashAtMs: number, knobs: Knobs): number {
  const bench = new Bench("replicated", 2, { perKibMs: 0, sendPerKibMs: 0, ...knobs }, { seed: run + 1 });
  bench.begin(0);
  const draws = new Draws(run, "writes");
  let atMs = 0;
  let writes = 0;
  for (let k = 0; ; k++) {
    atMs += draws.at(run, k).exponential() / perMs;
    if (atMs >= crashAtMs) break;
    bench.to(atMs);
    bench.write(0, 0, ++writes);
  }
  bench.to(crashAtMs);
  bench.crash(0);
  bench.settle();
  const left = told(bench.read(0, 1));
  return writes - (typeof left === "number" ? left : 0);
}

/** Over so many crashes: the mean within 4.5 standard errors, the variance within four, its own error being `√(spread / n)`. */
function expectMoments(counts: readonly number[], mean: number, variance: number, spread: number): void {
  expectMean(counts, mean, Math.sqrt(variance));
  const found = counts.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / counts.length;
  expect(Math.abs(found / variance - 1)).toBeLessThan(4 * Math.sqrt(spread / counts.length));
}

const crashes = (count: number, of: (run: number) => number) => Array.from({ length: count }, (_, run) => of(run));

describe("writes that were acknowledged and are gone", () => {
  it("are Poisson with mean rate × lag where each is sent at once", () => {
    // 200 a second and 50 ms. The fourth central moment of a Poisson law is 3 of its squared variance, and 1/10 more.
    const counts = crashes(400, (run) => lostInCrash(run, 0.2, 150, { delayMs: 50 }));
    expectMoments(counts, 10, 10, 2.1);
  });

  it("are none at all with probability e^(-rate × lag), for one session that writes at that rate", () => {
    const some = crashes(2000, (run) => lostInCrash(run, 0.02, 150, { delayMs: 50 })).filter((lost) => lost > 0).length;
    expectShare(some, 2000, 1 - Math.exp(-1));
  });

  it("are rate × half the interval where they are sent at intervals, and spread wider: w Δ / 2 + (w Δ)² / 12", () => {
    // The flush has a phase of its own in every run, so that a crash at a fixed moment finds it anywhere. The fourth moment of
    // this law is below 3 of its squared variance.
    const knobs = { mode: "batched", flushMs: 100, delayMs: 0 };
    const counts = crashes(600, (run) => lostInCrash(run, 0.1, 300, knobs));
    expectMoments(counts, 5, 5 + 100 / 12, 2);
  });
});
