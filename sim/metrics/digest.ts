/**
 * The digest: a running 64-bit hash of the ordered decision stream. Equal digests mean equal decisions; where two differ,
 * the hashes kept at window ends lead to the first difference without anybody storing the stream.
 *
 * Two coupled 32-bit words, mixed with multiply and xorshift. Not cryptographic: it finds changes, not forgers.
 */
import type { Clock } from "../engine/kernel.ts";
import type { DigestRecord } from "../record.ts";

const MOST_WINDOWS = 4096;
const FIRST_WINDOW_SIZE = 256;

const bits = new Float64Array(1);
const words = new Int32Array(bits.buffer);

export class Digest {
  private a = 0x243f6a88 | 0;
  private b = 0x85a308d3 | 0;
  decisions = 0;
  private windowSize = FIRST_WINDOW_SIZE;
  private untilWindowEnd = FIRST_WINDOW_SIZE;
  private windows: string[] = [];
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /**
   * One decision, now: for which visit (its low word) the how-manieth request and attempt, which server (-1 none), by which
   * reason.
   */
  add(visit: number, request: number, attempt: number, server: number, reason: number): void {
    bits[0] = this.clock.nowMs;
    let a = this.a ^ words[0]!;
    let b = this.b ^ words[1]!;
    a = Math.imul(a ^ (a >>> 16), 0x21f0aaad) + b;
    b = Math.imul(b ^ (b >>> 15), 0x735a2d97) ^ a ^ visit;
    a = Math.imul(a ^ (a >>> 15) ^ (server * 16 + reason), 0x2c1b3c6d) + b;
    b = Math.imul(b ^ (b >>> 13) ^ ((request << 8) + attempt), 0x297a2d39) ^ a;
    this.a = a ^ (a >>> 15);
    this.b = b ^ (b >>> 16);
    this.decisions++;
    if (--this.untilWindowEnd === 0) this.endWindow();
  }

  private endWindow(): void {
    this.windows.push(this.value());
    if (this.windows.length === MOST_WINDOWS) {
      // Every entry is the hash of all decisions so far, so dropping every second one doubles the windows' size.
      this.windows = this.windows.filter((_, index) => index % 2 === 1);
      this.windowSize *= 2;
    }
    this.untilWindowEnd = this.windowSize;
  }

  value(): string {
    return hex(this.a) + hex(this.b);
  }

  record(): DigestRecord {
    return {
      value: this.value(),
      decisions: this.decisions,
      windowSize: this.windowSize,
      windows: [...this.windows],
    };
  }
}

const hex = (word: number) => (word >>> 0).toString(16).padStart(8, "0");
