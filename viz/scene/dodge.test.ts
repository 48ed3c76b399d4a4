import fc from "fast-check";
import { expect, test } from "vitest";
import { dodge } from "./dodge.ts";

test("labels that do not touch stay where they are", () => {
  expect(dodge([80, 10, 40], 14, 0, 100)).toEqual([80, 10, 40]);
});

test("labels at one place spread evenly around it", () => {
  expect(dodge([50, 50, 50], 10, 0, 100)).toEqual([40, 50, 60]);
});

test("labels at the edge are pushed inwards", () => {
  expect(dodge([100, 100], 10, 0, 100)).toEqual([90, 100]);
});

test("places keep their order, their distance and their bounds for any wishes that there is room for", () => {
  const wishes = fc.array(fc.double({ min: -50, max: 250, noNaN: true }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(wishes, (wanted) => {
      const places = dodge(wanted, 14, 0, 200);
      const sorted = places.map((place, index) => ({ place, wish: wanted[index]! })).sort((a, b) => a.place - b.place);
      for (const [at, { place, wish }] of sorted.entries()) {
        const before = sorted[at - 1];
        if (before === undefined) continue;
        expect(place - before.place).toBeGreaterThanOrEqual(14 - 1e-9);
        expect(wish).toBeGreaterThanOrEqual(before.wish);
      }
      expect(Math.min(...places)).toBeGreaterThanOrEqual(-1e-9);
      expect(Math.max(...places)).toBeLessThanOrEqual(200 + 1e-9);
    }),
  );
});
