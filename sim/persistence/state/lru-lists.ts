import { grown } from "../../engine/grown.ts";

/**
 * Lists of slots, the one used last in front: every slot is on one list at most, and each step takes the same short time.
 */
export class LruLists {
  private readonly first: Int32Array;
  private readonly last: Int32Array;
  private next = new Int32Array(64);
  private previous = new Int32Array(64);

  constructor(lists: number) {
    this.first = new Int32Array(lists).fill(-1);
    this.last = new Int32Array(lists).fill(-1);
  }

  /** The slot of `list` that was used longest ago, or -1. */
  oldest(list: number): number {
    return this.last[list]!;
  }

  /** Puts in front a slot that is on no list. */
  add(list: number, slot: number): void {
    if (slot >= this.next.length) this.grow(slot);
    const first = this.first[list]!;
    this.next[slot] = first;
    this.previous[slot] = -1;
    if (first >= 0) this.previous[first] = slot;
    else this.last[list] = slot;
    this.first[list] = slot;
  }

  remove(list: number, slot: number): void {
    const [before, after] = [this.previous[slot]!, this.next[slot]!];
    if (before >= 0) this.next[before] = after;
    else this.first[list] = after;
    if (after >= 0) this.previous[after] = before;
    else this.last[list] = before;
  }

  use(list: number, slot: number): void {
    if (this.first[list] === slot) return;
    this.remove(list, slot);
    this.add(list, slot);
  }

  private grow(slot: number): void {
    this.next = grown(this.next, new Int32Array(2 * slot));
    this.previous = grown(this.previous, new Int32Array(2 * slot));
  }
}
