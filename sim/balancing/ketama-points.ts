/** Where the memcached clients and nginx put servers and keys on their circle of 32 bits. */
import { md5 } from "@noble/hashes/legacy.js";
import { crc32 } from "../engine/crc32.ts";
import type { FleetView } from "./algorithm.ts";

const utf8 = new TextEncoder();
/** Points on the circle for each unit of weight (nginx), or for an average server (libketama: four from each of 40 digests). */
const POINTS = 160;
/** What a placement has to know of a fleet. */
export type PlacedFleet = Pick<FleetView, "identity" | "isListed" | "weight">;

/** Where servers stand on the circle, and where a key falls. */
export interface Placement {
  /** Calls `put` for each point of `server`, which is listed. */
  place(fleet: PlacedFleet, server: number, put: (point: number) => void): void;
  keyOf(key: string): number;
}

/** As Cache::Memcached::Fast: the CRC-32 of host, a zero byte, port, and the point before, in little-endian order. */
export const nginx: Placement = {
  place({ identity, weight }, server, put) {
    const { host, port } = identity[server]!;
    const count = Math.round(weight[server]! * POINTS);
    const base = crc32(`${host}\0${port}`);
    const previous = new Uint8Array(4);
    for (let i = 0; i < count; i++) {
      const point = crc32(previous, base);
      put(point);
      previous[0] = point;
      previous[1] = point >>> 8;
      previous[2] = point >>> 16;
      previous[3] = point >>> 24;
    }
  },
  keyOf: (key) => crc32(key),
};

/** As libketama: four numbers from the MD5 of `host:port-k`, k below the server's share of 40 times the number of servers. */
export const libketama: Placement = {
  place({ identity, isListed, weight }, server, put) {
    const { host, port } = identity[server]!;
    const servers = isListed.reduce((sum, listed) => sum + listed, 0);
    const total = weight.reduce((sum, each, other) => sum + (isListed[other] === 1 ? each : 0), 0);
    const digests = Math.floor((weight[server]! / total) * (POINTS / 4) * servers);
    for (let k = 0; k < digests; k++) {
      const digest = new DataView(md5(utf8.encode(`${host}:${port}-${k}`)).buffer);
      for (let word = 0; word < 4; word++) put(digest.getUint32(4 * word, true));
    }
  },
  keyOf: (key) => new DataView(md5(utf8.encode(key)).buffer).getUint32(0, true),
};
