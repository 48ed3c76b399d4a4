/** A table from a client's key, a text, to what is known of it. */
import { StickRows } from "./stick-rows.ts";

/** Room for an entry, taken when the request passes, for use when its answer does. */
export interface Room {
  readonly expiresAt: number;
}

export class StickTable<T> extends StickRows {
  private readonly rows = new Map<string, number>();
  private readonly keys: string[] = [];
  private readonly values: T[] = [];

  /** What is known of `key`, whose life begins anew; undefined when nothing is. */
  find(key: string, nowMs: number): T | undefined {
    this.expire(nowMs);
    const row = this.rows.get(key);
    if (row === undefined) return undefined;
    this.renew(row, this.endOfLife(nowMs));
    return this.values[row];
  }

  /** Takes room for an entry, whose key may turn out to be there already; null when there is none to be had. */
  take(nowMs: number): Room | null {
    return this.takeRoom(nowMs) ? { expiresAt: this.endOfLife(nowMs) } : null;
  }

  /** Stores under `key`, in the room that was taken. */
  store({ expiresAt }: Room, key: string, value: T, nowMs: number): void {
    this.giveBack();
    this.expire(nowMs);
    let row = this.rows.get(key);
    if (row === undefined) {
      row = this.add(expiresAt);
      this.rows.set(key, row);
      this.keys[row] = key;
    }
    this.values[row] = value;
    this.renew(row, this.endOfLife(nowMs));
  }

  override clear(): void {
    super.clear();
    this.rows.clear();
  }

  protected dropped(row: number): void {
    this.rows.delete(this.keys[row]!);
  }

  protected grow(): void {}
}
