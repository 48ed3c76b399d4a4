import fc from "fast-check";
import { expect, it } from "vitest";
import { KetamaRing } from "./ketama-ring.ts";

const word = fc.integer({ min: 0, max: 0xffffffff });

it("gives each hash to the owner of the first point at or after it, and those beyond the last point to the first", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(word, { minLength: 1, maxLength: 40 }),
      fc.array(word, { minLength: 1 }),
      (points, hashes) => {
        const ring = new KetamaRing(points.map((point, owner) => ({ point, owner })));
        for (const hash of [...hashes, ...points]) {
          const after = points.filter((point) => point >= hash);
          const expected = after.length > 0 ? Math.min(...after) : Math.min(...points);
          expect(ring.ownerAt(ring.firstFrom(hash))).toBe(points.indexOf(expected));
        }
      },
    ),
    { seed: 1 },
  );
});

it("keeps one of several points at one place, that of the lowest owner", () => {
  const ring = new KetamaRing([
    { point: 7, owner: 2 },
    { point: 7, owner: 1 },
  ]);
  expect(ring.length).toBe(1);
  expect(ring.ownerAt(ring.firstFrom(7))).toBe(1);
});
