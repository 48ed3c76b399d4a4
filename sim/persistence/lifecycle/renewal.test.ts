import { describe, expect, it } from "vitest";
import { Draws } from "../../engine/draws.ts";
import { plainSessionRules } from "./plain-rules.ts";
import { renewalOf } from "./renewal.ts";

const LIMIT_MS = 1000;
const rule = (renewal: (typeof plainSessionRules)["renewal"]) =>
  renewalOf({ ...plainSessionRules, idleTimeoutMs: LIMIT_MS, renewal });

describe("the renewal of an idle limit", () => {
  it("costs nothing where every answer renews, or where there is no limit", () => {
    expect(rule("every-request")).toBe(null);
    expect(renewalOf({ ...plainSessionRules, renewal: "fixed" })).toBe(null);
  });

  it("comes with a write only, as in Django", () => {
    expect([rule("on-write")!(0, 999, true), rule("on-write")!(0, 999, false)]).toEqual([true, false]);
  });

  it("never comes where the limit counts from the login", () => {
    expect(rule("fixed")!(0, 999, true)).toBe(false);
  });

  it("comes once more than half of the window has passed, as in ASP.NET Core", () => {
    expect([0, 499, 500, 501, 999].map((nowMs) => rule("half-window")!(0, nowMs, true))).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
  });

  it("leaves somebody who was always active between half of the limit and all of it, three quarters on average", () => {
    // Acting every millisecond, the ticket is replaced every 501 ms; a user stops at any moment of
    // such a cycle, so that what is left of the limit is uniform on (T/2, T]: mean 3T/4, variance T²/48.
    const stops = 20_000;
    const draws = new Draws(1, "stops");
    const renews = rule("half-window")!;
    let sum = 0;
    let squares = 0;
    let least = LIMIT_MS;
    for (let user = 0; user < stops; user++) {
      const actions = 20_000 + draws.at(user, 0).below(501);
      // Whole cycles change nothing: only what is after the last but one of them is walked through.
      let usedAtMs = Math.floor(actions / 501) * 501 - 501;
      for (let nowMs = usedAtMs + 1; nowMs <= actions; nowMs++) if (renews(usedAtMs, nowMs, false)) usedAtMs = nowMs;
      const leftMs = usedAtMs + LIMIT_MS - actions;
      sum += leftMs;
      squares += leftMs * leftMs;
      least = Math.min(least, leftMs);
    }
    const mean = sum / stops;
    // Four standard errors: 4 T / √48 / √n; and half a step of 1 ms.
    expect(Math.abs(mean - 0.75 * LIMIT_MS)).toBeLessThan((4 * LIMIT_MS) / Math.sqrt(48 * stops) + 0.5);
    // The variance of a uniform sample has a relative standard error of √(4/5n).
    const variance = (LIMIT_MS * LIMIT_MS) / 48;
    expect(Math.abs(squares / stops - mean * mean - variance)).toBeLessThan(4 * variance * Math.sqrt(0.8 / stops) + 1);
    expect(least).toBeGreaterThanOrEqual(LIMIT_MS / 2);
  });
});
