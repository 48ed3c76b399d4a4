/** The kernel's contract written the slow way: a list of pending events that is searched for the first by (time, order). */
export interface PendingEvent {
  readonly atMs: number;
  readonly order: number;
  readonly entity: number;
  /** The lane or stream it waits in, -1 for the heap. */
  readonly lane: number;
}

export class SortedQueue {
  nowMs = 0;
  pending: PendingEvent[] = [];
  private scheduled = 0;

  schedule(atMs: number, entity: number, lane: number): PendingEvent {
    const event = { atMs, order: this.scheduled++, entity, lane };
    this.pending.push(event);
    return event;
  }

  /** False when the event was taken or cancelled before. */
  cancel(event: PendingEvent): boolean {
    const place = this.pending.indexOf(event);
    if (place < 0) return false;
    // Their places mean nothing, so the last one may take the gap.
    this.pending[place] = this.pending[this.pending.length - 1]!;
    this.pending.pop();
    return true;
  }

  next(untilMs: number): PendingEvent | null {
    let first: PendingEvent | null = null;
    for (const event of this.pending) {
      if (event.atMs > untilMs) continue;
      if (first === null || event.atMs < first.atMs || (event.atMs === first.atMs && event.order < first.order)) {
        first = event;
      }
    }
    if (first !== null) {
      this.nowMs = first.atMs;
      this.cancel(first);
    } else if (untilMs < Infinity) {
      this.nowMs = Math.max(this.nowMs, untilMs);
    }
    return first;
  }
}
