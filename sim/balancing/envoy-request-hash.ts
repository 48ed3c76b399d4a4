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
    const draw = this.decisions++;
    const bytes = this.bytesOf(request);
    if (bytes === null) {
      this.draws.at(0, draw);
      this.high = this.draws.bits() >>> 0;
      this.low = this.draws.bits() >>> 0;
    } else {
      const hash = xxh64(bytes);
      this.high = hash.high;
      this.low = hash.low;
    }
  }

  private bytesOf(request: number): Uint8Array | null {
    if (this.key.isAddress) {
      const address = this.key.addressBytesOf(request);
      if (address.length === 4) return dotted(address);
    }
    const text = this.key.textOf(request);
    return text === null ? null : utf8.encode(text);
  }
}

/** Room for an IPv4 address as text, by the length of the text. */
const room = Array.from({ length: 16 }, (_, length) => new Uint8Array(length));

/** The bytes of an IPv4 address's text, without making the text; to be read before the next call. */
function dotted(address: Uint8Array): Uint8Array {
  let length = 3;
  for (let i = 0; i < 4; i++) length += address[i]! > 99 ? 3 : address[i]! > 9 ? 2 : 1;
  const text = room[length]!;
  let at = length - 1;
  for (let i = 3; i >= 0; i--) {
    let rest = address[i]!;
    do {
      text[at--] = 48 + (rest % 10);
      rest = Math.floor(rest / 10);
    } while (rest > 0);
    if (i > 0) text[at--] = 46;
  }
  return text;
}
