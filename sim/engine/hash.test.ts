import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { avalanche } from "./hash.ts";

describe("the avalanche", () => {
  it("gives HAProxy's values", () => {
    // From HAProxy 2.6; 4096, 4097 and 4098 are where server 1 stands on its consistent ring.
    expect(avalanche(0)).toBe(2_874_071_335);
    expect(avalanche(1)).toBe(881_230_262);
    expect([4096, 4097, 4098].map(avalanche)).toEqual([1_237_450_891, 2_761_370_759, 3_040_967_754]);
    expect(avalanche(0xc0000201)).toBe(1_063_906_109);
  });

  it("takes signed and unsigned words for the same, and answers with an unsigned one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (word) => {
        expect(avalanche(word | 0)).toBe(avalanche(word));
        expect(avalanche(word)).toBeGreaterThanOrEqual(0);
        expect(avalanche(word)).toBeLessThanOrEqual(0xffffffff);
      }),
    );
  });
});
