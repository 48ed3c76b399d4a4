/**
 * Puts requests back into the order of time. A server stamps a request when it comes and logs it when it is answered, so
 * that lines stand in the order of their answers; a slow answer of up to a minute is usual.
 *
 * Requests wait until the log has moved `HELD_SEC` on, then leave second by second, those of one second in the order of
 * the log. One that comes later than that counts as of the earliest second still open, and is counted.
 */

const HELD_SEC = 60;
/** Requests held at once, so that a burst cannot fill memory: above it the earliest second leaves before its time. */
const HELD_REQUESTS = 262_144;

export class TimeOrder<T> {
  /** Requests stamped earlier than one before them. */
  outOfOrder = 0;
  /** Of those, the ones that came after their second had left. */
  clamped = 0;
  private readonly release: (second: number, requests: readonly T[]) => void;
  private readonly bySecond = new Map<number, T[]>();
  /** The seconds that have requests, ascending. */
  private readonly seconds: number[] = [];
  private held = 0;
  private latest = -Infinity;
  private released = -Infinity;

  /** `release` is called with seconds that strictly ascend, each with at least one request. */
  constructor(release: (second: number, requests: readonly T[]) => void) {
    this.release = release;
  }

  add(second: number, request: T): void {
    if (second < this.latest) this.outOfOrder++;
    if (second <= this.released) {
      this.clamped++;
      second = this.released + 1;
    }
    if (second > this.latest) {
      this.latest = second;
      this.releaseUpTo(second - HELD_SEC - 1);
    } else if (this.held === HELD_REQUESTS) {
      this.releaseUpTo(this.seconds[0]!);
      if (second <= this.released) second = this.released + 1;
    }
    this.held++;
    const there = this.bySecond.get(second);
    if (there !== undefined) {
      there.push(request);
      return;
    }
    this.bySecond.set(second, [request]);
    let at = this.seconds.length;
    while (at > 0 && this.seconds[at - 1]! > second) at--;
    this.seconds.splice(at, 0, second);
  }

  /** The log is over: everything leaves. */
  end(): void {
    this.releaseUpTo(Infinity);
  }

  private releaseUpTo(bound: number): void {
    while (this.seconds.length > 0 && this.seconds[0]! <= bound) {
      const second = this.seconds.shift()!;
      const requests = this.bySecond.get(second)!;
      this.bySecond.delete(second);
      this.held -= requests.length;
      this.released = second;
      this.release(second, requests);
    }
  }
}
