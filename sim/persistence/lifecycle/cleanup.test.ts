import { describe, expect, it } from "vitest";
import { Draws } from "../../engine/draws.ts";
import { cleanupOf, PeriodicCleanup, ProbabilisticCleanup } from "./cleanup.ts";
import { plainSessionRules } from "./plain-rules.ts";

const draws = new Draws(1, "cleanup");

describe("the clean-up of sessions past their limits", () => {
  it("is a matter of the moment where nothing else is said, or where there are no limits", () => {
    expect(cleanupOf({ ...plainSessionRules, idleTimeoutMs: 1 }, draws)).toBe(null);
    expect(cleanupOf({ ...plainSessionRules, cleanup: { kind: "periodic", intervalMs: 5 } }, draws)).toBe(null);
  });

  it("by a scanner comes at the first scan after the limit", () => {
    const cleanup = new PeriodicCleanup(60);
    expect([0, 59, 60, 61].map((dueMs) => cleanup.takesAtMs(dueMs))).toEqual([60, 60, 120, 120]);
    expect([cleanup.hasTaken(61, 119), cleanup.hasTaken(61, 120)]).toEqual([false, true]);
  });

  it("by chance leaves a session until somebody's scan after its limit", () => {
    const never = new ProbabilisticCleanup(0, draws);
    expect(never.scansAt(1, 1, 50)).toBe(false);
    expect(never.hasTaken(10)).toBe(false);
    const always = new ProbabilisticCleanup(1, draws);
    expect(always.scansAt(1, 1, 50)).toBe(true);
    expect([always.hasTaken(49), always.hasTaken(50)]).toEqual([true, false]);
    expect(always.takesAtMs()).toBe(Infinity);
  });

  it("by chance is outlived for a geometric number of requests: divisor ÷ probability on average", () => {
    const chance = 1 / 100;
    const cleanup = new ProbabilisticCleanup(chance, draws);
    const sessions = 4000;
    let requests = 0;
    let longer = 0;
    for (let session = 0; session < sessions; session++) {
      const dueMs = requests;
      let survived = 0;
      while (!cleanup.hasTaken(dueMs)) cleanup.scansAt(session, survived++, ++requests);
      if (survived > 100) longer++;
    }
    // Standard deviation √(1 - p) / p, 99.5 requests; and (1 - p)^100 = 36.6 % outlive the mean. Four standard errors each.
    expect(Math.abs(requests / sessions - 100)).toBeLessThan((4 * 99.5) / Math.sqrt(sessions));
    const share = 0.366032;
    expect(Math.abs(longer / sessions - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / sessions));
  });
});
