/**
 * A 4-ary heap of events in flat arrays, ordered by (time, order). Entries are four words; those that can be cancelled
 * are timers: their entry only names the timer, where what they mean can be crossed out in O(1).
 */
import { grown } from "./grown.ts";

/** The kind of an entry that names a timer. */
export const TIMER = 254;
/** The kind of a timer that was cancelled. */
const CANCELLED = 255;

/** Words of an entry: its order is word 0. */
const ENTITY = 1;
const META = 2;

const INITIAL_CAPACITY = 64;
const GROWTH = 1.5;
/** Beyond this many events, growth in smaller steps wastes less. */
const LARGE = 100_000;
const GROWTH_WHEN_LARGE = 1.15;

export class EventHeap {
  /**
   * Times; entry i's words are at 4 × i in `words`. The four entries behind the last hold NaN, which loses every
   * comparison and ties with nothing, so that four children can be read without asking how many there are.
   */
  private atMs = new Float64Array(INITIAL_CAPACITY + 4).fill(Number.NaN, 0, 4);
  private words = new Int32Array(4 * (INITIAL_CAPACITY + 4));
  private size = 0;
  /**
   * The root was taken and its place is still empty. The next event put in goes there with one sift instead of two: a
   * departure that starts the next service is the commonest pair of all.
   */
  private rootVacant = false;

  private timerKind = new Uint8Array(INITIAL_CAPACITY);
  /** Also the link of the free list. */
  private timerEntity = new Int32Array(INITIAL_CAPACITY);
  private timerOperand = new Int32Array(INITIAL_CAPACITY);
  private timersUsed = 0;
  private freeTimer = -1;
  private cancelled = 0;

  /** The time of the event to be put in next: as an argument, a number may have to be made an object. */
  readonly entering = new Float64Array(1);

  /** The event taken last. */
  kind = 0;
  entity = 0;
  operand = 0;

  /** Puts an event in at `entering[0]`; its order must be higher than all before. O(log n). */
  put(order: number, kind: number, entity: number, operand: number): void {
    let at = 0;
    if (this.rootVacant) {
      this.atMs[0] = this.entering[0]!;
    } else {
      if (this.size + 4 >= this.atMs.length) this.grow();
      at = this.size++;
      this.atMs[at] = this.entering[0]!;
      this.atMs[this.size + 3] = Number.NaN;
    }
    const word = at << 2;
    this.words[word] = order;
    this.words[word + ENTITY] = entity;
    this.words[word + META] = kind | (operand << 8);
    if (this.rootVacant) {
      this.rootVacant = false;
      this.siftDown(0);
    } else if (at > 0) {
      this.siftUp(at);
    }
  }

  /** A timer that means `kind`, `entity` and `operand`; to be put in as entity of an event of kind TIMER. */
  newTimer(kind: number, entity: number, operand: number): number {
    let timer = this.freeTimer;
    if (timer >= 0) this.freeTimer = this.timerEntity[timer]!;
    else timer = this.unusedTimer();
    this.timerKind[timer] = kind;
    this.timerEntity[timer] = entity;
    this.timerOperand[timer] = operand;
    return timer;
  }

  /** Crosses a timer out. Its event stays and is skipped when its time comes; the timer is free again only then. */
  cancel(timer: number): void {
    this.timerKind[timer] = CANCELLED;
    this.cancelled++;
    // More dead than alive: without a sweep, timeouts that never strike would fill the heap.
    if (this.cancelled > 1024 && this.cancelled * 2 > this.size) this.sweep();
  }

  /** Makes `firstAtMs` and `firstOrder` speak of the first event that is not cancelled. */
  settle(): void {
    if (this.rootVacant) this.fillRoot();
    if (this.cancelled > 0) this.dropCancelled();
  }

  /** Time of the first event, Infinity when there is none; after `settle`. */
  get firstAtMs(): number {
    return this.size > 0 ? this.atMs[0]! : Infinity;
  }

  get firstOrder(): number {
    return this.words[0]!;
  }

  /** Takes the first event into `kind`, `entity` and `operand`; after `settle`. */
  take(): void {
    const meta = this.words[META]!;
    this.kind = meta & 255;
    this.entity = this.words[ENTITY]!;
    this.operand = meta >>> 8;
    this.rootVacant = true;
    if (this.kind === TIMER) {
      const timer = this.entity;
      this.kind = this.timerKind[timer]!;
      this.entity = this.timerEntity[timer]!;
      this.operand = this.timerOperand[timer]!;
      this.releaseTimer(timer);
    }
  }

  /** Makes room for `events`. What is not used is never touched, and so takes no memory. */
  reserve(events: number): void {
    if (events + 4 > this.atMs.length) this.resize(events + 4);
  }

  /** Calls `renumber` with each entry's order, which it replaces by what comes back. */
  renumber(newOrderOf: (order: number) => number): void {
    this.settle();
    for (let at = 0; at < this.size; at++) this.words[4 * at] = newOrderOf(this.words[4 * at]!);
  }

  /** Every entry's order. */
  orders(): number[] {
    this.settle();
    return Array.from({ length: this.size }, (_, at) => this.words[4 * at]!);
  }

  private fillRoot(): void {
    this.rootVacant = false;
    const last = --this.size;
    this.atMs[0] = this.atMs[last]!;
    this.atMs[last] = Number.NaN;
    if (last > 0) {
      const { words } = this;
      const from = last << 2;
      words[0] = words[from]!;
      words[ENTITY] = words[from + ENTITY]!;
      words[META] = words[from + META]!;
      this.siftDown(0);
    }
  }

  /** Lets the event at place `at`, the newest of all, rise. */
  private siftUp(at: number): void {
    const times = this.atMs;
    const words = this.words;
    const atMs = times[at]!;
    const order = words[at << 2]!;
    const entity = words[(at << 2) + ENTITY]!;
    const meta = words[(at << 2) + META]!;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const parentAtMs = times[parent]!;
      // A new event has the highest order of all, so on equal times the parent stays in front.
      if (parentAtMs <= atMs) break;
      const to = at << 2;
      const from = parent << 2;
      times[at] = parentAtMs;
      words[to] = words[from]!;
      words[to + ENTITY] = words[from + ENTITY]!;
      words[to + META] = words[from + META]!;
      at = parent;
    }
    const to = at << 2;
    times[at] = atMs;
    words[to] = order;
    words[to + ENTITY] = entity;
    words[to + META] = meta;
  }

  /** Lets the event at place `at` sink. */
  private siftDown(at: number): void {
    const times = this.atMs;
    const words = this.words;
    const size = this.size;
    const atMs = times[at]!;
    const order = words[at << 2]!;
    const entity = words[(at << 2) + ENTITY]!;
    const meta = words[(at << 2) + META]!;
    for (;;) {
      const child = (at << 2) + 1;
      if (child >= size) break;
      // Arithmetic on comparisons instead of branches: which child is smallest cannot be predicted.
      const left = child + Number(times[child + 1]! < times[child]!);
      const right = child + 2 + Number(times[child + 3]! < times[child + 2]!);
      let least = left + (-Number(times[right]! < times[left]!) & (right - left));
      const leastAtMs = times[least]!;
      if (atMs < leastAtMs) break;
      // Equal times are rare; only then does the order of scheduling have to be looked at.
      if (
        times[child]! === times[child + 1]! ||
        times[child + 2]! === times[child + 3]! ||
        times[left]! === times[right]!
      ) {
        least = this.earliestOfTied(child, leastAtMs);
      }
      const from = least << 2;
      if (atMs === leastAtMs && order < words[from]!) break;
      const to = at << 2;
      times[at] = leastAtMs;
      words[to] = words[from]!;
      words[to + ENTITY] = words[from + ENTITY]!;
      words[to + META] = words[from + META]!;
      at = least;
    }
    const to = at << 2;
    times[at] = atMs;
    words[to] = order;
    words[to + ENTITY] = entity;
    words[to + META] = meta;
  }

  private earliestOfTied(child: number, atMs: number): number {
    let least = -1;
    for (let i = child; i < child + 4 && i < this.size; i++) {
      if (this.atMs[i] === atMs && (least < 0 || this.words[4 * i]! < this.words[4 * least]!)) least = i;
    }
    return least;
  }

  private isCancelled(at: number): boolean {
    return (this.words[4 * at + META]! & 255) === TIMER && this.timerKind[this.words[4 * at + ENTITY]!] === CANCELLED;
  }

  private dropCancelled(): void {
    while (this.size > 0 && this.isCancelled(0)) {
      this.cancelled--;
      this.releaseTimer(this.words[ENTITY]!);
      this.fillRoot();
    }
  }

  /** Removes every cancelled timer and rebuilds the heap in O(n); paid for by the cancellations it collects. */
  private sweep(): void {
    if (this.rootVacant) this.fillRoot();
    let kept = 0;
    for (let at = 0; at < this.size; at++) {
      if (this.isCancelled(at)) {
        this.releaseTimer(this.words[4 * at + ENTITY]!);
      } else {
        this.atMs[kept] = this.atMs[at]!;
        this.words.copyWithin(4 * kept, 4 * at, 4 * at + 4);
        kept++;
      }
    }
    this.atMs.fill(Number.NaN, kept, this.size);
    this.size = kept;
    this.cancelled = 0;
    for (let at = (kept - 2) >> 2; at >= 0; at--) this.siftDown(at);
  }

  private releaseTimer(timer: number): void {
    this.timerEntity[timer] = this.freeTimer;
    this.freeTimer = timer;
  }

  private unusedTimer(): number {
    if (this.timersUsed === this.timerKind.length) {
      const capacity = Math.floor(this.timersUsed * GROWTH);
      this.timerKind = grown(this.timerKind, new Uint8Array(capacity));
      this.timerEntity = grown(this.timerEntity, new Int32Array(capacity));
      this.timerOperand = grown(this.timerOperand, new Int32Array(capacity));
    }
    return this.timersUsed++;
  }

  private grow(): void {
    this.resize(Math.floor(this.atMs.length * (this.size < LARGE ? GROWTH : GROWTH_WHEN_LARGE)));
  }

  private resize(capacity: number): void {
    this.atMs = grown(this.atMs, new Float64Array(capacity));
    this.words = grown(this.words, new Int32Array(4 * capacity));
  }
}
