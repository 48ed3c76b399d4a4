import { crc32 as zlib } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32 } from "./crc32.ts";

describe("CRC-32", () => {
  it("gives the published values", () => {
    // "123456789" is the check value of the catalogue of parametrised CRC algorithms.
    expect(crc32("123456789")).toBe(0xcbf43926);
    expect(crc32("")).toBe(0);
    expect(crc32("a")).toBe(3_904_355_907);
    expect(crc32("/index.html")).toBe(3_928_116_034);
    expect(crc32("user1234")).toBe(1_033_803_986);
  });

  it("takes text as its UTF-8 bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(crc32(text)).toBe(crc32(new TextEncoder().encode(text)));
      }),
    );
  });

  it("can be taken in parts", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (first, second) => {
        expect(crc32(second, crc32(first))).toBe(crc32(Uint8Array.of(...first, ...second)));
      }),
    );
  });

  it("agrees with zlib", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(crc32(bytes)).toBe(zlib(bytes));
      }),
    );
  });
});
