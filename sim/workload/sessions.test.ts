import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as field from "./sessions.ts";
import { type SessionColumns, Sessions } from "./sessions.ts";

/** A part that keeps a column per session and remembers what it was told. */
class Column implements SessionColumns {
  readonly capacities: number[] = [];
  grow(capacity: number): void {
    this.capacities.push(capacity);
  }
}

describe("the slots of visits", () => {
  it("are each had by one visit at a time, and go to others afterwards", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant("take" as const), fc.nat()), { maxLength: 300, size: "max" }),
        (steps) => {
          const sessions = new Sessions(false);
          const taken: number[] = [];
          const faults: number[] = [];
          let most = 0;
          for (const step of steps) {
            if (step === "take") {
              const slot = sessions.take();
              expect(taken).not.toContain(slot);
              expect(slot).toBeLessThan(sessions.capacity);
              taken.push(slot);
              most = Math.max(most, taken.length);
            } else if (taken.length > 0) {
              sessions.release(taken.splice(step % taken.length, 1)[0]!);
            }
            if (sessions.open !== taken.length) faults.push(sessions.open);
          }
          expect(faults).toEqual([]);
          // Memory follows the visits under way, not those there ever were.
          expect(Math.max(-1, ...taken)).toBeLessThan(Math.max(most, 1));
        },
      ),
    );
  });

  it("keep what is in them while there are more and more, and all columns grow alike", () => {
    const sessions = new Sessions(true);
    const early = new Column();
    sessions.attach(early);
    const slots = Array.from({ length: 1000 }, (_, i) => {
      const slot = sessions.take();
      sessions.ints[slot * field.INTS + field.VISIT_LOW] = i;
      sessions.ints[slot * field.INTS + field.VISIT_HIGH] = 3;
      sessions.ints[slot * field.INTS + field.ADDRESS] = 0xffffffff - i;
      sessions.usedAtMs[slot] = i / 2;
      return slot;
    });
    slots.forEach((slot, i) => {
      const { ints, usedAtMs } = sessions;
      expect([sessions.visitOf(slot), sessions.numberOf(slot)]).toEqual([3 * 2 ** 32 + i, i]);
      expect([ints[slot * field.INTS + field.ADDRESS]! >>> 0, usedAtMs[slot]]).toEqual([0xffffffff - i, i / 2]);
    });
    const late = new Column();
    sessions.attach(late);
    expect(late.capacities).toEqual([sessions.capacity]);
    expect(early.capacities.at(-1)).toBe(sessions.capacity);
    expect(early.capacities).toEqual([...early.capacities].sort((a, b) => a - b));
  });

  it("can be had ready in advance", () => {
    const sessions = new Sessions(false);
    const column = new Column();
    sessions.attach(column);
    sessions.reserve(5000);
    expect(sessions.capacity).toBe(5000);
    for (let i = 0; i < 5000; i++) sessions.take();
    expect(column.capacities.at(-1)).toBe(5000);
    sessions.take();
    expect(sessions.capacity).toBeGreaterThan(5000);
    sessions.reserve(10);
    expect(sessions.capacity).toBeGreaterThan(5000);
  });
});
