import { describe, expect, it } from "vitest";
import { Encoder, encoderOf } from "./encoder.ts";

const MIB = 1_048_576;
const compression = { ratio: 2, fromBytes: 1024, compressMsPerMib: 3, decompressMsPerMib: 1 };
const plain = new Encoder({ serialiseMsPerMib: 10, deserialiseMsPerMib: 8, compression: null });
const packed = new Encoder({ serialiseMsPerMib: 10, deserialiseMsPerMib: 8, compression });

describe("encoding", () => {
  it("is nothing where the rules do not ask for it", () => {
    expect(encoderOf(null)).toBe(null);
  });

  it("takes time in proportion to the state, and more where it is compressed", () => {
    expect([plain.readMs(MIB), plain.writeMs(MIB / 2)]).toEqual([8, 5]);
    expect([packed.readMs(MIB), packed.writeMs(MIB)]).toEqual([9, 13]);
  });

  it("leaves as many bytes, or so many times fewer", () => {
    expect([plain.storedBytes(4096), packed.storedBytes(4096)]).toEqual([4096, 2048]);
  });

  it("does not compress what is too small to gain by it", () => {
    expect([packed.storedBytes(1023), packed.storedBytes(1024)]).toEqual([1023, 512]);
    expect(packed.writeMs(1023)).toBe(plain.writeMs(1023));
  });
});
