/** The hash of a request as Envoy's hash policies make it: XXH64 of the text, or a random number when there is none. */
import { xxh64 } from "../engine/xxh64.ts";
import type { BalancingContext } from "./algorithm.ts";
import { HashKey, type HashKeyOptions } from "./hash-key.ts";

const utf8 = new TextEncoder();

export class RequestHash {
  /** Unsigned halves of the hash last read. */
  high = 0;
  low = 0;
  private readonly key: HashKey;
  private readonly draws: BalancingContext["draws"];
  private decisions = 0;

  constructor(options: HashKeyOptions, { requests, draws }: BalancingContext) {
    this.key = new HashKey(options, requests);
    this.draws = draws;
  }

  read(request: number): void {
    const text = this.key.textOf(request);
    const draw = this.decisions++;
    if (text === null) {
      this.draws.at(0, draw);
      this.high = this.draws.bits() >>> 0;
      this.low = this.draws.bits() >>> 0;
    } else {
      const hash = xxh64(utf8.encode(text));
      this.high = hash.high;
      this.low = hash.low;
    }
  }
}
