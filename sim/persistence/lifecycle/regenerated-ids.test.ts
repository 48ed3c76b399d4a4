import { describe, expect, it } from "vitest";
import { RegeneratedIds } from "./regenerated-ids.ts";

function replaced(graceMs: number) {
  const ids = new RegeneratedIds(graceMs);
  ids.grow(4);
  ids.regenerated(2, 5, 100);
  return ids;
}

describe("an id that was replaced at the login", () => {
  it("leads nowhere at once, or when its grace is over", () => {
    expect(replaced(0).isGone(2, 4, 100)).toBe(true);
    expect([149, 150].map((nowMs) => replaced(50).isGone(2, 4, nowMs))).toEqual([false, true]);
  });

  it("is no matter for whoever carries the new one", () => {
    expect(replaced(0).isGone(2, 5, 1000)).toBe(false);
  });

  it("is no matter for other sessions, nor for the next in its place", () => {
    expect(replaced(0).isGone(1, 4, 1000)).toBe(false);
    const ids = replaced(0);
    ids.forget(2);
    expect(ids.isGone(2, 4, 1000)).toBe(false);
  });
});
