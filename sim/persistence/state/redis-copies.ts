import { crc16OfDecimal } from "../../engine/crc16.ts";
import { grown } from "../../engine/grown.ts";
import type { Cause } from "../../metrics/causes.ts";
import type { SessionColumns } from "../../workload/sessions.ts";

/** Why a copy may be an older one, or gone: what last befell it. */
const REASONS = [
  null,
  "store-crash",
  "store-failover",
  "store-flush",
  "store-eviction",
  "split-brain",
] as const satisfies readonly (Cause | null)[];

export type Reason = NonNullable<(typeof REASONS)[number]>;

/** The number of hash slots of a Redis Cluster. */
const SLOTS = 16_384;
const UNKNOWN = 0xffff;

/**
 * What the nodes of a Redis hold, by session: one column for each rank within a shard (rank 0 is the primary of the start),
 * since a session belongs to one shard only, and one for what lies on the disk of the shard's primary.
 */
export class Copies implements SessionColumns {
  /** By rank and session: acknowledged writes that the node's copy contains; -1 where it has none. */
  readonly held: Int32Array[];
  /** As `held`, of the disk; of no length where nothing is written to one. */
  disk = new Int32Array(0);
  /** Tells this tenant of a slot from those before it. */
  tenancy = new Int32Array(0);
  private readonly hasDisk: boolean;
  private readonly shards: number;
  private readonly visitOf: (session: number) => number;
  private reason = new Uint8Array(0);
  private shard = new Uint16Array(0);
  private capacity = 0;

  constructor(ranks: number, shards: number, hasDisk: boolean, visitOf: (session: number) => number) {
    this.held = Array.from({ length: ranks }, () => new Int32Array(0));
    this.shards = shards;
    this.hasDisk = hasDisk;
    this.visitOf = visitOf;
  }

  grow(capacity: number): void {
    for (let rank = 0; rank < this.held.length; rank++) this.held[rank] = this.longer(this.held[rank]!, capacity);
    if (this.hasDisk) this.disk = this.longer(this.disk, capacity);
    this.tenancy = grown(this.tenancy, new Int32Array(capacity));
    this.reason = grown(this.reason, new Uint8Array(capacity));
    if (this.shards > 1) this.shard = grown(this.shard, new Uint16Array(capacity).fill(UNKNOWN, this.capacity));
    this.capacity = capacity;
  }

  private longer(column: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
    const more = new Int32Array(capacity).fill(-1, this.capacity);
    more.set(column);
    return more;
  }

  forget(session: number): void {
    for (const column of this.held) column[session] = -1;
    if (this.hasDisk) this.disk[session] = -1;
    this.tenancy[session]!++;
    this.reason[session] = 0;
    if (this.shards > 1) this.shard[session] = UNKNOWN;
  }

  /** By the slot of the session's key, slots being dealt out as `redis-cli --cluster create` does. */
  shardOf(session: number): number {
    if (this.shards === 1) return 0;
    if (this.shard[session] === UNKNOWN) {
      const slot = crc16OfDecimal(this.visitOf(session)) % SLOTS;
      this.shard[session] = Math.min(this.shards - 1, Math.floor(((slot + 0.5) * this.shards) / SLOTS));
    }
    return this.shard[session]!;
  }

  /** Every copy of the session is gone. */
  remove(session: number, cause: Reason): void {
    for (const column of this.held) column[session] = -1;
    if (this.hasDisk) this.disk[session] = -1;
    this.reason[session] = codeOf(cause);
  }

  /** Every copy of the shard's sessions is gone. */
  clear(shard: number, cause: Reason): void {
    for (let session = 0; session < this.capacity; session++) {
      if (this.isIn(shard, session)) this.remove(session, cause);
    }
  }

  /** The shard's part of column `from` replaces that of `to`. */
  replace(shard: number, to: Int32Array, from: Int32Array): void {
    if (this.shards === 1) {
      to.set(from);
      return;
    }
    for (let session = 0; session < this.capacity; session++) {
      if (this.shard[session] === shard) to[session] = from[session]!;
    }
  }

  /** `now` takes the place of `before`: remembers why, for the sessions of which it knows less. */
  blame(shard: number, before: Int32Array, now: Int32Array, cause: Reason): void {
    const code = codeOf(cause);
    for (let session = 0; session < this.capacity; session++) {
      if (before[session]! > now[session]! && this.isIn(shard, session)) this.reason[session] = code;
    }
  }

  /** Why the session's copy is gone, or an older one; null when nothing ever happened to it. */
  reasonOf(session: number): Cause | null {
    return REASONS[this.reason[session]!]!;
  }

  /** Calls `visit` for each session of the shard of which `column` has a copy. */
  forEach(shard: number, column: Int32Array, visit: (session: number) => void): void {
    for (let session = 0; session < this.capacity; session++) {
      if (column[session]! >= 0 && this.isIn(shard, session)) visit(session);
    }
  }

  private isIn(shard: number, session: number): boolean {
    return this.shards === 1 || this.shard[session] === shard;
  }
}

const codeOf = (cause: Reason): number => REASONS.indexOf(cause);
