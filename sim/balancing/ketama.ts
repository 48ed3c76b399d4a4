import { md5 } from "@noble/hashes/legacy.js";
import { crc32 } from "../engine/crc32.ts";
import { type BalancingContext, defineBalancing, type FleetView } from "./algorithm.ts";
import { HashKey, type HashKeyOptions, hashKeyKnobs } from "./hash-key.ts";
import { Misses, maxFailsKnob, SmoothlyWeighted } from "./smooth-weights.ts";
import { WeightLine } from "./weight-line.ts";

const utf8 = new TextEncoder();
/** Points on the circle for each unit of weight (nginx), or for an average server (libketama: four from each of 40 digests). */
const POINTS = 160;
/** A point and its server in one number, so that a plain numeric sort orders both. */
const SERVERS = 0x20_0000;

/** Where servers stand on the circle, and where a key falls. */
export interface Placement {
  /** Calls `put` for each point of `server`, which is listed. */
  place(fleet: FleetView, server: number, put: (point: number) => void): void;
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

/**
 * The consistent hashing of the memcached clients: every server has points on a circle of 32 bits, and a key goes to the
 * first point at or after its own hash. Where nobody at that point's address can be used, to the next point, 20 times at
 * most; then smooth round robin decides.
 *
 * The circle is made of the servers of the configuration, so one that goes down or comes back rebuilds nothing. The time
 * of a rebuild goes into sorting the points: O(p log p) for p points.
 */
class Ketama extends SmoothlyWeighted {
  private readonly key: HashKey;
  private readonly placement: Placement;
  private readonly line: WeightLine;
  private readonly misses = new Misses();
  private points = new Uint32Array(0);
  private owners = new Int32Array(0);
  /** The next server with the same address, or -1: they share their points and take turns there. */
  private readonly twin: Int32Array;
  private position = 0;

  constructor(context: BalancingContext, options: HashKeyOptions & { maxFails: number; points: string }) {
    super(context, options.maxFails);
    this.key = new HashKey(options, context.requests);
    this.placement = options.points === "libketama" ? libketama : nginx;
    this.line = new WeightLine(context.fleet);
    this.twin = new Int32Array(context.fleet.count);
  }

  pick(request: number, avoid: number): number {
    const { misses } = this;
    if (this.line.refresh()) this.rebuild();
    const isNew = misses.begin(request, avoid);
    const key = this.key.textOf(request);
    if (key === null || key === "") return this.smooth.next(avoid);
    if (isNew) this.position = this.firstFrom(this.placement.keyOf(key));
    while (!misses.tooMany) {
      const server = this.oneAt(this.owners[this.position]!, avoid);
      if (server >= 0) return server;
      this.position = this.position + 1 === this.points.length ? 0 : this.position + 1;
      misses.count++;
    }
    return this.smooth.next(avoid);
  }

  /** A round among the servers at one address that may be used, or -1. */
  private oneAt(owner: number, avoid: number): number {
    const { smooth } = this;
    let best = -1;
    for (let server = owner; server >= 0; server = this.twin[server]!) {
      if (!this.isFree(server, avoid)) continue;
      smooth.raise(server);
      if (best < 0 || smooth.current[server]! > smooth.current[best]!) best = server;
    }
    if (best >= 0) smooth.pay(best);
    return best;
  }

  private firstFrom(hash: number): number {
    const { points } = this;
    let low = 0;
    let high = points.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (points[middle]! < hash) low = middle + 1;
      else high = middle;
    }
    return low === points.length ? 0 : low;
  }

  private rebuild(): void {
    const { fleet } = this.context;
    const owners = this.firstAtEachAddress();
    const placed: number[] = [];
    for (let server = 0; server < fleet.count; server++) {
      if (fleet.isListed[server] === 0) continue;
      this.placement.place(fleet, server, (point) => placed.push(point * SERVERS + owners[server]!));
    }
    const sorted = Float64Array.from(placed).sort();
    this.points = new Uint32Array(sorted.length);
    this.owners = new Int32Array(sorted.length);
    let count = 0;
    for (const each of sorted) {
      const point = Math.floor(each / SERVERS);
      // Of equal points one stays.
      if (count > 0 && this.points[count - 1] === point) continue;
      this.points[count] = point;
      this.owners[count++] = each % SERVERS;
    }
    this.points = this.points.subarray(0, count);
    this.owners = this.owners.subarray(0, count);
  }

  /** For each server the first listed one at its address; links those that share one. */
  private firstAtEachAddress(): Int32Array {
    const { fleet } = this.context;
    const last = new Map<string, number>();
    const owners = new Int32Array(fleet.count);
    this.twin.fill(-1);
    for (let server = 0; server < fleet.count; server++) {
      if (fleet.isListed[server] === 0) continue;
      const { host, port } = fleet.identity[server]!;
      const before = last.get(`${host}:${port}`);
      owners[server] = before === undefined ? server : owners[before]!;
      if (before !== undefined) this.twin[before] = server;
      last.set(`${host}:${port}`, server);
    }
    return owners;
  }
}

export const ketama = defineBalancing({
  name: "ketama",
  aliases: ["hash consistent"],
  summary:
    "Consistent hashing as in the memcached clients: the first of many points of each server at or after the hash.",
  whenToUse:
    "Caches and sessions by key in a fleet that changes: only the keys of the server that leaves or joins move.",
  products: "nginx `hash … consistent`; libketama and Cache::Memcached::Fast.",
  cost: "O(log p) for p points; O(p log p) to rebuild, when servers or weights change, not when one goes down",
  decides: {
    signal: null,
    rule: "the server of the first point at or after the key's hash",
    tieBreak: "out of use: the next point, 20 times at most, then smooth round robin",
  },
  knownFlaw: "With 160 points a server's share strays by about 8 %; neighbours on the circle inherit a whole share.",
  source: "nginx 1.22 ngx_http_upstream_hash_module.c; libketama 2007 (R. Jones, Last.fm).",
  knobs: {
    ...hashKeyKnobs("uri"),
    points: {
      unit: "choice",
      choices: ["nginx", "libketama"],
      default: "nginx",
      summary: "Whose points: CRC-32 of host and port chained (nginx), or MD5 of `host:port-k` (libketama).",
    },
    maxFails: maxFailsKnob,
  },
  create: (options, context) => new Ketama(context, options),
});
