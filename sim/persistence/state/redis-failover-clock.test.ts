import { describe, expect, it } from "vitest";
import { withDefaults } from "../../catalogue.ts";
import { Draws } from "../../engine/draws.ts";
import { expectMean } from "../../engine/testing/fit.ts";
import { redis } from "./redis.ts";
import { FailoverClock, type FailoverSettings } from "./redis-failover-clock.ts";

const clock = (knobs: Partial<FailoverSettings> = {}) =>
  new FailoverClock(
    withDefaults(redis, knobs as Record<string, number>) as unknown as FailoverSettings,
    (purpose) => new Draws(1, purpose),
  );
const RUNS = 4000;
const runs = Array.from({ length: RUNS }, (_, failure) => failure);

describe("a Sentinel failover at its defaults", () => {
  const crashes = runs.map((failure) => clock().sentinel("crash", 0, 0, failure));
  const seconds = crashes.map(({ promotedAtMs }) => promotedAtMs / 1000);

  it("takes at least down-after less a ping, and at most all its parts together", () => {
    expect(Math.min(...seconds)).toBeGreaterThan(29);
    expect(Math.max(...seconds)).toBeLessThan(34);
  });

  it("takes 31 s in the mean: down-after, agreement, election and promotion, less the age of the second reply", () => {
    // The median of three uniform ages has variance 1/20; uniforms over 1, 2 and 1 s have 1/12, 1/3 and 1/12.
    expectMean(seconds, 30 - 0.5 + 0.5 + 1 + 0.5, Math.sqrt(1 / 20 + 1 / 12 + 1 / 3 + 1 / 12));
  });

  it("takes a ping longer at the median where the primary hangs: its silence begins with the first ping that gets no answer", () => {
    const hangs = runs.map((failure) => clock().sentinel("hang", 0, 0, failure).promotedAtMs / 1000);
    expectMean(hangs, 32.5, Math.sqrt(1 / 20 + 1 / 12 + 1 / 3 + 1 / 12));
  });

  it("never comes to an end with a quorum of more Sentinels than there are", () => {
    expect(clock({ quorum: 4 }).sentinel("crash", 0, 0, 0).agreedAtMs).toBe(Number.POSITIVE_INFINITY);
  });

  it("is learned of by each server within its time, each on its own", () => {
    const learned = [0, 1, 2, 3].map((server) => clock().learnedAtMs(31_000, server, 0) - 31_000);
    expect(Math.min(...learned)).toBeGreaterThan(0);
    expect(Math.max(...learned)).toBeLessThan(1000);
    expect(new Set(learned).size).toBe(4);
  });
});

describe("a cluster's failover at its defaults", () => {
  const seconds = runs.map((failure) => clock().cluster(0, 0, failure).promotedAtMs / 1000);

  it("takes the node timeout, the others' agreement and half a second to a second until the votes are in", () => {
    expect(Math.min(...seconds)).toBeGreaterThan(15.5);
    expect(Math.max(...seconds)).toBeLessThan(18);
    expectMean(seconds, 15 + 0.5 + 0.5 + 0.75, Math.sqrt(1 / 12 + 1 / 12 + 1 / 48));
  });
});

it("changes no other part when one is set: each has draws of its own", () => {
  const [usual, quick] = [clock(), clock({ electionMs: 0 })].map((one) => one.sentinel("crash", 0, 0, 3));
  expect(quick!.agreedAtMs).toBe(usual!.agreedAtMs);
  expect(quick!.promotedAtMs).toBeLessThan(usual!.promotedAtMs);
});
