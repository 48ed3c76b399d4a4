/** Unsigned 64-bit arithmetic modulo 2^64, in two halves: BigInt is an order of magnitude too slow for tables of hashes. */

/** A 64-bit word as a caller gets it: both halves unsigned 32-bit numbers. */
export interface Halves {
  readonly high: number;
  readonly low: number;
}

/** A register. Every operation changes it and returns it; its halves are signed, as `|` and `Math.imul` leave them. */
export class Word64 {
  high: number;
  low: number;

  constructor(high = 0, low = 0) {
    this.high = high | 0;
    this.low = low | 0;
  }

  set(high: number, low: number): this {
    this.high = high | 0;
    this.low = low | 0;
    return this;
  }

  add(high: number, low: number): this {
    const sum = (this.low >>> 0) + (low >>> 0);
    this.high = (this.high + high + (sum > 0xffffffff ? 1 : 0)) | 0;
    this.low = sum | 0;
    return this;
  }

  xor(high: number, low: number): this {
    this.high ^= high;
    this.low ^= low;
    return this;
  }

  multiply(high: number, low: number): this {
    const a = this.low;
    const a0 = a & 0xffff;
    const a1 = a >>> 16;
    const b0 = low & 0xffff;
    const b1 = low >>> 16;
    // Each of the sums stays below 2^32.
    const lower = a1 * b0 + (Math.imul(a0, b0) >>> 16);
    const upper = a0 * b1 + (lower & 0xffff);
    const carried = a1 * b1 + (lower >>> 16) + (upper >>> 16);
    this.high = (carried + Math.imul(this.high, low) + Math.imul(a, high)) | 0;
    this.low = Math.imul(a, low);
    return this;
  }

  /** By 1 … 31 bits. */
  rotateLeft(bits: number): this {
    const { high, low } = this;
    this.high = (high << bits) | (low >>> (32 - bits));
    this.low = (low << bits) | (high >>> (32 - bits));
    return this;
  }

  /** Exclusive-ors the word with itself moved right by 1 … 63 bits. */
  mixRight(bits: number): this {
    if (bits < 32) {
      this.low ^= (this.low >>> bits) | (this.high << (32 - bits));
      this.high ^= this.high >>> bits;
    } else {
      this.low ^= this.high >>> (bits - 32);
    }
    return this;
  }

  halves(): Halves {
    return { high: this.high >>> 0, low: this.low >>> 0 };
  }
}

/** Four bytes at `at` as a little-endian word, signed. */
export const wordAt = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
