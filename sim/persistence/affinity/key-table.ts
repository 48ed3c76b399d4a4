/** A table from a client's key, a whole number below 2^53, to a server: one balancer's memory, 44 to 52 bytes a row when it is full. */

import { grown } from "../../engine/grown.ts";
import { avalanche } from "../../engine/hash.ts";
import { NO_ROW, StickRows } from "./stick-rows.ts";

const INITIAL_PLACES = 32;
const HIGH_WORD = 2.3283064365386963e-10;

export class KeyTable extends StickRows {
  private key = new Float64Array(0);
  private server = new Int32Array(0);
  /** Open addressing: places hold rows; a removal shifts the run behind it back, so there are no tombstones. */
  private places = new Int32Array(INITIAL_PLACES).fill(NO_ROW);
  private mask = INITIAL_PLACES - 1;

  /** The row of `key`, or -1; nothing is marked as used, and what has expired may still be there. */
  find(key: number): number {
    return this.places[this.placeOf(key)]!;
  }

  /** The row of `key`, whose life begins anew, or -1. */
  use(key: number, nowMs: number): number {
    this.expire(nowMs);
    const row = this.find(key);
    if (row !== NO_ROW) this.renew(row, this.endOfLife(nowMs));
    return row;
  }

  serverOf(row: number): number {
    return this.server[row]!;
  }

  /**
   * Sets the server of `key`; false when there was no room. HAProxy takes the room before it looks whether the key is known,
   * so that a full table drops rows, or refuses, for keys that it has.
   */
  set(key: number, server: number, nowMs: number, expiresAt: number = this.endOfLife(nowMs)): boolean {
    this.expire(nowMs);
    let row = this.settings.whenFull === "drop-oldest" ? this.find(key) : NO_ROW;
    if (row === NO_ROW) {
      if (!this.takeRoom(nowMs)) return false;
      this.giveBack();
      row = this.find(key);
    }
    if (row === NO_ROW) {
      row = this.add(expiresAt);
      this.key[row] = key;
      if (this.size * 2 > this.places.length) this.spread();
      else this.places[this.placeOf(key)] = row;
    } else {
      this.renew(row, expiresAt);
    }
    this.server[row] = server;
    return true;
  }

  /** Drops every row that names `server`. O(rows). */
  forgetServer(server: number): void {
    for (let row = this.lastRow; row !== NO_ROW; ) {
      const next = this.rowBefore(row);
      if (this.server[row] === server) this.drop(row);
      row = next;
    }
  }

  /** Takes over the rows of another table whose keys are not known here; returns how many there were. O(rows). */
  learnFrom(other: KeyTable, nowMs: number): number {
    other.expire(nowMs);
    let rows = 0;
    for (let row = other.lastRow; row !== NO_ROW; row = other.rowBefore(row)) {
      if (this.size >= this.settings.size) break;
      rows++;
      const key = other.key[row]!;
      if (this.find(key) === NO_ROW) this.set(key, other.server[row]!, nowMs, other.endOf(row));
    }
    return rows;
  }

  override clear(): void {
    super.clear();
    this.places.fill(NO_ROW);
  }

  protected dropped(row: number): void {
    const { places, mask } = this;
    const hole = this.placeOf(this.key[row]!);
    places[hole] = NO_ROW;
    for (let place = (hole + 1) & mask; places[place] !== NO_ROW; place = (place + 1) & mask) {
      const moved = places[place]!;
      places[place] = NO_ROW;
      places[this.placeOf(this.key[moved]!)] = moved;
    }
  }

  protected grow(capacity: number): void {
    this.key = grown(this.key, new Float64Array(capacity));
    this.server = grown(this.server, new Int32Array(capacity));
  }

  /** The place that holds `key`, or the empty one where it belongs. */
  private placeOf(key: number): number {
    let place = avalanche((key | 0) ^ ((key * HIGH_WORD) | 0)) & this.mask;
    for (;;) {
      const row = this.places[place]!;
      if (row === NO_ROW || this.key[row] === key) return place;
      place = (place + 1) & this.mask;
    }
  }

  private spread(): void {
    this.places = new Int32Array(this.places.length * 2).fill(NO_ROW);
    this.mask = this.places.length - 1;
    for (let row = this.lastRow; row !== NO_ROW; row = this.rowBefore(row))
      this.places[this.placeOf(this.key[row]!)] = row;
  }
}
