import { describe, expect, it } from "vitest";
import { Draws } from "../../engine/draws.ts";
import { type GrantRules, Grants } from "./token-grants.ts";

const rules: GrantRules = {
  refreshIdleMs: 100,
  refreshLifeMs: 1000,
  rotates: false,
  reuseGraceMs: 0,
  revokeAfterMs: null,
};
const grants = (given: Partial<GrantRules> = {}, sessions = 1) => {
  const made = new Grants({ ...rules, ...given }, new Draws(1, "grants"));
  made.grow(sessions);
  return made;
};

describe("what an issuer grants", () => {
  it("is kept by use, up to its life", () => {
    const made = grants();
    made.grant(0, 0, 0);
    for (let nowMs = 100; nowMs <= 1000; nowMs += 100) expect(made.refresh(0, 0, nowMs)).toBeNull();
    expect(made.refresh(0, 0, 1001)).toBe("token-expired");
    made.grant(0, 0, 2000);
    expect(made.refresh(0, 0, 2101)).toBe("token-expired");
  });

  it("ends for good when a rotated refresh token comes twice", () => {
    const made = grants({ rotates: true });
    made.grant(0, 0, 0);
    expect(made.refresh(0, 0, 10)).toBeNull();
    expect(made.generationOf(0)).toBe(1);
    expect(made.refresh(0, 0, 20)).toBe("token-revoked");
    expect(made.revokedAt(0)).toBe(20);
    expect(made.refresh(0, 1, 30)).toBe("token-revoked");
  });

  it("is revoked after exponential times, each login's its own, the same whatever happens", () => {
    const SESSIONS = 4000;
    const revoked = () => {
      const made = grants({ revokeAfterMs: 1000 }, SESSIONS);
      return Array.from({ length: SESSIONS }, (_, session) => {
        made.grant(session, session, 500);
        const first = made.revokedAt(session);
        made.grant(session, session, 500);
        expect(made.revokedAt(session)).not.toBe(first);
        return first - 500;
      });
    };
    const times = revoked();
    const mean = times.reduce((sum, time) => sum + time, 0) / SESSIONS;
    expect(Math.abs(mean - 1000)).toBeLessThan((4 * 1000) / Math.sqrt(SESSIONS));
    expect(revoked()).toEqual(times);
  });
});
