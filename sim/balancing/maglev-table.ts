/** The look-up table of Maglev, filled as Envoy fills it. */
import { xxh64 } from "../engine/xxh64.ts";
import type { HashedHosts } from "./envoy-hosts.ts";

/** Two words modulo `size`, at most 2^21: every product stays below 2^53. */
export const moduloOf = (high: number, low: number, size: number): number =>
  ((high % size) * (0x1_0000_0000 % size) + (low % size)) % size;

/**
 * Hosts take turns claiming their next free slot, each in the order of its own permutation (offset + n × skip) mod size; one
 * with a smaller weight sits out the rounds that are not its turn. `size` is prime, so that every permutation reaches every
 * slot. Entries are places in the lists. O(size × log size) on average.
 */
export function fillTable(
  offsets: readonly number[],
  skips: readonly number[],
  shares: ArrayLike<number>,
  size: number,
): Int32Array {
  const hosts = offsets.length;
  const table = new Int32Array(size).fill(-1);
  const at = Float64Array.from(offsets);
  const target = new Float64Array(hosts);
  const most = Array.from(shares).reduce((most, share) => Math.max(most, share), 0);
  let filled = 0;
  for (let round = 1; filled < size; round++) {
    for (let host = 0; host < hosts && filled < size; host++) {
      // A weight of 0 never has its turn.
      if (round * shares[host]! < target[host]! || shares[host] === 0) continue;
      target[host]! += most;
      const skip = skips[host]!;
      let slot = at[host]!;
      while (table[slot]! >= 0) {
        slot += skip;
        if (slot >= size) slot -= size;
      }
      table[slot] = host;
      at[host] = slot + skip >= size ? slot + skip - size : slot + skip;
      filled++;
    }
  }
  return table;
}

const utf8 = new TextEncoder();
const byBytes = (a: Uint8Array, b: Uint8Array): number => {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
};

/** Offsets and skips from XXH64 with seeds 0 and 1, hosts in the order of their keys' bytes. Entries are places in `keys`. */
export function maglevTable({ keys, shares }: HashedHosts, size: number): Int32Array {
  const hosts = keys.map((key, place) => ({ place, bytes: utf8.encode(key), share: shares[place]! }));
  hosts.sort((a, b) => byBytes(a.bytes, b.bytes) || a.place - b.place);
  const offsets = hosts.map(({ bytes }) => {
    const { high, low } = xxh64(bytes);
    return moduloOf(high, low, size);
  });
  const skips = hosts.map(({ bytes }) => {
    const { high, low } = xxh64(bytes, 1);
    return moduloOf(high, low, size - 1) + 1;
  });
  const shareOf = hosts.map(({ share }) => share);
  return fillTable(offsets, skips, shareOf, size).map((host) => hosts[host]!.place);
}
