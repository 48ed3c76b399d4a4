import { describe, expect, it } from "vitest";
import type { StateContext } from "./backend.ts";
import { WriteBehind } from "./write-behind.ts";

/** One queue that empties itself every 100 ms in batches of two, each of which takes 30 ms. */
const made = () => {
  const alarms: { atMs: number; entity: number; operand: number }[] = [];
  const clock = { nowMs: 0 };
  const told: string[] = [];
  const target = {
    term: 0,
    isAway: false,
    batchDoneMs: (rows: number) => {
      told.push(`${rows} sent at ${clock.nowMs}`);
      return target.isAway ? Infinity : clock.nowMs + 30;
    },
    store: (session: number) => told.push(`${session} stored at ${clock.nowMs}`),
  };
  const context = {
    get nowMs() {
      return clock.nowMs;
    },
    servers: { count: 3 },
    attemptOf: () => 1,
    attach: (columns: { grow(capacity: number): void }) => columns.grow(100),
    schedule: (atMs: number, entity: number, operand: number) => {
      alarms.push({ atMs, entity, operand: operand - 16 });
      alarms.sort((a, b) => a.atMs - b.atMs);
    },
  } as unknown as StateContext;
  const settings = {
    queueOn: "cache",
    flushIntervalMs: 100,
    batchSize: 2,
    batchRowMs: 0,
    queueSize: 4,
    coalesces: true,
    socketTimeoutMs: 500,
  };
  const user = {
    lost: (session: number) => told.push(`${session} lost`),
    gaveUp: (request: number) => told.push(`${request} gave up at ${clock.nowMs}`),
  };
  const behind = new WriteBehind(context, settings, target, user, 16);
  const to = (atMs: number) => {
    while (alarms.length > 0 && alarms[0]!.atMs <= atMs) {
      const { atMs: dueMs, entity, operand } = alarms.shift()!;
      clock.nowMs = dueMs;
      behind.elapsed(entity, operand);
    }
    clock.nowMs = atMs;
  };
  return { behind, target, told, to };
};

describe("a queue that is emptied behind the writers' backs", () => {
  it("goes in batches, one after the other, from the next full interval on", () => {
    const { behind, told, to } = made();
    to(250);
    for (const session of [7, 8, 9]) behind.put(0, session, 1);
    to(1000);
    expect(told).toEqual(["2 sent at 300", "7 stored at 330", "8 stored at 330", "1 sent at 330", "9 stored at 360"]);
  });

  it("takes no more than it has places for", () => {
    const { behind } = made();
    expect([1, 2, 3, 4, 5, 4].map((session) => behind.put(0, session, 1))).toEqual([
      true,
      true,
      true,
      true,
      false,
      true,
    ]);
  });

  it("tries again an interval later what nobody took, or what failed under way", () => {
    const { behind, target, told, to } = made();
    behind.put(0, 7, 1);
    target.isAway = true;
    to(150);
    target.isAway = false;
    to(210);
    target.term = 1;
    to(400);
    expect(told).toEqual(["1 sent at 100", "1 sent at 200", "1 sent at 300", "7 stored at 330"]);
  });

  it("lets whoever waits for a place go when it has taken too long", () => {
    const { behind, target, told, to } = made();
    target.isAway = true;
    for (const session of [1, 2, 3, 4]) behind.put(0, session, 1);
    to(50);
    behind.wait(0, 77);
    to(560);
    expect(told.at(-1)).toBe("77 gave up at 550");
  });

  it("is lost with its machine, the batch under way included", () => {
    const { behind, told, to } = made();
    for (const session of [7, 8, 9]) behind.put(0, session, 1);
    to(110);
    behind.cacheCrashed();
    to(1000);
    expect(told).toEqual(["2 sent at 100", "7 lost", "8 lost", "9 lost"]);
  });
});
