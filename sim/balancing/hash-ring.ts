/** HAProxy's ring of points, on which servers come and go without disturbing those who stay (lb_chash.c). */
import type { ServerIdentity } from "./algorithm.ts";

/** Points put in at a time: a point of 32 bits and its place among them share the 53 bits of a number. */
const BATCH = 0x20_0000;

/** Where point `index` of a server stands; unsigned, 32 bits. */
export type PointOf = (identity: ServerIdentity, index: number) => number;

/**
 * Points sorted by position, equal ones in the order in which they were put in. Each server has as many as its effective
 * weight; when that drops, those with the highest numbers go first.
 *
 * Points to be put in are collected and merged at the next look-up, which costs a sort of the new and a pass over all, so
 * that building a ring from nothing costs no more than one server's return. Taking points out is a pass over all.
 */
export class HashRing {
  private readonly identity: readonly ServerIdentity[];
  private readonly pointOf: PointOf;
  private point = new Uint32Array(0);
  private owner = new Int32Array(0);
  private index = new Int32Array(0);
  private size = 0;
  /** Points of each server on the ring, and with those still to be put in. */
  private readonly placed: Int32Array;
  private readonly wanted: Int32Array;
  private waiting: number[] = [];
  private waitingPoints = 0;
  /** Where `inTurn` stands; -1 before the first point. */
  private cursor = -1;

  constructor(identity: readonly ServerIdentity[], pointOf: PointOf) {
    this.identity = identity;
    this.pointOf = pointOf;
    this.placed = new Int32Array(identity.length);
    this.wanted = new Int32Array(identity.length);
  }

  /** Gives `server` so many points, 0 to take it out. */
  set(server: number, points: number): void {
    const more = points - this.wanted[server]!;
    if (more === 0) return;
    if (more > BATCH) throw new RangeError(`a server may have ${BATCH} points on a ring, got ${points}`);
    // What was asked for before happens before, because equal points stand in the order of time.
    const again = this.wanted[server] !== this.placed[server];
    if (more < 0 || again || this.waitingPoints + more > BATCH) this.settle();
    this.wanted[server] = points;
    if (more < 0) return this.take(server, points);
    this.waiting.push(server);
    this.waitingPoints += more;
  }

  /** Points on the ring. */
  get length(): number {
    if (this.waiting.length > 0) this.settle();
    return this.size;
  }

  /** The place of the point nearest to `hash` (unsigned, 32 bits), the one before it when both are as near. */
  nearest(hash: number): number {
    const { length, point } = this;
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (point[middle]! < hash) low = middle + 1;
      else high = middle;
    }
    const next = low === length ? 0 : low;
    const before = low === 0 ? length - 1 : low - 1;
    return (hash - point[before]!) >>> 0 <= (point[next]! - hash) >>> 0 ? before : next;
  }

  /** Of the point at `place`. */
  ownerAt(place: number): number {
    return this.owner[place]!;
  }

  pointAt(place: number): number {
    return this.point[place]!;
  }

  /**
   * The next point's server that is not barred, going round; `avoid` only when no other has room, -1 when none has. When
   * the point at which it stands is taken out, it moves to the one that follows. `isShort`: while it stands nowhere, which is
   * before the first turn, after one in vain, and when the last point has gone, it looks at the first point and no further.
   */
  inTurn(isBarred: Uint8Array, avoid: number, isShort = false): number {
    const { length } = this;
    let avoidedAt = -1;
    let place = this.cursor;
    const looks = isShort && place < 0 ? Math.min(1, length) : length;
    for (let i = 0; i < looks; i++) {
      place = place + 1 < length ? place + 1 : 0;
      const server = this.owner[place]!;
      if (isBarred[server] === 1) continue;
      if (server !== avoid) {
        this.cursor = place;
        return server;
      }
      avoidedAt = place;
    }
    // After a round in vain it begins again at the first point.
    this.cursor = avoidedAt;
    return avoidedAt < 0 ? -1 : avoid;
  }

  private take(server: number, keep: number): void {
    const { point, owner, index } = this;
    let to = 0;
    let cursor = this.cursor;
    for (let from = 0; from < this.size; from++) {
      if (from === this.cursor) cursor = to;
      if (owner[from] === server && index[from]! >= keep) continue;
      point[to] = point[from]!;
      owner[to] = owner[from]!;
      index[to] = index[from]!;
      to++;
    }
    this.size = to;
    // Beyond the last point it begins again at the first.
    this.cursor = cursor < to ? cursor : -1;
    this.placed[server] = keep;
  }

  /** Merges what is waiting into the ring, from its far end, each point behind those that are equal. */
  private settle(): void {
    const { waiting, placed, wanted, waitingPoints: count } = this;
    this.waiting = [];
    this.waitingPoints = 0;
    const keys = new Float64Array(count);
    const owners = new Int32Array(count);
    const indices = new Int32Array(count);
    let fresh = 0;
    for (const server of waiting) {
      for (let index = placed[server]!; index < wanted[server]!; index++, fresh++) {
        keys[fresh] = this.pointOf(this.identity[server]!, index) * BATCH + fresh;
        owners[fresh] = server;
        indices[fresh] = index;
      }
      placed[server] = wanted[server]!;
    }
    keys.sort();
    this.grow(this.size + count);
    const { point, owner, index } = this;
    let from = this.size - 1;
    let to = from + count;
    this.size = to + 1;
    for (let i = count - 1; i >= 0; i--, to--) {
      const position = Math.floor(keys[i]! / BATCH);
      for (; from >= 0 && point[from]! > position; from--, to--) {
        if (from === this.cursor) this.cursor = to;
        point[to] = point[from]!;
        owner[to] = owner[from]!;
        index[to] = index[from]!;
      }
      const serial = keys[i]! - position * BATCH;
      point[to] = position;
      owner[to] = owners[serial]!;
      index[to] = indices[serial]!;
    }
  }

  private grow(size: number): void {
    if (size <= this.point.length) return;
    const room = Math.max(size, 2 * this.point.length);
    const { point, owner, index } = this;
    this.point = new Uint32Array(room);
    this.owner = new Int32Array(room);
    this.index = new Int32Array(room);
    this.point.set(point);
    this.owner.set(owner);
    this.index.set(index);
  }
}
