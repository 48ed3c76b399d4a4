import fc from "fast-check";
import { expect, it } from "vitest";
import { Ring64 } from "./ring64.ts";

const word = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 1, 0xffffffff));
const points = fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 60 });
const big = (high: number, low: number) => (BigInt(high) << 32n) | BigInt(low);

it("a ring finds the first point at or after a position, wrapping, and of points at one position the one added first", () => {
  fc.assert(
    fc.property(points, word, word, (points, high, low) => {
      const column = (half: 0 | 1) => Uint32Array.from(points, (point) => point[half]);
      const ring = new Ring64(
        column(0),
        column(1),
        Int32Array.from(points, (_, i) => i),
      );
      const sorted = points.map(([high, low], i) => ({ at: big(high, low), i }));
      sorted.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.i - b.i));
      expect([...ring.server]).toEqual(sorted.map(({ i }) => i));
      const next = sorted.findIndex(({ at }) => at >= big(high, low));
      expect(ring.find(high, low)).toBe(next < 0 ? 0 : next);
    }),
  );
});
