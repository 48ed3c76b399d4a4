/** A point and its owner in one number, so that a plain numeric sort orders both. */
const OWNERS = 0x20_0000;

export interface RingPoint {
  /** Unsigned, 32 bits. */
  readonly point: number;
  /** Below 2^21. */
  readonly owner: number;
}

/** A circle of 32 bits: a hash belongs to whoever stands at the first point at or after it. Made in O(p log p) for p points. */
export class KetamaRing {
  private readonly points: Uint32Array;
  private readonly owners: Int32Array;

  constructor(placed: readonly RingPoint[]) {
    const sorted = Float64Array.from(placed, ({ point, owner }) => point * OWNERS + owner).sort();
    const points = new Uint32Array(sorted.length);
    const owners = new Int32Array(sorted.length);
    let count = 0;
    for (const each of sorted) {
      const point = Math.floor(each / OWNERS);
      // Of equal points one stays.
      if (count > 0 && points[count - 1] === point) continue;
      points[count] = point;
      owners[count++] = each % OWNERS;
    }
    this.points = points.subarray(0, count);
    this.owners = owners.subarray(0, count);
  }

  get length(): number {
    return this.points.length;
  }

  ownerAt(place: number): number {
    return this.owners[place]!;
  }

  /** The place of the first point at or after `hash`, round the circle. */
  firstFrom(hash: number): number {
    const { points } = this;
    let low = 0;
    let high = points.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (points[middle]! < hash) low = middle + 1;
      else high = middle;
    }
    return low === points.length ? 0 : low;
  }
}
