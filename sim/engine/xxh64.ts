/**
 * XXH64, after Y. Collet's specification of xxHash (doc/xxhash_spec.md, 0.1.1): the hash of Envoy's ring, Maglev and hash
 * policies, of Caddy since 2.8, and of much else.
 */
import { type Halves, Word64, wordAt } from "./word64.ts";

const PRIME_1 = new Word64(0x9e3779b1, 0x85ebca87);
const PRIME_2 = new Word64(0xc2b2ae3d, 0x27d4eb4f);
const PRIME_3 = new Word64(0x165667b1, 0x9e3779f9);
const PRIME_4 = new Word64(0x85ebca77, 0xc2b2ae63);
const PRIME_5 = new Word64(0x27d4eb2f, 0x165667c5);

/** Registers, so that a hash allocates nothing but its result. */
const hash = new Word64();
const part = new Word64();
const lanes = [new Word64(), new Word64(), new Word64(), new Word64()] as const;

const multiply = (word: Word64, prime: Word64): Word64 => word.multiply(prime.high, prime.low);
const add = (word: Word64, other: Word64): Word64 => word.add(other.high, other.low);
const xor = (word: Word64, other: Word64): Word64 => word.xor(other.high, other.low);

/** One round from an accumulator that holds `input` × PRIME_2 already added. */
const turn = (word: Word64): Word64 => multiply(word.rotateLeft(31), PRIME_1);

/** Eight bytes at `at`, little-endian, through a round that starts at 0. */
const roundOf = (bytes: Uint8Array, at: number): Word64 =>
  turn(multiply(part.set(wordAt(bytes, at + 4), wordAt(bytes, at)), PRIME_2));

/** Takes in blocks of 32 bytes, and leaves the lanes' sum in `hash`; returns how many bytes it took. */
function takeBlocks(bytes: Uint8Array, seedHigh: number, seedLow: number): number {
  add(add(lanes[0].set(seedHigh, seedLow), PRIME_1), PRIME_2);
  add(lanes[1].set(seedHigh, seedLow), PRIME_2);
  lanes[2].set(seedHigh, seedLow);
  // Minus PRIME_1: the complement plus one.
  lanes[3].set(seedHigh, seedLow).add(~PRIME_1.high, ~PRIME_1.low).add(0, 1);
  let at = 0;
  for (; at + 32 <= bytes.length; at += 32) {
    for (let lane = 0; lane < 4; lane++) {
      const from = at + 8 * lane;
      multiply(part.set(wordAt(bytes, from + 4), wordAt(bytes, from)), PRIME_2);
      turn(add(lanes[lane]!, part));
    }
  }
  hash.set(0, 0);
  const turns = [1, 7, 12, 18] as const;
  for (let lane = 0; lane < 4; lane++) {
    add(hash, part.set(lanes[lane]!.high, lanes[lane]!.low).rotateLeft(turns[lane]!));
  }
  for (const lane of lanes) add(multiply(xor(hash, turn(multiply(lane, PRIME_2))), PRIME_1), PRIME_4);
  return at;
}

/** The hash of `bytes`, both halves unsigned. `seed` is a whole number from 0 to 2^53 - 1. */
export function xxh64(bytes: Uint8Array, seed = 0): Halves {
  const seedHigh = Math.floor(seed / 0x1_0000_0000);
  let at = 0;
  if (bytes.length >= 32) at = takeBlocks(bytes, seedHigh, seed | 0);
  else add(hash.set(seedHigh, seed | 0), PRIME_5);
  hash.add(0, bytes.length);
  for (; at + 8 <= bytes.length; at += 8) {
    add(multiply(xor(hash, roundOf(bytes, at)).rotateLeft(27), PRIME_1), PRIME_4);
  }
  if (at + 4 <= bytes.length) {
    xor(hash, multiply(part.set(0, wordAt(bytes, at)), PRIME_1));
    add(multiply(hash.rotateLeft(23), PRIME_2), PRIME_3);
    at += 4;
  }
  for (; at < bytes.length; at++) {
    xor(hash, multiply(part.set(0, bytes[at]!), PRIME_5));
    multiply(hash.rotateLeft(11), PRIME_1);
  }
  multiply(hash.mixRight(33), PRIME_2);
  multiply(hash.mixRight(29), PRIME_3);
  return hash.mixRight(32).halves();
}
