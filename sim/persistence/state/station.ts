/**
 * A station of `workers` equal workers, first come first served, that schedules no event of its own: when an operation
 * is done follows, as it arrives, from those before it. That holds as long as operations are told of in the order in
 * which they reach the station, which callers owe; a constant way to it keeps the order in which they were sent.
 */
export class Station {
  /** Counts crashes; an operation that arrived in an earlier epoch gets no answer. */
  epoch = 0;
  /** When each worker is free again: a heap, the first of them at the front. */
  private readonly freeAtMs: Float64Array;

  constructor(workers: number) {
    if (!(workers >= 1)) throw new RangeError(`station: workers must be at least 1, got ${workers}`);
    this.freeAtMs = new Float64Array(Math.floor(workers));
  }

  /** When the operation that arrives at `atMs` and keeps a worker for `busyMs` is done. */
  serve(atMs: number, busyMs: number): number {
    const doneMs = Math.max(atMs, this.freeAtMs[0]!) + busyMs;
    this.replaceFirst(doneMs);
    return doneMs;
  }

  /** How long an operation that arrives at `atMs` would wait for a worker. */
  waitMs(atMs: number): number {
    return Math.max(0, this.freeAtMs[0]! - atMs);
  }

  /** No worker takes anything more up before `untilMs`; what has been promised is not put off. */
  stall(untilMs: number): void {
    // Raised to a common floor, what was no larger than another still is not: the heap stays a heap.
    for (let at = 0; at < this.freeAtMs.length; at++) this.freeAtMs[at] = Math.max(this.freeAtMs[at]!, untilMs);
  }

  /** All workers drop what they have and begin anew at `atMs`. */
  crash(atMs: number): void {
    this.epoch++;
    this.freeAtMs.fill(atMs);
  }

  private replaceFirst(value: number): void {
    const heap = this.freeAtMs;
    const count = heap.length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= count) break;
      if (child + 1 < count && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= value) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = value;
  }
}
