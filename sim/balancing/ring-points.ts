/** Where HAProxy puts a server's points on its ring, by version and `hash-key`. */
import { crc32 } from "../engine/crc32.ts";
import { avalanche } from "../engine/hash.ts";
import type { ServerIdentity } from "./algorithm.ts";
import type { PointOf } from "./hash-ring.ts";

/** Points of one id lie 4096 apart before mixing: more than any server of HAProxy has (BE_WEIGHT_SCALE × 256). */
const SPREAD = 4096;

/** HAProxy's choices of `hash-key`; and the points of ids from 3.0 until the correction of October 2025. */
export const RING_KEYS = ["id", "addr", "addr-port", "id32", "id-3.0"] as const;
export type RingKey = (typeof RING_KEYS)[number];

const startOf: Readonly<Record<Exclude<RingKey, "id">, (identity: ServerIdentity) => number>> = {
  addr: ({ host }) => avalanche(addressOf(host)),
  "addr-port": ({ host, port }) => avalanche(avalanche(port) + addressOf(host)),
  id32: ({ id }) => avalanche(reversed(id)),
  "id-3.0": ({ id }) => avalanche(id),
};

export function ringPoints(key: RingKey): PointOf {
  if (key === "id") return ({ id }, index) => avalanche(id * SPREAD + index);
  return (identity, index) => avalanche(startOf[key](identity) + index);
}

/** The four bytes of an IPv4 address read as a little-endian number. Of any other host, ours: the checksum of its name. */
function addressOf(host: string): number {
  const bytes = host.split(".").map(Number);
  const isIpv4 = bytes.length === 4 && bytes.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256);
  if (!isIpv4) return crc32(host);
  return (bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16) | (bytes[3]! << 24)) >>> 0;
}

function reversed(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}
