import fc from "fast-check";
import { expect, test } from "vitest";
import { textWidth } from "./box.ts";
import { faultName, type TimeAxisData, timeScene } from "./time.ts";

const box = { x: 40, y: 10, width: 600, height: 100 };
const tenMinutes: TimeAxisData = { durationMs: 600_000, warmUpMs: 60_000, windowMs: 60_000, windows: 10, faults: [] };

test("windows are pointed at in their middle and drawn between their edges", () => {
  const { positions, edges } = timeScene(tenMinutes, box);
  expect(positions[0]).toBe(70);
  expect(edges).toEqual([40, 100, 160, 220, 280, 340, 400, 460, 520, 580, 640]);
});

test("a last window that the run cuts short is pointed at in the middle of what there is", () => {
  const cut = { ...tenMinutes, durationMs: 570_000 };
  const { positions, edges } = timeScene(cut, { ...box, width: 570 });
  expect(edges.at(-1)).toBe(610);
  expect(positions.at(-1)).toBe(595);
});

test("ticks are whole units that do not crowd the axis", () => {
  expect(timeScene(tenMinutes, box).ticks.map(({ text }) => text)).toEqual(
    ["0", "2", "4", "6", "8", "10"].map((minute) => `${minute} min`),
  );
  expect(timeScene(tenMinutes, { ...box, width: 200 }).ticks.map(({ text }) => text)).toEqual([
    "0 min",
    "5 min",
    "10 min",
  ]);
});

test("steps of seconds in a run of minutes are told as a clock does", () => {
  const fourMinutes = { ...tenMinutes, durationMs: 240_000, windowMs: 24_000 };
  const { ticks } = timeScene(fourMinutes, box);
  expect(ticks.slice(0, 4).map(({ text }) => text)).toEqual(["0:00", "0:30", "1:00", "1:30"]);
});

test("warm-up is marked up to its end, and not at all when there is none", () => {
  expect(timeScene(tenMinutes, box).warmUpX).toBe(100);
  expect(timeScene({ ...tenMinutes, warmUpMs: 0 }, box).warmUpX).toBeNull();
});

test("a fault is marked from its beginning to its end, with its name", () => {
  const fault = { atMs: 300_000, untilMs: 360_000, kind: "crash", target: "server-3" };
  const { faults, faultLabels } = timeScene({ ...tenMinutes, faults: [fault] }, box);
  expect(faults).toEqual([{ key: "0", x: 340, xEnd: 400 }]);
  expect(faultLabels).toEqual([{ x: 340, anchor: "start", text: "server-3 crash" }]);
});

test("names that would overlap become one name and a count", () => {
  const crash = (atMs: number, target: string) => ({ atMs, untilMs: null, kind: "crash", target });
  const faults = [
    crash(60_000, "server-1"),
    crash(70_000, "server-2"),
    crash(90_000, "server-3"),
    crash(400_000, "server-4"),
  ];
  const { faultLabels } = timeScene({ ...tenMinutes, faults }, box);
  expect(faultLabels.map(({ text }) => text)).toEqual(["server-1 crash +2", "server-4 crash"]);
});

test("a name that would leave the chart at the right stands to the left of its mark", () => {
  const fault = { atMs: 590_000, untilMs: null, kind: "scale-out", target: "server-9" };
  expect(timeScene({ ...tenMinutes, faults: [fault] }, box).faultLabels[0]?.anchor).toBe("end");
});

test("a target that its kind already names is not said twice", () => {
  expect(faultName({ kind: "store-crash", target: "store" })).toBe("store crash");
  expect(faultName({ kind: "scale-out", target: "server-9" })).toBe("server-9 scale out");
  expect(faultName({ kind: "balancer-restart", target: "balancer-1" })).toBe("balancer-1 restart");
  expect(faultName({ kind: "store-cut-off", target: "store-2, store-3" })).toBe("store-2, store-3 cut off");
});
test("names never overlap, not even the ones that stand left of their marks for want of room", () => {
  const fault = fc.record({
    atMs: fc.integer({ min: 0, max: 600_000 }),
    untilMs: fc.constant(null),
    kind: fc.constantFrom("crash", "scale-out", "balancer-restart"),
    target: fc.constantFrom("store", "server-3", "checkout-server-12"),
  });
  fc.assert(
    fc.property(fc.array(fault, { maxLength: 9 }), fc.integer({ min: 150, max: 900 }), (faults, width) => {
      const { faultLabels } = timeScene({ ...tenMinutes, faults }, { ...box, width });
      const spans = faultLabels.map(({ x, anchor, text }) =>
        anchor === "start" ? [x, x + textWidth(text)] : [x - textWidth(text), x],
      );
      spans.forEach(([from = 0], at) => {
        expect(from).toBeGreaterThanOrEqual(spans[at - 1]?.[1] ?? 0);
      });
      const told = faultLabels.reduce((sum, { text }) => sum + 1 + Number(/\+(\d+)$/.exec(text)?.[1] ?? 0), 0);
      expect(told).toBe(faults.length);
    }),
  );
});
