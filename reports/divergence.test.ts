import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DigestRecord } from "../sim/record.ts";
import { firstDivergence } from "./divergence.ts";

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
