import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StickTableSettings } from "./stick-rows.ts";
import { StickTable } from "./stick-table.ts";

const tableOf = (settings: Partial<StickTableSettings>) =>
  new StickTable<string>({ size: 3, expireMs: 1000, whenFull: "drop-few", ...settings });

/** Takes room and stores at once; false when there was none. */
function learn(table: StickTable<string>, key: string, nowMs: number): boolean {
  const room = table.take(nowMs);
  if (room === null) return false;
  table.store(room, key, `server of ${key}`, nowMs);
  return true;
}

describe("a stick-table", () => {
  it("remembers a key until it has not been used for its time", () => {
    const table = tableOf({});
    learn(table, "a", 0);
    expect(table.find("a", 999)).toBe("server of a");
    expect(table.find("a", 1998)).toBe("server of a");
    expect(table.find("a", 2998)).toBe(undefined);
    expect(table.size).toBe(0);
  });

  it("remembers for ever where no time is given", () => {
    const table = tableOf({ expireMs: null });
    learn(table, "a", 0);
    expect(table.find("a", 1e12)).toBe("server of a");
  });

  it("makes room by dropping the first in the queue that has not been used since it was queued", () => {
    const table = tableOf({});
    for (const [at, key] of ["a", "b", "c"].entries()) learn(table, key, 10 * at);
    table.find("a", 50);
    // A look at a, which has been used and goes behind the others; a look at b, which goes.
    expect(learn(table, "d", 60)).toBe(true);
    expect(["a", "b", "c", "d"].map((key) => table.find(key, 61) !== undefined)).toEqual([true, false, true, true]);
  });

  it("gives up after two looks when all have been used, and then finds their new order", () => {
    const table = tableOf({});
    for (const [at, key] of ["a", "b", "c"].entries()) learn(table, key, 10 * at);
    for (const [at, key] of ["c", "b", "a"].entries()) table.find(key, 50 + 10 * at);
    expect(learn(table, "d", 100)).toBe(false);
    // a and b were looked at and stand where they were used last; c stands first, and has been used since.
    expect(learn(table, "d", 110)).toBe(true);
    expect(table.find("c", 111)).toBe(undefined);
  });

  it("counts the rooms that are taken, and takes them back", () => {
    const table = tableOf({ size: 1, whenFull: "refuse" });
    expect(table.take(0)).not.toBe(null);
    expect(table.take(0)).toBe(null);
    table.giveBack();
    expect(learn(table, "a", 0)).toBe(true);
    expect(table.take(1)).toBe(null);
    table.clear();
    expect(table.find("a", 2)).toBe(undefined);
    expect(table.take(2)).not.toBe(null);
  });

  it("queues an entry by when its room was taken, and lets it live from when it was stored", () => {
    const table = tableOf({ size: 2 });
    const early = table.take(0)!;
    learn(table, "b", 10);
    table.store(early, "a", "late", 500);
    // a was queued for 1000 and b for 1010, but a has been used since, so that b goes.
    expect(learn(table, "c", 600)).toBe(true);
    expect([table.find("a", 1400), table.find("b", 1400)]).toEqual(["late", undefined]);
  });

  it("never holds more than its size, and never answers with another key's value", () => {
    const step = fc.record({ key: fc.constantFrom("a", "b", "c", "d", "e"), ms: fc.nat(400), learns: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 4 }), (steps, size) => {
        const table = tableOf({ size });
        let now = 0;
        for (const { key, ms, learns } of steps) {
          now += ms;
          if (learns) learn(table, key, now);
          const found = table.find(key, now);
          if (found !== undefined) expect(found).toBe(`server of ${key}`);
          expect(table.size).toBeLessThanOrEqual(size);
        }
      }),
    );
  });
});
