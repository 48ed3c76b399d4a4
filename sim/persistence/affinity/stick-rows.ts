/**
 * The rows of a table that is bounded and forgetful as HAProxy's stick-tables are (stick_table.c, 2.6): how long each
 * lives, and which one goes when there is no room. What a row is about is the business of the table that extends this.
 *
 * Columns, not objects: a million rows are a few dozen megabytes.
 */
import { grown } from "../../engine/grown.ts";

/**
 * What a full table does for a new key. "drop-few": drops a few of the rows that were not used for longest, as far as a short look
 * finds any (HAProxy); "drop-oldest": drops the one used longest ago (nginx, Linux xt_recent); "refuse": takes nothing (HAProxy
 * `nopurge`).
 */
export type WhenFull = "drop-few" | "drop-oldest" | "refuse";

export interface StickTableSettings {
  readonly size: number;
  /** Life since the last use; null for ever. */
  readonly expireMs: number | null;
  readonly whenFull: WhenFull;
}

export const NO_ROW = -1;
const INITIAL_ROWS = 16;
const GROWTH = 1.5;

export abstract class StickRows {
  /** Rows in use. */
  size = 0;
  protected readonly settings: StickTableSettings;
  /** When the row's life ends. */
  private expiresAt = new Float64Array(0);
  /** The same when it was queued: use lengthens a row's life and leaves its place in the queue. */
  private queuedFor = new Float64Array(0);
  /** The queue, by `queuedFor`, equal ones in the order of time; `after` also links the free rows. */
  private before = new Int32Array(0);
  private after = new Int32Array(0);
  private first = NO_ROW;
  private last = NO_ROW;
  private free = NO_ROW;
  private made = 0;
  /** Rooms taken and not yet given back. */
  private taken = 0;

  constructor(settings: StickTableSettings) {
    this.settings = settings;
  }

  /** The row is gone. */
  protected abstract dropped(row: number): void;
  /** Makes room for the columns of the table itself. */
  protected abstract grow(capacity: number): void;

  /** Drops what has not been used for too long. */
  expire(nowMs: number): void {
    if (this.settings.expireMs === null) return;
    while (this.first !== NO_ROW && this.queuedFor[this.first]! <= nowMs) {
      const row = this.first;
      this.unlink(row);
      if (this.expiresAt[row]! > nowMs) this.requeue(row);
      else this.release(row);
    }
  }

  /** Takes room for a row, whose key may turn out to be there already; false when there is none to be had. */
  protected takeRoom(nowMs: number): boolean {
    this.expire(nowMs);
    if (this.size + this.taken >= this.settings.size && !this.makeRoom()) return false;
    this.taken++;
    return true;
  }

  giveBack(): void {
    this.taken--;
  }

  /** A row in a room that was taken. */
  protected add(expiresAt: number): number {
    let row = this.free;
    if (row !== NO_ROW) this.free = this.after[row]!;
    else {
      if (this.made === this.expiresAt.length) this.makeColumns();
      row = this.made++;
    }
    this.size++;
    this.expiresAt[row] = expiresAt;
    this.requeue(row);
    return row;
  }

  /** The row is used: its life ends at `expiresAt`. */
  protected renew(row: number, expiresAt: number): void {
    this.expiresAt[row] = expiresAt;
    if (this.settings.whenFull !== "drop-oldest" || row === this.last) return;
    this.unlink(row);
    this.requeue(row);
  }

  protected drop(row: number): void {
    this.unlink(row);
    this.release(row);
  }

  clear(): void {
    this.size = 0;
    this.made = 0;
    this.first = NO_ROW;
    this.last = NO_ROW;
    this.free = NO_ROW;
  }

  protected endOfLife(nowMs: number): number {
    return nowMs + (this.settings.expireMs ?? 0);
  }

  protected endOf(row: number): number {
    return this.expiresAt[row]!;
  }

  /** Rows from the one that was queued last on; NO_ROW behind the last. */
  protected get lastRow(): number {
    return this.last;
  }
  protected rowBefore(row: number): number {
    return this.before[row]!;
  }

  private makeRoom(): boolean {
    switch (this.settings.whenFull) {
      case "refuse":
        return false;
      case "drop-oldest":
        if (this.first === NO_ROW) return false;
        this.drop(this.first);
        return true;
      case "drop-few":
        return this.dropFew();
    }
  }

  /**
   * Looks from the front of the queue for rows that have not been used since they were queued, and drops one for every
   * 256 of the size, and one more; it looks twice as often at most. Those that have been used go to their new place.
   */
  private dropFew(): boolean {
    const wanted = (this.settings.size >>> 8) + 1;
    let dropped = 0;
    let row = this.first;
    for (let looks = 2 * wanted; looks > 0 && dropped < wanted && row !== NO_ROW; looks--) {
      const next = this.after[row]!;
      this.unlink(row);
      if (this.expiresAt[row] === this.queuedFor[row]) {
        this.release(row);
        dropped++;
        row = next;
      } else {
        this.requeue(row);
        // It may have come before the one that followed it, and then it is looked at again.
        if (next !== NO_ROW && this.queuedFor[next]! <= this.queuedFor[row]!) row = next;
      }
    }
    return dropped > 0;
  }

  private release(row: number): void {
    this.size--;
    this.after[row] = this.free;
    this.free = row;
    this.dropped(row);
  }

  /** Rows mostly end later than those before, so the place is near the end; those of another table come last to first. */
  private requeue(row: number): void {
    const { queuedFor } = this;
    const atMs = this.expiresAt[row]!;
    queuedFor[row] = atMs;
    let before = this.last;
    if (this.first !== NO_ROW && atMs < queuedFor[this.first]!) before = NO_ROW;
    while (before !== NO_ROW && queuedFor[before]! > atMs) before = this.before[before]!;
    const after = before === NO_ROW ? this.first : this.after[before]!;
    this.before[row] = before;
    this.after[row] = after;
    if (before === NO_ROW) this.first = row;
    else this.after[before] = row;
    if (after === NO_ROW) this.last = row;
    else this.before[after] = row;
  }

  private unlink(row: number): void {
    const before = this.before[row]!;
    const after = this.after[row]!;
    if (before === NO_ROW) this.first = after;
    else this.after[before] = after;
    if (after === NO_ROW) this.last = before;
    else this.before[after] = before;
  }

  private makeColumns(): void {
    const capacity = Math.max(
      INITIAL_ROWS,
      Math.min(this.settings.size, Math.floor(this.made * GROWTH)),
      this.made + 1,
    );
    this.expiresAt = grown(this.expiresAt, new Float64Array(capacity));
    this.queuedFor = grown(this.queuedFor, new Float64Array(capacity));
    this.before = grown(this.before, new Int32Array(capacity));
    this.after = grown(this.after, new Int32Array(capacity));
    this.grow(capacity);
  }
}
