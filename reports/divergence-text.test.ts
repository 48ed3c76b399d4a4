import { describe, expect, test } from "vitest";
import { differenceLines } from "./divergence-text.ts";
import { decision } from "./testing/decisions.ts";

const pair = (index: number) => ({ a: decision(index), b: decision(index) });

describe("the first difference in words", () => {
  test("shows what was equal once, both sides of what was not, and why each went where it went", () => {
    const found = {
      before: [pair(1206), pair(1207)],
      a: decision(1208, { visit: 388 }),
      b: decision(1208, { visit: 388, server: "server-2", serverIndex: 1, reason: "failed-over" }),
    };
    expect(differenceLines(found, 100)).toEqual([
      "        decision      at, ms  server    reason           visit  request  attempt  balancer",
      "  both     1,206  12,060.000  server-1  bound          users 0      402        0         0",
      "  both     1,207  12,070.000  server-1  bound          users 1      402        0         0",
      "  A        1,208  12,080.000  server-1  bound        users 388      402        0         0",
      "  B        1,208  12,080.000  server-2  failed over  users 388      402        0         0",
      "  They differ in server and reason. A: its binding led it there. B: its bound server was not",
      "  eligible, so the algorithm chose.",
    ]);
    const narrow = differenceLines(found, 85);
    for (const line of narrow) expect(line.length).toBeLessThanOrEqual(85);
    // Where a decision went and why stands in the first block, the rest below.
    const blank = narrow.indexOf("");
    expect(narrow[0]?.trim().split(/ {2,}/)).toEqual(["decision", "at, ms", "server", "reason"]);
    expect(narrow[blank + 1]?.trim().split(/ {2,}/)).toEqual(["visit", "request", "attempt", "balancer"]);
    expect(narrow[blank + 5]?.trim().split(/ {2,}/)).toEqual(["B", "users 388", "402", "0", "0"]);
  });

  test("shows both sides of an equal decision that other balancers took, or under another name", () => {
    const found = {
      before: [{ a: decision(6), b: decision(6, { balancer: 1 }) }],
      a: decision(7),
      b: decision(7, { reason: "balanced" }),
    };
    const sides = differenceLines(found, 100).map((line) => line.slice(2, 6).trim());
    expect(sides.slice(1, 5)).toEqual(["A", "B", "A", "B"]);
  });

  test("shows times in full where rounded ones would look the same", () => {
    const lines = differenceLines({ before: [], a: decision(7), b: decision(7, { atMs: 70.00000001 }) }, 100);
    expect(lines[1]).toMatch(/ 7 +70 /);
    expect(lines[2]).toMatch(/ 7 +70\.00000001 /);
    expect(lines[3]).toBe("  They differ in time. Both: its binding led it there.");
  });

  test("says when one side decides no more, or had no server to choose", () => {
    const nowhere = decision(7, { server: null, serverIndex: null, reason: "no-server" });
    const lines = differenceLines({ before: [pair(6)], a: null, b: nowhere }, 100);
    expect(lines[2]).toMatch(/^ {2}A .* decides no more$/);
    expect(lines[3]).toMatch(/ – +no server /);
    expect(lines[4]).toBe("  A decides no more. B: no server was eligible.");
  });
});
