/** A ring of points with 64-bit positions, sorted, each with its server; points at one position stand as they were added. */
export class Ring64 {
  readonly size: number;
  /** Unsigned halves of the positions, ascending. */
  readonly high: Uint32Array;
  readonly low: Uint32Array;
  readonly server: Int32Array;

  /** From points in any order; the arrays are read, not kept. O(p) for p points. */
  constructor(high: Uint32Array, low: Uint32Array, server: Int32Array) {
    this.size = server.length;
    let order: Uint32Array = Uint32Array.from(server, (_, point) => point);
    for (const half of [low, high]) {
      for (let shift = 0; shift < 32; shift += DIGIT_BITS) order = sortedByDigit(order, half, shift);
    }
    this.high = order.map((point) => high[point]!);
    this.low = order.map((point) => low[point]!);
    this.server = Int32Array.from(order, (point) => server[point]!);
  }

  /** The first point at or after a position, wrapping to the first of all. O(log p). */
  find(high: number, low: number): number {
    let from = 0;
    let to = this.size;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const before = this.high[middle]!;
      if (before < high || (before === high && this.low[middle]! < low)) from = middle + 1;
      else to = middle;
    }
    return from === this.size ? 0 : from;
  }
}

/** A radix sort takes six passes over the points, whatever their number; a comparison for each step of a sort costs tenfold. */
const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;

/** The points of `order` by one digit of their words; points with the same digit keep their order. */
function sortedByDigit(order: Uint32Array, words: Uint32Array, shift: number): Uint32Array {
  const start = new Uint32Array(DIGITS + 1);
  for (let i = 0; i < order.length; i++) start[((words[order[i]!]! >>> shift) & (DIGITS - 1)) + 1]!++;
  for (let digit = 1; digit <= DIGITS; digit++) start[digit]! += start[digit - 1]!;
  const sorted = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) {
    const point = order[i]!;
    sorted[start[(words[point]! >>> shift) & (DIGITS - 1)]!++] = point;
  }
  return sorted;
}
