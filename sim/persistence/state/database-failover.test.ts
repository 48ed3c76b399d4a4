import { describe, expect, it } from "vitest";
import { Draws } from "../../engine/draws.ts";
import { expectFollows } from "../../engine/testing/fit.ts";
import { type FailoverSettings, failoverDelayMs } from "./database-failover.ts";

const settings: FailoverSettings = {
  failover: "none",
  failoverMinMs: 60_000,
  failoverMaxMs: 120_000,
  ttlMs: 30_000,
  loopWaitMs: 10_000,
  promotionMs: 2000,
};
const delays = (failover: string) =>
  Array.from({ length: 4000 }, (_, k) => failoverDelayMs({ ...settings, failover }, new Draws(1, "failover"), k));

describe("a database without its primary", () => {
  it("has a new one after 60 to 120 s where the cloud sees to it", () => {
    expectFollows(delays("managed"), (ms) => Math.min(1, Math.max(0, (ms - 60_000) / 60_000)));
  });

  it("has a new one 20 to 30 s and a promotion later with Patroni's settings, by when the key was renewed last", () => {
    expectFollows(delays("patroni"), (ms) => Math.min(1, Math.max(0, (ms - 22_000) / 10_000)));
  });

  it("has none where nobody sees to it", () => {
    expect(delays("none").every((delay) => delay === Infinity)).toBe(true);
  });
});
