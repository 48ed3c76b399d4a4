import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fnv1a32 } from "./fnv.ts";

describe("FNV-1a with 32 bits", () => {
  it("gives the published values", () => {
    // "foobar" is from the authors' test vectors.
    expect(fnv1a32("foobar")).toBe(0xbf9cf968);
    expect(fnv1a32("")).toBe(2_166_136_261);
    expect(fnv1a32("a")).toBe(3_826_002_220);
    expect(fnv1a32("/index.html")).toBe(1_165_777_521);
    expect(fnv1a32("user1234")).toBe(2_777_314_998);
  });

  it("takes text as its UTF-8 bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(fnv1a32(text)).toBe(fnv1a32(new TextEncoder().encode(text)));
      }),
    );
  });

  it("can be taken in parts", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (first, second) => {
        expect(fnv1a32(second, fnv1a32(first))).toBe(fnv1a32(first + second));
      }),
    );
  });
});
