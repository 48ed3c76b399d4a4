import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { LruLists } from "./lru-lists.ts";

const PAGE_BYTES = 1024 * 1024;
/** The smallest chunk: 48 bytes, as `-n` has it, and as many for the item's own header. */
const SMALLEST_CHUNK = 96;
const ALIGNMENT = 8;
/** Header, key and suffix of an item. */
const ITEM_OVERHEAD_BYTES = 80;

export interface SlabSettings {
  readonly memoryBytes: number;
  readonly itemMaxBytes: number;
  readonly growthFactor: number;
}

/** What became of an attempt to store: how it went, and who had to go. */
export const STORED = 0;
export const TOO_LARGE = 1;

/**
 * The memory of one Memcached: pages of 1 MiB, each given for good to a class of chunks of one size. An item takes a chunk of
 * the smallest class that holds it; where that class has none left and there is no page either, its own oldest item goes,
 * however many old ones there are in other classes.
 *
 * Memcached cuts each class's list into hot, warm and cold, moves pages between classes in the background, and has a
 * crawler for what expired; here a list is plain LRU, pages stay, and what has expired goes when it is the oldest or is asked for.
 */
export class SlabMemory implements SessionColumns {
  /** Of the last `store`: the session whose item had to go, -1 for nobody's, null for none. */
  evicted: number | null = null;
  /** Sizes of the classes' chunks. */
  readonly chunkBytes: readonly number[];
  private readonly settings: SlabSettings;
  private readonly lists: LruLists;
  private readonly free: Int32Array;
  private readonly pages: Int32Array;
  private pagesTaken = 0;
  /** By session: its item's slot, plus 1; 0 for none. */
  private place = new Int32Array(0);
  /**
   * By slot: the session, or -1 for nobody's; its class; what it contains, of which life of the session; when it expires.
   */
  private session = new Int32Array(64);
  private chunkClass = new Uint16Array(64);
  private contains = new Int32Array(64);
  private life = new Int32Array(64);
  private expiresAtMs = new Float64Array(64);
  private unused: number[] = [];
  private used = 0;

  constructor(settings: SlabSettings) {
    this.settings = settings;
    this.chunkBytes = chunkSizes(settings.growthFactor);
    const classes = this.chunkBytes.length;
    this.lists = new LruLists(classes);
    this.free = new Int32Array(classes);
    this.pages = new Int32Array(classes);
  }

  grow(capacity: number): void {
    this.place = grown(this.place, new Int32Array(capacity));
  }

  has(session: number): boolean {
    return this.place[session]! > 0;
  }

  /** Of a session that it has. */
  containsOf(session: number): number {
    return this.contains[this.place[session]! - 1]!;
  }
  lifeOf(session: number): number {
    return this.life[this.place[session]! - 1]!;
  }
  isExpired(session: number, nowMs: number): boolean {
    return this.expiresAtMs[this.place[session]! - 1]! < nowMs;
  }

  /** A session that it has was asked for. */
  use(session: number): void {
    const slot = this.place[session]! - 1;
    this.lists.use(this.chunkClass[slot]!, slot);
  }

  /** Its item lives on until `expiresAtMs`. */
  touch(session: number, expiresAtMs: number): void {
    this.expiresAtMs[this.place[session]! - 1] = expiresAtMs;
  }

  /** STORED, or TOO_LARGE. What the session had there before makes way in any case. */
  store(session: number, bytes: number, contains: number, life: number, expiresAtMs: number): number {
    this.evicted = null;
    const size = bytes + ITEM_OVERHEAD_BYTES;
    const chunkClass = this.classOf(size);
    const old = this.place[session]! - 1;
    if (old >= 0 && this.chunkClass[old] !== chunkClass) this.drop(old);
    if (chunkClass < 0) return TOO_LARGE;
    if (this.place[session] === 0) {
      this.takeChunk(chunkClass);
      const slot = this.slot();
      this.session[slot] = session;
      this.chunkClass[slot] = chunkClass;
      this.place[session] = slot + 1;
      this.lists.add(chunkClass, slot);
    } else {
      this.use(session);
    }
    const slot = this.place[session]! - 1;
    this.contains[slot] = contains;
    this.life[slot] = life;
    this.expiresAtMs[slot] = expiresAtMs;
    return STORED;
  }

  /** The smallest class whose chunks hold `size`, or -1. */
  private classOf(size: number): number {
    if (size > this.settings.itemMaxBytes) return -1;
    return this.chunkBytes.findIndex((chunk) => chunk >= size);
  }

  private takeChunk(chunkClass: number): void {
    if (this.free[chunkClass]! === 0) {
      // A class gets its first page whatever the limit says.
      const mayGrow = (this.pagesTaken + 1) * PAGE_BYTES <= this.settings.memoryBytes || this.pages[chunkClass] === 0;
      if (mayGrow) {
        this.pagesTaken++;
        this.pages[chunkClass]!++;
        this.free[chunkClass] = Math.max(1, Math.floor(PAGE_BYTES / this.chunkBytes[chunkClass]!));
      } else {
        const oldest = this.lists.oldest(chunkClass);
        this.evicted = this.session[oldest]!;
        this.drop(oldest);
      }
    }
    this.free[chunkClass]!--;
  }

  private slot(): number {
    const slot = this.unused.pop() ?? this.used++;
    if (slot >= this.session.length) {
      this.session = grown(this.session, new Int32Array(2 * slot));
      this.chunkClass = grown(this.chunkClass, new Uint16Array(2 * slot));
      this.contains = grown(this.contains, new Int32Array(2 * slot));
      this.life = grown(this.life, new Int32Array(2 * slot));
      this.expiresAtMs = grown(this.expiresAtMs, new Float64Array(2 * slot));
    }
    return slot;
  }

  private drop(slot: number): void {
    const session = this.session[slot]!;
    const chunkClass = this.chunkClass[slot]!;
    if (session >= 0) this.place[session] = 0;
    this.lists.remove(chunkClass, slot);
    this.free[chunkClass]!++;
    this.unused.push(slot);
  }

  /** The session's item is deleted. */
  remove(session: number): void {
    if (this.has(session)) this.drop(this.place[session]! - 1);
  }

  /** The session's item stays, and is nobody's. */
  detach(session: number): void {
    if (!this.has(session)) return;
    this.session[this.place[session]! - 1] = -1;
    this.place[session] = 0;
  }

  /** Everything is deleted; calls `lost` with each session that had something. */
  clear(lost: (session: number) => void): void {
    for (let chunkClass = 0; chunkClass < this.chunkBytes.length; chunkClass++) {
      for (let slot = this.lists.oldest(chunkClass); slot >= 0; slot = this.lists.oldest(chunkClass)) {
        const session = this.session[slot]!;
        this.drop(slot);
        if (session >= 0) lost(session);
      }
    }
  }
}

/** Each class's chunk is so many times as large as the one before, rounded up to 8 bytes; the last one is a page. */
function chunkSizes(factor: number): number[] {
  const sizes: number[] = [];
  for (let size = SMALLEST_CHUNK; size < PAGE_BYTES / factor; ) {
    sizes.push(size);
    size = Math.max(size + ALIGNMENT, Math.ceil((size * factor) / ALIGNMENT) * ALIGNMENT);
  }
  return [...sizes, PAGE_BYTES];
}
