import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TimeOrder } from "./access-log-order.ts";

function played(stamps: readonly number[]) {
  const seconds: number[] = [];
  const requests: (readonly [second: number, line: number])[] = [];
  const order = new TimeOrder<number>((second, lines) => {
    seconds.push(second);
    for (const line of lines) requests.push([second, line]);
  });
  stamps.forEach((second, line) => {
    order.add(second, line);
  });
  order.end();
  return { order, seconds, requests };
}

describe("the order of time", () => {
  it("sorts lines that are up to a minute late, and keeps the log's order within a second", () => {
    const base = 1_431_857_100;
    const late = fc.array(fc.tuple(fc.nat(3), fc.nat(60)), { maxLength: 300 });
    fc.assert(
      fc.property(late, (steps) => {
        let now = base;
        const stamps = steps.map(([step, behind]) => (now += step) - behind);
        const { order, requests } = played(stamps);
        const sorted = stamps.map((second, line) => [second, line] as const).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        expect(requests).toEqual(sorted);
        expect(order.clamped).toBe(0);
        const before = stamps.map((_, line) => Math.max(-Infinity, ...stamps.slice(0, line)));
        expect(order.outOfOrder).toBe(stamps.filter((second, line) => second < before[line]!).length);
      }),
    );
  });

  it("takes a line that is more than a minute late for the earliest moment still open, and counts it", () => {
    const { order, requests } = played([1000, 1100, 1001, 1100]);
    // The second 1000 left when 1100 came; 1001 is still open, nothing before it.
    expect(requests).toEqual([
      [1000, 0],
      [1001, 2],
      [1100, 1],
      [1100, 3],
    ]);
    expect(order.clamped).toBe(0);
    const late = played([1000, 1100, 999, 1000]);
    expect(late.requests).toEqual([
      [1000, 0],
      [1001, 2],
      [1001, 3],
      [1100, 1],
    ]);
    expect(late.order.clamped).toBe(2);
    expect(late.order.outOfOrder).toBe(2);
  });

  it("hands every line over exactly once, in seconds that ascend, for any stamps", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 })), (stamps) => {
        const { seconds, requests } = played(stamps);
        expect(seconds).toEqual([...new Set(seconds)].sort((a, b) => a - b));
        expect(requests.map(([, line]) => line).sort((a, b) => a - b)).toEqual(stamps.map((_, line) => line));
      }),
    );
  });

  it("holds no more than its room in a burst: the earliest second leaves before its time", () => {
    let released = 0;
    let mostHeld = 0;
    const order = new TimeOrder<number>((_second, lines) => {
      released += lines.length;
    });
    for (let line = 0; line < 600_000; line++) {
      order.add(Math.floor(line / 20_000), line);
      mostHeld = Math.max(mostHeld, line + 1 - released);
    }
    expect(mostHeld).toBe(262_144);
    expect(order.clamped).toBe(0);
    order.end();
    expect(released).toBe(600_000);
  });
});
