import type { Draws } from "../../engine/draws.ts";
import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";

export const EVICTION_POLICIES = [
  "noeviction",
  "allkeys-lru",
  "allkeys-random",
  "volatile-lru",
  "volatile-random",
  "volatile-ttl",
] as const;
export type EvictionPolicy = (typeof EVICTION_POLICIES)[number];

/** `maxmemory-samples`, and the size of the pool in which Redis keeps good candidates from one eviction to the next. */
const SAMPLES = 5;
const POOL = 16;
/** Keys with which the active cycle begins, and of which it goes on with as many while more than a tenth are stale. */
const CYCLE_KEYS = 20;
const STALE_SHARE = 0.1;
/** A cycle may take a quarter of its 100 ms; a key takes about a microsecond. */
const CYCLE_ROUNDS = 1250;
/** `hz` 10. */
export const CYCLE_MS = 100;

export interface MemorySettings {
  readonly maxMemoryBytes: number;
  readonly policy: EvictionPolicy;
  readonly overheadBytes: number;
  /** Infinity for keys without a time to live. */
  readonly ttlMs: number;
}

/**
 * The memory of one Redis node: every key takes room until it is deleted, evicted, or found to have expired, which may be
 * long after its user has gone. The slots of sessions are used again; a key whose session's slot has another tenant lies
 * here as nobody's until its time is up.
 *
 * Keys to evict are looked for as Redis does: 5 are drawn at random, compared with the best of earlier draws, and the best of
 * all goes. What a candidate was worth when it was drawn counts, though it may have been used since. Expired keys are found
 * on access and by a cycle that draws 20 keys ten times a second, and goes on while more than a tenth of those have expired.
 */
export class Memory implements SessionColumns {
  usedBytes = 0;
  /** Keys stored. */
  count = 0;
  private readonly settings: MemorySettings;
  private readonly evictions: Draws;
  private readonly cycles: Draws;
  private readonly entity: number;
  private evicted = 0;
  private cycled = 0;
  /** Places of candidates, the best first, and what they were ranked by when they were drawn. */
  private readonly pool: number[] = [];
  private readonly poolRank: number[] = [];
  /** By session: its key's place, plus 1; 0 for none. */
  private place = new Int32Array(0);
  /** By place, without gaps: the session, or -1 for nobody's. */
  private session = new Int32Array(256);
  private bytes = new Float64Array(256);
  private usedAtMs = new Float64Array(256);
  private expiresAtMs = new Float64Array(256);

  constructor(settings: MemorySettings, entity: number, drawsOf: (purpose: string) => Draws) {
    this.settings = settings;
    this.entity = entity;
    this.evictions = drawsOf("eviction");
    this.cycles = drawsOf("expiry");
  }

  grow(capacity: number): void {
    this.place = grown(this.place, new Int32Array(capacity));
  }

  /** The session's key stays, and is nobody's. */
  detach(session: number): void {
    const place = this.place[session]! - 1;
    if (place >= 0) this.session[place] = -1;
    this.place[session] = 0;
  }

  /** The session's key was used. */
  touch(session: number, nowMs: number, extendsLife: boolean): void {
    const place = this.place[session]! - 1;
    if (place < 0) return;
    this.usedAtMs[place] = nowMs;
    if (extendsLife) this.expiresAtMs[place] = nowMs + this.settings.ttlMs;
  }

  /** Whether a write has to be refused because nothing may be evicted; as Redis, it looks before the write, not after. */
  isFull(): boolean {
    const { policy, maxMemoryBytes, ttlMs } = this.settings;
    const evicts = policy.startsWith("allkeys") || (policy !== "noeviction" && ttlMs < Number.POSITIVE_INFINITY);
    return !evicts && this.usedBytes > maxMemoryBytes;
  }

  store(session: number, bytes: number, nowMs: number): void {
    let place = this.place[session]! - 1;
    if (place < 0) {
      if (this.count === this.session.length) this.growKeys();
      place = this.count++;
      this.session[place] = session;
      this.bytes[place] = 0;
      this.place[session] = place + 1;
    }
    const taken = bytes + this.settings.overheadBytes;
    this.usedBytes += taken - this.bytes[place]!;
    this.bytes[place] = taken;
    this.usedAtMs[place] = nowMs;
    this.expiresAtMs[place] = nowMs + this.settings.ttlMs;
  }

  /** Evicts one key if there is too little room, and says whose it was: -1 for nobody's, null when there is room enough. */
  evict(): number | null {
    if (this.usedBytes <= this.settings.maxMemoryBytes || this.count === 0 || this.isFull()) return null;
    return this.drop(this.victim());
  }

  private victim(): number {
    const { policy } = this.settings;
    const draws = this.evictions.at(this.entity, this.evicted++);
    if (policy.endsWith("random")) return draws.below(this.count);
    const rank = policy === "volatile-ttl" ? this.expiresAtMs : this.usedAtMs;
    for (let sample = 0; sample < SAMPLES; sample++) {
      const place = draws.below(this.count);
      if (!this.pool.includes(place)) this.nominate(place, rank[place]!);
    }
    return this.pool[0]!;
  }

  private nominate(place: number, rank: number): void {
    const { pool, poolRank } = this;
    const at = poolRank.findIndex((other) => other > rank);
    pool.splice(at < 0 ? pool.length : at, 0, place);
    poolRank.splice(at < 0 ? poolRank.length : at, 0, rank);
    if (pool.length <= POOL) return;
    pool.pop();
    poolRank.pop();
  }

  /** The active cycle: deletes expired keys that it comes across, whose sessions are past their time as well. */
  expire(nowMs: number): void {
    for (let round = 0; round < CYCLE_ROUNDS && this.count > 0; round++) {
      const draws = this.cycles.at(this.entity, this.cycled++);
      const keys = Math.min(CYCLE_KEYS, this.count);
      let stale = 0;
      for (let key = 0; key < keys && this.count > 0; key++) {
        const place = draws.below(this.count);
        if (this.expiresAtMs[place]! > nowMs) continue;
        this.drop(place);
        stale++;
      }
      if (stale <= STALE_SHARE * keys) return;
    }
  }

  /** The session's key is deleted. */
  remove(session: number): void {
    const place = this.place[session]! - 1;
    if (place >= 0) this.drop(place);
  }

  clear(): void {
    for (let place = 0; place < this.count; place++) {
      if (this.session[place]! >= 0) this.place[this.session[place]!] = 0;
    }
    this.count = 0;
    this.usedBytes = 0;
    this.pool.length = 0;
    this.poolRank.length = 0;
  }

  private drop(place: number): number {
    const session = this.session[place]!;
    if (session >= 0) this.place[session] = 0;
    this.usedBytes -= this.bytes[place]!;
    const last = --this.count;
    if (this.pool.length > 0) this.renumber(place, last);
    // The last one takes its place, so that a key can be drawn by its number.
    this.session[place] = this.session[last]!;
    this.bytes[place] = this.bytes[last]!;
    this.usedAtMs[place] = this.usedAtMs[last]!;
    this.expiresAtMs[place] = this.expiresAtMs[last]!;
    if (place !== last && this.session[place]! >= 0) this.place[this.session[place]!] = place + 1;
    return session;
  }

  /** The key at `place` is gone, and the one at `last` will be in its place. */
  private renumber(place: number, last: number): void {
    const gone = this.pool.indexOf(place);
    if (gone >= 0) {
      this.pool.splice(gone, 1);
      this.poolRank.splice(gone, 1);
    }
    const moved = this.pool.indexOf(last);
    if (moved >= 0) this.pool[moved] = place;
  }

  private growKeys(): void {
    const capacity = 2 * this.session.length;
    this.session = grown(this.session, new Int32Array(capacity));
    this.bytes = grown(this.bytes, new Float64Array(capacity));
    this.usedAtMs = grown(this.usedAtMs, new Float64Array(capacity));
    this.expiresAtMs = grown(this.expiresAtMs, new Float64Array(capacity));
  }
}
