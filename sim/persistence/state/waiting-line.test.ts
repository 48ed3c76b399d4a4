import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WaitingLine, withRoomFor } from "./waiting-line.ts";

describe("a waiting line", () => {
  it("is first come first served, and passes over those who have gone", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("comes" as const) }),
      fc.record({ kind: fc.constant("is served" as const) }),
      fc.record({ kind: fc.constant("goes" as const), which: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const gone = new Set<number>();
        const context = { nowMs: 0, attemptOf: (request: number) => (gone.has(request) ? -1 : request) };
        const line = new WaitingLine(context);
        let present: number[] = [];
        let next = 0;
        for (const taken of steps) {
          context.nowMs++;
          if (taken.kind === "comes") {
            line.push(next);
            present.push(next++);
          } else if (taken.kind === "is served") {
            if (line.first() >= 0) line.shift();
            present = present.slice(1);
          } else if (present.length > 0) {
            const leaver = present[taken.which % present.length]!;
            gone.add(leaver);
            present = present.filter((request) => request !== leaver);
          }
          expect(line.first()).toBe(present[0] ?? -1);
        }
      }),
    );
  });

  it("knows since when the first has been waiting, and forgets everybody at once", () => {
    const context = { nowMs: 5, attemptOf: () => 1 };
    const line = new WaitingLine(context);
    line.push(3);
    context.nowMs = 9;
    line.push(4);
    expect([line.first(), line.sinceMs()]).toEqual([3, 5]);
    line.shift();
    expect([line.first(), line.sinceMs()]).toEqual([4, 9]);
    line.clear();
    expect(line.first()).toBe(-1);
  });
});

describe("a column by request", () => {
  it("keeps what it has when it grows, and grows only if it must", () => {
    const column = Int32Array.of(7, 8);
    expect(withRoomFor(column, 1)).toBe(column);
    const larger = withRoomFor(column, 9);
    expect([larger.length, larger[0], larger[1], larger[9]]).toEqual([10, 7, 8, 0]);
    expect(withRoomFor(new Float64Array(8), 8)).toHaveLength(16);
  });
});
