/** MurmurHash64A, A. Appleton's MurmurHash2 for 64-bit machines, as libstdc++ hashes strings and Envoy's ring may. */
import { type Halves, Word64, wordAt } from "./word64.ts";

const MULTIPLIER_HIGH = 0xc6a4a793;
const MULTIPLIER_LOW = 0x5bd1e995;
/** libstdc++'s seed (`std::hash`), which Envoy keeps. */
export const STANDARD_SEED = 0xc70f6907;

const hash = new Word64();
const part = new Word64();
const multiply = (word: Word64): Word64 => word.multiply(MULTIPLIER_HIGH, MULTIPLIER_LOW);

/** The hash of `bytes`, both halves unsigned. `seed` is an unsigned 32-bit number. */
export function murmur2Of64(bytes: Uint8Array, seed = STANDARD_SEED): Halves {
  const whole = bytes.length & ~7;
  multiply(hash.set(0, bytes.length)).xor(0, seed);
  for (let at = 0; at < whole; at += 8) {
    multiply(multiply(part.set(wordAt(bytes, at + 4), wordAt(bytes, at))).mixRight(47));
    multiply(hash.xor(part.high, part.low));
  }
  if (whole < bytes.length) {
    for (let at = bytes.length - 1; at >= whole; at--) {
      const shift = 8 * (at - whole);
      if (shift < 32) hash.xor(0, bytes[at]! << shift);
      else hash.xor(bytes[at]! << (shift - 32), 0);
    }
    multiply(hash);
  }
  return multiply(hash.mixRight(47)).mixRight(47).halves();
}
