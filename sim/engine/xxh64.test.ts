import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { murmur2Of64 } from "./murmur2-64.ts";
import { type Halves, Word64 } from "./word64.ts";
import { xxh64 } from "./xxh64.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const bigOf = ({ high, low }: Halves) => (BigInt(high) << 32n) | BigInt(low);
const modulo = (value: bigint) => BigInt.asUintN(64, value);

describe("a word of 64 bits", () => {
  const half = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 1, 0xffff, 0x10000, 0xffffffff));

  it("adds and multiplies modulo 2^64, as BigInt does", () => {
    fc.assert(
      fc.property(half, half, half, half, (high, low, otherHigh, otherLow) => {
        const [one, other] = [bigOf({ high, low }), bigOf({ high: otherHigh, low: otherLow })];
        expect(bigOf(new Word64(high, low).add(otherHigh, otherLow).halves())).toBe(modulo(one + other));
        expect(bigOf(new Word64(high, low).multiply(otherHigh, otherLow).halves())).toBe(modulo(one * other));
        expect(bigOf(new Word64(high, low).xor(otherHigh, otherLow).halves())).toBe(one ^ other);
      }),
    );
  });

  it("turns and mixes by any number of bits", () => {
    fc.assert(
      fc.property(half, half, fc.integer({ min: 1, max: 63 }), (high, low, bits) => {
        const word = bigOf({ high, low });
        expect(bigOf(new Word64(high, low).mixRight(bits).halves())).toBe(word ^ (word >> BigInt(bits)));
        const turn = (bits % 31) + 1;
        const turned = modulo(word << BigInt(turn)) | (word >> BigInt(64 - turn));
        expect(bigOf(new Word64(high, low).rotateLeft(turn).halves())).toBe(turned);
      }),
    );
  });
});

describe("XXH64", () => {
  it.each([
    ["", 0, 0xef46db3751d8e999n],
    ["a", 0, 0xd24ec4f1a98c6e5bn],
    ["foobar", 0, 0xa2aa05ed9085aaf9n],
    ["session-12345", 0, 0x60bf45488b39972en],
    ["127.0.0.1:90_0", 0, 16117243373044804889n],
    // Envoy test/common/common/hash_test.cc.
    ["foo", 0, 3728699739546630719n],
    ["foo\nbar", 0, 8917841378505826757n],
    // README of python-xxhash: a sentence longer than a block of 32 bytes.
    ["Nobody inspects the spammish repetition", 0, 0xfbcea83c8a378bf1n],
  ])("of %j with seed %d is the published value", (text, seed, expected) => {
    expect(bigOf(xxh64(bytesOf(text), seed))).toBe(expected);
  });

  /** The specification in BigInt, word for word. */
  function specified(bytes: Uint8Array, seed: bigint): bigint {
    const primes = [
      0x9e3779b185ebca87n,
      0xc2b2ae3d27d4eb4fn,
      0x165667b19e3779f9n,
      0x85ebca77c2b2ae63n,
      0x27d4eb2f165667c5n,
    ] as const;
    const [p1, p2, p3, p4, p5] = primes;
    const turned = (word: bigint, bits: bigint) => modulo(word << bits) | (word >> (64n - bits));
    const round = (accumulator: bigint, lane: bigint) => modulo(turned(modulo(accumulator + lane * p2), 31n) * p1);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    let hash = modulo(seed + p5);
    if (bytes.length >= 32) {
      let lanes = [modulo(seed + p1 + p2), modulo(seed + p2), seed, modulo(seed - p1)];
      for (; at + 32 <= bytes.length; at += 32) {
        lanes = lanes.map((lane, i) => round(lane, view.getBigUint64(at + 8 * i, true)));
      }
      hash = modulo([1n, 7n, 12n, 18n].reduce((sum, bits, i) => sum + turned(lanes[i]!, bits), 0n));
      for (const lane of lanes) hash = modulo((hash ^ round(0n, lane)) * p1 + p4);
    }
    hash = modulo(hash + BigInt(bytes.length));
    for (; at + 8 <= bytes.length; at += 8) {
      hash = modulo(turned(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * p1 + p4);
    }
    for (; at + 4 <= bytes.length; at += 4) {
      hash = modulo(turned(hash ^ modulo(BigInt(view.getUint32(at, true)) * p1), 23n) * p2 + p3);
    }
    for (; at < bytes.length; at++) hash = modulo(turned(hash ^ modulo(BigInt(bytes[at]!) * p5), 11n) * p1);
    hash = modulo((hash ^ (hash >> 33n)) * p2);
    hash = modulo((hash ^ (hash >> 29n)) * p3);
    return hash ^ (hash >> 32n);
  }

  it("follows the specification for any bytes and any seed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 140 }), fc.maxSafeNat(), (bytes, seed) => {
        expect(bigOf(xxh64(bytes, seed))).toBe(specified(bytes, BigInt(seed)));
      }),
    );
  });
});

describe("MurmurHash64A", () => {
  /** Appleton's MurmurHash2.cpp in BigInt. */
  function specified(bytes: Uint8Array, seed: bigint): bigint {
    const m = 0xc6a4a7935bd1e995n;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let hash = seed ^ modulo(BigInt(bytes.length) * m);
    let at = 0;
    for (; at + 8 <= bytes.length; at += 8) {
      let k = modulo(view.getBigUint64(at, true) * m);
      k = modulo((k ^ (k >> 47n)) * m);
      hash = modulo((hash ^ k) * m);
    }
    if (at < bytes.length) {
      let rest = 0n;
      for (let i = bytes.length - 1; i >= at; i--) rest = (rest << 8n) | BigInt(bytes[i]!);
      hash = modulo((hash ^ rest) * m);
    }
    hash = modulo((hash ^ (hash >> 47n)) * m);
    return hash ^ (hash >> 47n);
  }

  it.each([
    // Envoy test/common/common/hash_test.cc.
    ["foo", 9631199822919835226n],
    ["bar", 11474628671133349555n],
    ["foo\nbar", 16306510975912980159n],
  ])("of %j with the seed of libstdc++ is Envoy's", (text, expected) => {
    expect(bigOf(murmur2Of64(bytesOf(text)))).toBe(expected);
  });

  it("follows its source for any bytes and any seed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.integer({ min: 0, max: 0xffffffff }), (bytes, seed) => {
        expect(bigOf(murmur2Of64(bytes, seed))).toBe(specified(bytes, BigInt(seed)));
      }),
    );
  });
});
