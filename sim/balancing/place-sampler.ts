import type { Draws } from "../engine/draws.ts";

/** Draws distinct places 0 … count - 1 in random order, in time that grows with their number and not with `count`. */
export class PlaceSampler {
  private readonly order: Int32Array;
  private readonly swappedWith: Int32Array;

  /** For counts up to `most`. */
  constructor(most: number) {
    this.order = Int32Array.from({ length: most }, (_, place) => place);
    this.swappedWith = new Int32Array(most);
  }

  /** Writes `size` places (at most `count`) into `into`: the first steps of a Fisher–Yates shuffle, taken back afterwards. */
  sample(size: number, count: number, draws: Draws, into: Int32Array): void {
    const { order, swappedWith } = this;
    for (let i = 0; i < size; i++) {
      const j = i + draws.below(count - i);
      swappedWith[i] = j;
      const place = order[j]!;
      order[j] = order[i]!;
      order[i] = place;
      into[i] = place;
    }
    for (let i = size - 1; i >= 0; i--) {
      const j = swappedWith[i]!;
      const place = order[j]!;
      order[j] = order[i]!;
      order[i] = place;
    }
  }
}
