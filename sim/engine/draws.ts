/**
 * Random numbers by name, not by turn: draw k of entity e for a purpose is a function of (seed, purpose, e, k) and of
 * nothing else. Two strategies under one seed therefore face the same arrivals, demands and think times, whatever they
 * do and in whatever order; adding a server or a policy that draws once more shifts nobody else's numbers.
 *
 * `seedrandom` turns (seed, purpose) into two words; from there a counter-based generator takes over: entity and counter
 * are mixed into a 64-bit state as in Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), with the
 * multiply-xorshift rounds of C. Wellons' low-bias 32-bit hashes on two coupled words. No state is kept per entity, which
 * is what lets a million sessions have streams of their own.
 */
import seedrandom from "seedrandom";
import { exp, ln } from "./exact.ts";

export class Draws {
  private readonly seedA: number;
  private readonly seedB: number;
  private a = 0;
  private b = 0;
  /** How many of the two words a caller has had. */
  private spent = 0;
  /** The words of a block of exponentials. */
  private one = new Int32Array(0);
  private other = new Int32Array(0);

  constructor(seed: number, purpose: string) {
    const words = seedrandom.alea(`${seed}/${purpose}`);
    this.seedA = words.int32();
    this.seedB = words.int32();
  }

  /** Goes to draw `k` of `entity` (both whole and >= 0; entity below 2^53). */
  at(entity: number, k: number): this {
    return this.atWords(entity | 0, (entity * 2.3283064365386963e-10) | 0, k);
  }

  /** As `at`, for an entity in two words of 32 bits: where one is kept, it never is a number that needs an object. */
  atWords(low: number, high: number, k: number): this {
    let a = this.seedA ^ low;
    a = Math.imul(a ^ (a >>> 16), 0x21f0aaad);
    a = Math.imul(a ^ (a >>> 15), 0x735a2d97) ^ high;
    let b = this.seedB + Math.imul(low, 0x9e3779b1) + high;
    b = Math.imul(b ^ (b >>> 15), 0x2c1b3c6d) ^ k;
    b = Math.imul(b ^ (b >>> 13), 0x297a2d39);
    a = (a ^ (a >>> 15)) + Math.imul(k, 0x85ebca6b);
    a = Math.imul(a ^ (a >>> 16) ^ b, 0x21f0aaad);
    b = Math.imul(b ^ (b >>> 15) ^ a, 0x735a2d97);
    this.a = a ^ (a >>> 15) ^ (b >>> 16);
    this.b = b ^ (b >>> 15);
    this.spent = 0;
    return this;
  }

  /** Moves on within the draw, for laws that need more than one number. */
  private again(): void {
    const a = Math.imul(this.a ^ (this.a >>> 16) ^ this.b, 0x21f0aaad) + 0x6d2b79f5;
    const b = Math.imul(this.b ^ (this.b >>> 15) ^ a, 0x735a2d97);
    this.a = a ^ (a >>> 15) ^ (b >>> 16);
    this.b = b ^ (b >>> 15);
  }

  /** Uniform on [0, 1) in steps of 2^-53. */
  uniform(): number {
    if (this.spent > 0) this.again();
    this.spent = 2;
    return ((this.a >>> 5) * 67108864 + (this.b >>> 6)) * 1.1102230246251565e-16;
  }

  /** 32 uniform bits, as a signed number. */
  bits(): number {
    if (this.spent === 2) {
      this.again();
      this.spent = 0;
    }
    return this.spent++ === 0 ? this.a : this.b;
  }

  /** A whole number, uniform on 0 … count - 1; count at most 2^32. Its bias is below count × 2^-32. */
  below(count: number): number {
    return Math.floor((this.bits() >>> 0) * 2.3283064365386963e-10 * count);
  }

  /**
   * Standard exponential by the ziggurat (Marsaglia and Tsang, "The ziggurat method for generating random variables",
   * 2000): 98.9 % of draws need no logarithm. The layer is chosen by bits that the 53-bit uniform does not use.
   */
  exponential(): number {
    // As `uniform` does, but written out: it is too long a way down for the compiler to bring a number back from.
    if (this.spent > 0) this.again();
    this.spent = 2;
    const { a, b } = this;
    const layer = ((a & 31) << 3) | (b & 7);
    let x = ((a >>> 5) * 67108864 + (b >>> 6)) * 1.1102230246251565e-16 * exponentialX[layer]!;
    if (x >= exponentialX[layer + 1]!) {
      // The rare case hands its result over in an array: were it returned, the compiler would keep x as an object.
      this.exponentialBeyond(layer, x);
      x = beyond[0]!;
    }
    return x;
  }

  /**
   * Fills `one` and `other` with the first and second `bits()` of draws `first`, `first + 1`, … of `entity`: the numbers of
   * `at`, made in a loop that mixes the entity once and keeps everything it needs in registers.
   */
  words(one: Int32Array, other: Int32Array, entity: number, first: number): void {
    const low = entity | 0;
    const high = (entity * 2.3283064365386963e-10) | 0;
    let entityA = this.seedA ^ low;
    entityA = Math.imul(entityA ^ (entityA >>> 16), 0x21f0aaad);
    entityA = Math.imul(entityA ^ (entityA >>> 15), 0x735a2d97) ^ high;
    entityA = entityA ^ (entityA >>> 15);
    let entityB = this.seedB + Math.imul(low, 0x9e3779b1) + high;
    entityB = Math.imul(entityB ^ (entityB >>> 15), 0x2c1b3c6d);
    for (let i = 0; i < one.length; i++) {
      const k = (first + i) | 0;
      let b = entityB ^ k;
      b = Math.imul(b ^ (b >>> 13), 0x297a2d39);
      let a = entityA + Math.imul(k, 0x85ebca6b);
      a = Math.imul(a ^ (a >>> 16) ^ b, 0x21f0aaad);
      b = Math.imul(b ^ (b >>> 15) ^ a, 0x735a2d97);
      one[i] = a ^ (a >>> 15) ^ (b >>> 16);
      other[i] = b ^ (b >>> 15);
    }
  }

  /** Fills `target` with `at(entity, first + i).exponential() * mean`, i = 0, 1, 2, …; the same numbers in half the time. */
  exponentials(target: Float64Array, entity: number, first: number, mean: number): void {
    if (this.one.length !== target.length) {
      this.one = new Int32Array(target.length);
      this.other = new Int32Array(target.length);
    }
    const { one, other } = this;
    const widths = exponentialX;
    this.words(one, other, entity, first);
    for (let i = 0; i < target.length; i++) {
      const a = one[i]!;
      const b = other[i]!;
      const layer = ((a & 31) << 3) | (b & 7);
      const x = ((a >>> 5) * 67108864 + (b >>> 6)) * 1.1102230246251565e-16 * widths[layer]!;
      target[i] = x * mean;
      if (x >= widths[layer + 1]!) target[i] = this.at(entity, first + i).exponential() * mean;
    }
  }

  private exponentialBeyond(layer: number, x: number): void {
    if (layer === 0) {
      // Beyond the base layer the law has no memory: the rest is an exponential again.
      beyond[0] = exponentialX[1]! + this.exponential();
      return;
    }
    const low = exponentialY[layer]!;
    const y = low + this.uniform() * (exponentialY[layer + 1]! - low);
    beyond[0] = y < exp(-x) ? x : this.exponential();
  }

  /** Standard normal by Marsaglia's polar method; the second number is not kept, so that a draw has no memory. */
  normal(): number {
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * ln(s)) / s);
    }
  }
}

const beyond = new Float64Array(1);
const LAYERS = 256;
/** Right end of the base strip, and area of each layer, for 256 layers of e^-x (solved from Marsaglia and Tsang's equations). */
const R = 7.69711747013105;
const AREA = 3.949659822581557e-3;

/** Layer i spans [0, X[i]] × [Y[i], Y[i + 1]]; X[0] is the base strip's width as if it were a rectangle. */
const exponentialX = new Float64Array(LAYERS + 1);
const exponentialY = new Float64Array(LAYERS + 1);
exponentialX[0] = AREA / exp(-R);
exponentialX[1] = R;
exponentialY[1] = exp(-R);
for (let layer = 2; layer < LAYERS; layer++) {
  exponentialX[layer] = -ln(AREA / exponentialX[layer - 1]! + exponentialY[layer - 1]!);
  exponentialY[layer] = exp(-exponentialX[layer]!);
}
exponentialX[LAYERS] = 0;
exponentialY[LAYERS] = 1;
