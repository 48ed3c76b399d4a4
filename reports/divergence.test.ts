import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DigestRecord } from "../sim/record.ts";
import { agrees, firstDivergence } from "./divergence.ts";

/** A digest that is plainly the stream itself: what is tested is the search. */
const digestOf = (decisions: readonly number[], windowSize: number): DigestRecord => ({
  value: decisions.join(),
  decisions: decisions.length,
  windowSize,
  windows: Array.from({ length: Math.floor(decisions.length / windowSize) }, (_, window) =>
    decisions.slice(0, (window + 1) * windowSize).join(),
  ),
});

const windowSize = fc.constantFrom(1, 2, 4, 8);

describe("the first divergence", () => {
  test("of a stream and itself does not exist, whatever the window sizes", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3)), windowSize, windowSize, (stream, sizeA, sizeB) => {
        expect(firstDivergence(digestOf(stream, sizeA), digestOf(stream, sizeB))).toBeNull();
      }),
    );
  });

  test("lies in the window that is found, and no window before it differs", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3), { maxLength: 60 }),
        fc.array(fc.nat(3), { maxLength: 60 }),
        fc.array(fc.nat(3), { maxLength: 60 }),
        windowSize,
        windowSize,
        (common, tailA, tailB, sizeA, sizeB) => {
          const a = [...common, ...tailA];
          const b = [...common, ...tailB];
          let first = 0;
          while (first < a.length && first < b.length && a[first] === b[first]) first++;
          const same = first === a.length && first === b.length;
          const found = firstDivergence(digestOf(a, sizeA), digestOf(b, sizeB));
          if (same) expect(found).toBeNull();
          else {
            expect(found!.from).toBeLessThanOrEqual(first);
            expect(found!.to).toBeGreaterThan(first);
            expect(found!.to - found!.from).toBeLessThanOrEqual(Math.max(sizeA, sizeB));
          }
        },
      ),
    );
  });

  test("of a stream that only goes on is at its end", () => {
    expect(firstDivergence(digestOf([1, 2, 3, 4], 4), digestOf([1, 2, 3, 4, 5], 4))).toEqual({ from: 4, to: 5 });
  });
});

describe("a run made again", () => {
  const decisions = fc.array(fc.nat(3), { minLength: 1, maxLength: 40 });

  test("agrees with its record as far as it has come, whatever the window sizes", () => {
    fc.assert(
      fc.property(decisions, fc.constantFrom(2, 4, 8), fc.nat(40), (stream, size, extra) => {
        // A run that has not come far has the smaller windows.
        const recorded = digestOf(stream, size);
        for (let to = size; to < stream.length; to += size) {
          const sofar = stream.slice(0, Math.min(stream.length, to + extra));
          expect(agrees(recorded, digestOf(sofar, size / 2), to)).toBe(true);
        }
        expect(agrees(recorded, digestOf(stream, size), stream.length)).toBe(true);
      }),
    );
  });

  test("does not once any decision up to there is another, or there are more or fewer of them", () => {
    fc.assert(
      fc.property(decisions, fc.nat(39), (stream, place) => {
        const recorded = digestOf(stream, 4);
        const other = stream.map((value, at) => (at === place % stream.length ? value + 10 : value));
        for (let to = 4; to < stream.length; to += 4) {
          expect(agrees(recorded, digestOf(other, 4), to)).toBe(place % stream.length >= to);
        }
        for (const again of [other, [...stream, 0], stream.slice(0, -1)]) {
          expect(agrees(recorded, digestOf(again, 4), stream.length)).toBe(false);
        }
      }),
    );
  });

  test("does not where the record has lost what it would be held to", () => {
    const recorded = { ...digestOf([1, 2, 3], 1), windows: [] };
    expect(agrees(recorded, { ...digestOf([1, 2], 1), windows: [] }, 2)).toBe(false);
  });
});
