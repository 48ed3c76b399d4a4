import { expect, test } from "vitest";
import { LABEL_GAP, linesScene, nearestLine, nearestPosition } from "./lines.ts";

const box = { x: 0, y: 0, width: 20, height: 100 };
const positions = [0, 10, 20];
const scene = linesScene(
  [
    { name: "a", index: 0, values: [10, 20, 50] },
    { name: "b", index: 1, values: [90, null, 50] },
  ],
  positions,
  (value) => 100 - value,
  box,
);

test("a line goes through its values", () => {
  expect(scene.lines[0]?.d).toBe("M0,90L10,80L20,50");
});

test("where a value is missing the line is broken, not drawn through", () => {
  expect(scene.lines[1]?.d).toBe("M0,10ZM20,50Z");
  expect(scene.lines[1]?.y).toEqual([10, null, 50]);
});

test("names of lines that end at one place stand apart", () => {
  const [a, b] = scene.lines.map(({ labelY }) => labelY);
  expect(Math.abs(a! - b!)).toBe(LABEL_GAP);
});

test("a line without any value has no end", () => {
  const empty = linesScene([{ name: "a", index: 0, values: [null, null, null] }], positions, (value) => value, box);
  expect(empty.lines[0]).toMatchObject({ d: "", end: null });
});

test("the pointer finds the nearest position, and the nearest line within reach", () => {
  expect(nearestPosition(positions, 14)).toBe(1);
  expect(nearestPosition([], 14)).toBeNull();
  expect(nearestLine(scene, 0, 14, 24)?.name).toBe("b");
  expect(nearestLine(scene, 0, 50, 24)).toBeNull();
});
