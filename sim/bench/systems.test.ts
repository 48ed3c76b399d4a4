import { describe, expect, it } from "vitest";
import { runBareKernel } from "./bare-kernel.ts";
import { type Case, meanTolerance, type Outcome, type Policy } from "./model.ts";
import { runPublicPath } from "./public-path.ts";
import { runSimJs } from "./simjs.ts";

// By reference.cpp over 10^8 requests at ten servers; for random M/M/1 has 10 and 46.05.
const expected: Readonly<Record<Policy, { readonly mean: number; readonly p99: number }>> = {
  random: { mean: 10, p99: 46.05 },
  jsq: { mean: 1.913, p99: 7.9 },
  p2c: { mean: 2.984, p99: 10.4 },
};

const systems: readonly (readonly [name: string, run: (given: Case) => Outcome, requests: number])[] = [
  ["the bare kernel", runBareKernel, 200_000],
  ["the public path", runPublicPath, 100_000],
  ["SIM.JS", runSimJs, 60_000],
];

describe.each(systems)("%s", (_name, run, requests) => {
  it.each(["random", "jsq", "p2c"] as const)("implements the model under %s", (policy) => {
    const outcome = run({ policy, servers: 10, requests, seed: 1 });
    const tolerance = meanTolerance(requests, Infinity);
    expect(Math.abs(outcome.mean / expected[policy].mean - 1)).toBeLessThan(tolerance);
    // The tail varies more; twice the mean's tolerance and a bucket.
    expect(Math.abs(outcome.p99 / expected[policy].p99 - 1)).toBeLessThan(2 * tolerance + 0.016);
    // A run that is timed by virtual time has a Poisson number of requests: five standard deviations.
    expect(Math.abs(outcome.requests - requests)).toBeLessThan(5 * Math.sqrt(requests));
  });
});
