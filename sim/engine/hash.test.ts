import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { avalanche, djb2, sdbm, wt6 } from "./hash.ts";

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

describe("HAProxy's hashes of text", () => {
  const known = [
    { text: "", sdbm: 0, djb2: 5381, wt6: 4_187_620_192 },
    { text: "a", sdbm: 97, djb2: 177_670, wt6: 1_900_802_597 },
    { text: "/index.html", sdbm: 858_007_926, djb2: 3_776_231_887, wt6: 822_151_038 },
    { text: "user1234", sdbm: 3_150_189_837, djb2: 4_260_792_974, wt6: 1_593_415_369 },
  ];

  it.each(known)("give the values of HAProxy 2.6 for “$text”", ({ text, ...values }) => {
    expect({ sdbm: sdbm(text), djb2: djb2(text), wt6: wt6(text) }).toEqual(values);
  });

  it("take a text for its bytes in UTF-8, and leave the caller's bytes as they are", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), fc.string(), (text, other) => {
        const bytes = new TextEncoder().encode(text);
        const kept = [...bytes];
        for (const hash of [sdbm, djb2, wt6]) {
          const found = hash(bytes);
          hash(other);
          expect(hash(text)).toBe(found);
        }
        expect([...bytes]).toEqual(kept);
      }),
    );
  });
});
