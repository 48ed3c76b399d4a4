/** The ring of Envoy's ring hash. */
import { murmur2Of64 } from "../engine/murmur2-64.ts";
import { xxh64 } from "../engine/xxh64.ts";
import type { HashedHosts } from "./envoy-hosts.ts";
import { Ring64 } from "./ring64.ts";

export const ringHashFunctions = ["xxhash", "murmur2"] as const;

export interface RingSizes {
  readonly minimum: number;
  readonly maximum: number;
}

const utf8 = new TextEncoder();

/**
 * Points by host, so many that the lightest gets a whole number of them and the ring at least its least size: running sums
 * over the hosts decide who gets the points that do not come out even. The ring's servers are places in the list of hosts.
 */
export function envoyRing({ keys, shares }: HashedHosts, sizes: RingSizes, hashFunction: string): Ring64 {
  const hash = hashFunction === "murmur2" ? murmur2Of64 : xxh64;
  // A weight of 0 gets no point, and must not ask for endless ones of the others.
  const least = shares.reduce((least, share) => (share > 0 ? Math.min(least, share) : least), 1);
  const scale = Math.min(Math.ceil(least * sizes.minimum) / least, sizes.maximum);
  const room = Math.ceil(scale) + keys.length;
  const high = new Uint32Array(room);
  const low = new Uint32Array(room);
  const server = new Int32Array(room);
  let points = 0;
  let target = 0;
  keys.forEach((key, host) => {
    target += scale * shares[host]!;
    const numbered = new NumberedKey(key);
    for (let i = 0; points < target; i++) {
      const position = hash(numbered.bytesOf(i));
      high[points] = position.high;
      low[points] = position.low;
      server[points++] = host;
    }
  });
  return new Ring64(high.subarray(0, points), low.subarray(0, points), server.subarray(0, points));
}

/** The bytes of `key_0`, `key_1` … in this order, without making the texts: most of a ring's time would go there. */
class NumberedKey {
  private bytes: Uint8Array;
  private digits = 1;
  private most = 9;

  constructor(key: string) {
    this.bytes = utf8.encode(`${key}_0`);
  }

  /** To be read before the next call. */
  bytesOf(number: number): Uint8Array {
    if (number > this.most) {
      const longer = new Uint8Array(this.bytes.length + 1);
      longer.set(this.bytes);
      this.bytes = longer;
      this.digits++;
      this.most = this.most * 10 + 9;
    }
    let rest = number;
    for (let digit = 1; digit <= this.digits; digit++) {
      this.bytes[this.bytes.length - digit] = 48 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    return this.bytes;
  }
}
