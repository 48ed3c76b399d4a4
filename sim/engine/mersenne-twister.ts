/** MT19937 (Matsumoto and Nishimura, 1998), for products whose choices follow from it; the lab's own numbers are draws. */

const WORDS = 624;
const AHEAD = 397;

/** `std::mt19937`, or the generator of the reference code when seeded by `init_genrand`. */
export class MersenneTwister {
  private readonly state = new Uint32Array(WORDS);
  private next = WORDS;

  /** `seed` is taken modulo 2^32. */
  seed(seed: number): this {
    const { state } = this;
    state[0] = seed;
    for (let i = 1; i < WORDS; i++) {
      const before = state[i - 1]!;
      state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
    }
    this.next = WORDS;
    return this;
  }

  /** 32 bits, unsigned. */
  bits(): number {
    if (this.next === WORDS) this.turn();
    let word = this.state[this.next++]!;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  private turn(): void {
    const { state } = this;
    for (let i = 0; i < WORDS; i++) {
      const joined = (state[i]! & 0x80000000) | (state[(i + 1) % WORDS]! & 0x7fffffff);
      state[i] = state[(i + AHEAD) % WORDS]! ^ (joined >>> 1) ^ ((joined & 1) === 1 ? 0x9908b0df : 0);
    }
    this.next = 0;
  }
}
