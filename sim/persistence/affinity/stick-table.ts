/** A table from a client's key to what is known of it, bounded and forgetful as HAProxy's stick-tables are (stick_table.c, 2.6). */

interface Entry<T> {
  readonly key: string;
  value: T;
  /** When its life ends. */
  expiresAt: number;
  /** The same when it was queued: using an entry lengthens its life and leaves its place in the queue. */
  queuedFor: number;
  before: Entry<T> | null;
  after: Entry<T> | null;
}

export interface StickTableSettings {
  readonly size: number;
  /** Life since the last use; null for ever. */
  readonly expireMs: number | null;
  /** A full table takes nothing new, instead of making room. */
  readonly noPurge: boolean;
}

/** Room for an entry, taken when the request passes, for use when its answer does. */
export interface Room {
  readonly expiresAt: number;
}

export class StickTable<T> {
  private readonly settings: StickTableSettings;
  private readonly entries = new Map<string, Entry<T>>();
  /** Rooms taken and not yet given back. */
  private taken = 0;
  /** The queue, by `queuedFor`, equal ones in the order of time. */
  private first: Entry<T> | null = null;
  private last: Entry<T> | null = null;

  constructor(settings: StickTableSettings) {
    this.settings = settings;
  }

  get size(): number {
    return this.entries.size;
  }

  /** What is known of `key`, whose life begins anew; undefined when nothing is. */
  find(key: string, nowMs: number): T | undefined {
    this.expire(nowMs);
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    entry.expiresAt = this.endOfLife(nowMs);
    return entry.value;
  }

  /** Takes room for an entry, whose key may turn out to be there already; null when there is none to be had. */
  take(nowMs: number): Room | null {
    this.expire(nowMs);
    if (this.entries.size + this.taken >= this.settings.size && (this.settings.noPurge || !this.makeRoom()))
      return null;
    this.taken++;
    return { expiresAt: this.endOfLife(nowMs) };
  }

  giveBack(): void {
    this.taken--;
  }

  /** Stores under `key`, in the room that was taken. */
  store({ expiresAt }: Room, key: string, value: T, nowMs: number): void {
    this.taken--;
    this.expire(nowMs);
    let entry = this.entries.get(key);
    if (entry === undefined) {
      entry = { key, value, expiresAt, queuedFor: expiresAt, before: null, after: null };
      this.entries.set(key, entry);
      this.queue(entry);
    }
    entry.value = value;
    entry.expiresAt = this.endOfLife(nowMs);
  }

  clear(): void {
    this.entries.clear();
    this.first = null;
    this.last = null;
  }

  private endOfLife(nowMs: number): number {
    return nowMs + (this.settings.expireMs ?? 0);
  }

  /** Drops what has not been used for too long. */
  private expire(nowMs: number): void {
    if (this.settings.expireMs === null) return;
    while (this.first !== null && this.first.queuedFor <= nowMs) {
      const entry = this.first;
      this.unlink(entry);
      if (entry.expiresAt > nowMs) this.requeue(entry);
      else this.entries.delete(entry.key);
    }
  }

  /**
   * Looks from the front of the queue for entries that have not been used since they were queued, and drops one for every
   * 256 of the size, and one more; it looks twice as often at most. Those that have been used go to their new place.
   */
  private makeRoom(): boolean {
    const wanted = (this.settings.size >>> 8) + 1;
    let dropped = 0;
    let entry = this.first;
    for (let looks = 2 * wanted; looks > 0 && dropped < wanted && entry !== null; looks--) {
      const next: Entry<T> | null = entry.after;
      this.unlink(entry);
      if (entry.expiresAt === entry.queuedFor) {
        this.entries.delete(entry.key);
        dropped++;
        entry = next;
      } else {
        this.requeue(entry);
        // It may have come before the one that followed it, and then it is looked at again.
        if (next !== null && next.queuedFor <= entry.queuedFor) entry = next;
      }
    }
    return dropped > 0;
  }

  private requeue(entry: Entry<T>): void {
    entry.queuedFor = entry.expiresAt;
    this.queue(entry);
  }

  /** Entries mostly end later than those before, so the place is near the end. */
  private queue(entry: Entry<T>): void {
    let before = this.last;
    while (before !== null && before.queuedFor > entry.queuedFor) before = before.before;
    entry.before = before;
    entry.after = before === null ? this.first : before.after;
    if (entry.before === null) this.first = entry;
    else entry.before.after = entry;
    if (entry.after === null) this.last = entry;
    else entry.after.before = entry;
  }

  private unlink(entry: Entry<T>): void {
    if (entry.before === null) this.first = entry.after;
    else entry.before.after = entry.after;
    if (entry.after === null) this.last = entry.before;
    else entry.after.before = entry.before;
  }
}
