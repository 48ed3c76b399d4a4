/**
 * The kernel: virtual time and the order of events. It knows nothing of requests.
 *
 * Contract: events are taken in the order of (time, order of scheduling), so equal times are first in, first out. An
 * event is three integers (kind, entity, operand) that whoever schedules and handles it agrees on. Nothing is
 * allocated per event.
 *
 * Two places hold events:
 * - a 4-ary heap, for times in any order: O(log n) to schedule and to take;
 * - lanes, for a source whose times never decrease (the next arrival of a stream, a constant delay or timeout): O(1).
 * Both draw on one order counter, so that where an event waits never changes when it is taken.
 */

/** Names an event that can be cancelled, until it is taken or cancelled; afterwards the number is used again. */
export type EventHandle = number;

/** No event has this handle. */
export const NO_EVENT: EventHandle = -0x80000000;

/** The largest kind; the kinds above are the kernel's own. */
export const MAXIMUM_KIND = 253;
/** The largest operand of an event in the heap. */
export const MAXIMUM_OPERAND = 0x7fffff;

/** In the heap: the event can be cancelled, `entity` is its timer. */
const TIMER = 254;
/** Kind of a timer that was cancelled. */
const CANCELLED = 255;

const INITIAL_CAPACITY = 64;
const GROWTH = 1.5;
/** Beyond this many events, growth in smaller steps wastes less. */
const LARGE = 100_000;
const GROWTH_WHEN_LARGE = 1.15;
/** Orders are 32-bit numbers; when they run out, all pending events are numbered anew in their order. */
const ORDER_LIMIT = 0x7fffffff;

/** Words of a heap entry: order, entity, kind and operand. */
const ENTITY = 1;
const META = 2;

/** Whoever needs the time reads it where it stands: a number handed over as an argument may have to be made an object. */
export interface Clock {
  readonly nowMs: number;
}

export class Kernel implements Clock {
  /** Virtual time of the event taken last. */
  nowMs = 0;
  /** The event taken last. */
  kind = 0;
  entity = 0;
  operand = 0;

  /**
   * Times of the heap; entry i's words are at 4 × i in `heapWords`. The four entries behind the last hold NaN, which
   * loses every comparison and ties with nothing, so that four children can be read without asking how many there are.
   */
  private heapAtMs = new Float64Array(INITIAL_CAPACITY + 4).fill(Number.NaN, 0, 4);
  private heapWords = new Int32Array(4 * (INITIAL_CAPACITY + 4));
  private size = 0;
  /**
   * The root was taken and its place is still empty. The next event scheduled goes there with one sift instead of two:
   * a departure that starts the next service is the commonest pair of all.
   */
  private rootVacant = false;

  private timerKind = new Uint8Array(INITIAL_CAPACITY);
  /** Also the link of the free list. */
  private timerEntity = new Int32Array(INITIAL_CAPACITY);
  private timerOperand = new Int32Array(INITIAL_CAPACITY);
  private timersUsed = 0;
  private freeTimer = -1;
  private cancelledInHeap = 0;

  private laneAtMs = new Float64Array(INITIAL_CAPACITY);
  private laneOrder = new Int32Array(INITIAL_CAPACITY);
  private laneKind = new Uint8Array(INITIAL_CAPACITY);
  private laneEntity = new Int32Array(INITIAL_CAPACITY);
  private laneOperand = new Int32Array(INITIAL_CAPACITY);
  /** Also the link of the free list. */
  private laneNext = new Int32Array(INITIAL_CAPACITY);
  private lanePrevious = new Int32Array(INITIAL_CAPACITY);
  private laneOfEvent = new Int32Array(INITIAL_CAPACITY);
  private laneEventsUsed = 0;
  private freeLaneEvent = -1;

  private lanes = 0;
  private headAtMs = new Float64Array(4).fill(Infinity);
  private headOrder = new Int32Array(4);
  private laneHead = new Int32Array(4);
  private laneTail = new Int32Array(4);
  /** -1 for a lane. */
  private streamKind = new Int32Array(4);
  private streamEntity = new Int32Array(4);

  private nextOrder = 0;

  /** A new lane, to be used with times that never decrease. */
  addLane(): number {
    if (this.lanes === this.laneHead.length) {
      const capacity = this.lanes * 2;
      this.headAtMs = grown(this.headAtMs, new Float64Array(capacity).fill(Infinity));
      this.headOrder = grown(this.headOrder, new Int32Array(capacity));
      this.laneHead = grown(this.laneHead, new Int32Array(capacity));
      this.laneTail = grown(this.laneTail, new Int32Array(capacity));
      this.streamKind = grown(this.streamKind, new Int32Array(capacity));
      this.streamEntity = grown(this.streamEntity, new Int32Array(capacity));
    }
    this.laneHead[this.lanes] = -1;
    this.laneTail[this.lanes] = -1;
    this.streamKind[this.lanes] = -1;
    return this.lanes++;
  }

  /**
   * A source of events of which only the next one is ever known, such as the arrivals of a population. It is a lane with
   * room for a single event that is always the same but for its time.
   */
  addStream(kind: number, entity: number): number {
    const stream = this.addLane();
    this.streamKind[stream] = kind;
    this.streamEntity[stream] = entity;
    return stream;
  }

  /**
   * Sets the time of a stream's next event, once the one before has been taken.
   * @throws RangeError when `atMs` lies in the past or is not a number.
   */
  setNext(stream: number, atMs: number): void {
    if (!(atMs >= this.nowMs)) this.refuse(atMs);
    if (this.nextOrder === ORDER_LIMIT) this.renumber();
    this.headAtMs[stream] = atMs;
    this.headOrder[stream] = this.nextOrder++;
  }

  /**
   * Schedules an event at `atMs` that will not be taken back. O(log n).
   * @throws RangeError when `atMs` lies in the past or is not a number.
   */
  schedule(atMs: number, kind: number, entity: number, operand: number): void {
    if (!(atMs >= this.nowMs)) this.refuse(atMs);
    if (this.nextOrder === ORDER_LIMIT) this.renumber();
    // The time goes straight to where the event enters the heap: as an argument it would be made an object.
    let at = 0;
    if (this.rootVacant) {
      this.heapAtMs[0] = atMs;
    } else {
      if (this.size + 4 >= this.heapAtMs.length) this.growHeap();
      at = this.size++;
      this.heapAtMs[at] = atMs;
      this.heapAtMs[this.size + 3] = Number.NaN;
    }
    const word = at << 2;
    this.heapWords[word] = this.nextOrder++;
    this.heapWords[word + ENTITY] = entity;
    this.heapWords[word + META] = kind | (operand << 8);
    if (this.rootVacant) {
      this.rootVacant = false;
      this.siftDown(0);
    } else if (at > 0) {
      this.siftUp(at);
    }
  }

  /** As `schedule`, for an event that may be cancelled. */
  scheduleTimer(atMs: number, kind: number, entity: number, operand: number): EventHandle {
    let timer = this.freeTimer;
    if (timer >= 0) this.freeTimer = this.timerEntity[timer]!;
    else timer = this.newTimer();
    this.timerKind[timer] = kind;
    this.timerEntity[timer] = entity;
    this.timerOperand[timer] = operand;
    this.schedule(atMs, TIMER, timer, 0);
    return timer;
  }

  /**
   * Schedules an event in a lane, behind all others there. O(1), and it may be cancelled.
   * @throws RangeError when `atMs` lies in the past, before the lane's last event, or is not a number.
   */
  scheduleInLane(lane: number, atMs: number, kind: number, entity: number, operand: number): EventHandle {
    if (!(atMs >= this.nowMs)) this.refuse(atMs);
    if (this.nextOrder === ORDER_LIMIT) this.renumber();
    let event = this.freeLaneEvent;
    if (event >= 0) this.freeLaneEvent = this.laneNext[event]!;
    else event = this.newLaneEvent();
    const order = this.nextOrder++;
    this.laneAtMs[event] = atMs;
    this.laneOrder[event] = order;
    this.laneKind[event] = kind;
    this.laneEntity[event] = entity;
    this.laneOperand[event] = operand;
    this.laneOfEvent[event] = lane;
    this.laneNext[event] = -1;
    const tail = this.laneTail[lane]!;
    this.lanePrevious[event] = tail;
    if (tail < 0) {
      this.laneHead[lane] = event;
      this.headAtMs[lane] = atMs;
      this.headOrder[lane] = order;
    } else {
      if (atMs < this.laneAtMs[tail]!) {
        throw new RangeError(`lane ${lane}: ${atMs} ms lies before its last event at ${this.laneAtMs[tail]} ms`);
      }
      this.laneNext[tail] = event;
    }
    this.laneTail[lane] = event;
    return ~event;
  }

  /** Takes back a timer or an event in a lane that has neither been taken nor cancelled. O(1), amortised for timers. */
  cancel(handle: EventHandle): void {
    if (handle < 0) {
      this.unlink(~handle);
      return;
    }
    // It stays in the heap and is skipped when its time comes; the timer is free again only then.
    this.timerKind[handle] = CANCELLED;
    this.cancelledInHeap++;
    // More dead than alive: without a sweep, timeouts that never strike would fill the heap.
    if (this.cancelledInHeap > 1024 && this.cancelledInHeap * 2 > this.size) this.sweep();
  }

  /**
   * Takes the next event at or before `untilMs` into `kind`, `entity`, `operand` and moves `nowMs` to its time.
   * Returns false when there is none; then `nowMs` moves to `untilMs`.
   */
  next(untilMs: number): boolean {
    if (this.rootVacant) this.fillRoot();
    if (this.cancelledInHeap > 0) this.dropCancelled();
    const headAtMs = this.headAtMs;
    let best = -1;
    let atMs = this.size > 0 ? this.heapAtMs[0]! : Infinity;
    for (let lane = 0; lane < this.lanes; lane++) {
      const laneAtMs = headAtMs[lane]!;
      if (laneAtMs < atMs || (laneAtMs === atMs && this.laneIsEarlier(lane, best))) {
        atMs = laneAtMs;
        best = lane;
      }
    }
    if (!(atMs <= untilMs) || atMs === Infinity) {
      if (untilMs > this.nowMs && untilMs < Infinity) this.nowMs = untilMs;
      return false;
    }
    this.nowMs = atMs;
    if (best >= 0) {
      if (this.streamKind[best]! >= 0) {
        this.kind = this.streamKind[best]!;
        this.entity = this.streamEntity[best]!;
        headAtMs[best] = Infinity;
      } else {
        this.takeHead(best);
      }
      return true;
    }
    const words = this.heapWords;
    const meta = words[META]!;
    this.kind = meta & 255;
    this.entity = words[ENTITY]!;
    this.operand = meta >>> 8;
    this.rootVacant = true;
    if (this.kind === TIMER) {
      const timer = this.entity;
      this.kind = this.timerKind[timer]!;
      this.entity = this.timerEntity[timer]!;
      this.operand = this.timerOperand[timer]!;
      this.releaseTimer(timer);
    }
    return true;
  }

  private takeHead(lane: number): void {
    const event = this.laneHead[lane]!;
    this.kind = this.laneKind[event]!;
    this.entity = this.laneEntity[event]!;
    this.operand = this.laneOperand[event]!;
    const next = this.laneNext[event]!;
    this.laneNext[event] = this.freeLaneEvent;
    this.freeLaneEvent = event;
    this.laneHead[lane] = next;
    if (next < 0) {
      this.laneTail[lane] = -1;
      this.headAtMs[lane] = Infinity;
    } else {
      this.lanePrevious[next] = -1;
      this.headAtMs[lane] = this.laneAtMs[next]!;
      this.headOrder[lane] = this.laneOrder[next]!;
    }
  }

  private laneIsEarlier(lane: number, best: number): boolean {
    if (this.headAtMs[lane] === Infinity) return false;
    const order = best < 0 ? this.heapWords[0]! : this.headOrder[best]!;
    return this.headOrder[lane]! < order;
  }

  private fillRoot(): void {
    this.rootVacant = false;
    const last = --this.size;
    this.heapAtMs[0] = this.heapAtMs[last]!;
    this.heapAtMs[last] = Number.NaN;
    if (last > 0) {
      this.heapWords.copyWithin(0, last << 2, (last << 2) + 3);
      this.siftDown(0);
    }
  }

  /** Lets the event at place `at`, the newest of all, rise. */
  private siftUp(at: number): void {
    const heapAtMs = this.heapAtMs;
    const words = this.heapWords;
    const atMs = heapAtMs[at]!;
    const order = words[at << 2]!;
    const entity = words[(at << 2) + ENTITY]!;
    const meta = words[(at << 2) + META]!;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const parentAtMs = heapAtMs[parent]!;
      // A new event has the highest order of all, so on equal times the parent stays in front.
      if (parentAtMs <= atMs) break;
      const to = at << 2;
      const from = parent << 2;
      heapAtMs[at] = parentAtMs;
      words[to] = words[from]!;
      words[to + ENTITY] = words[from + ENTITY]!;
      words[to + META] = words[from + META]!;
      at = parent;
    }
    const to = at << 2;
    heapAtMs[at] = atMs;
    words[to] = order;
    words[to + ENTITY] = entity;
    words[to + META] = meta;
  }

  /** Lets the event at place `at` sink. */
  private siftDown(at: number): void {
    const heapAtMs = this.heapAtMs;
    const words = this.heapWords;
    const size = this.size;
    const atMs = heapAtMs[at]!;
    const order = words[at << 2]!;
    const entity = words[(at << 2) + ENTITY]!;
    const meta = words[(at << 2) + META]!;
    for (;;) {
      const child = (at << 2) + 1;
      if (child >= size) break;
      // Arithmetic on comparisons instead of branches: which child is smallest cannot be predicted.
      const left = child + Number(heapAtMs[child + 1]! < heapAtMs[child]!);
      const right = child + 2 + Number(heapAtMs[child + 3]! < heapAtMs[child + 2]!);
      let least = left + (-Number(heapAtMs[right]! < heapAtMs[left]!) & (right - left));
      const leastAtMs = heapAtMs[least]!;
      if (atMs < leastAtMs) break;
      // Equal times are rare; only then does the order of scheduling have to be looked at.
      if (
        heapAtMs[child]! === heapAtMs[child + 1]! ||
        heapAtMs[child + 2]! === heapAtMs[child + 3]! ||
        heapAtMs[left]! === heapAtMs[right]!
      ) {
        least = this.earliestOfTied(child, leastAtMs);
      }
      const from = least << 2;
      if (atMs === leastAtMs && order < words[from]!) break;
      const to = at << 2;
      heapAtMs[at] = leastAtMs;
      words[to] = words[from]!;
      words[to + ENTITY] = words[from + ENTITY]!;
      words[to + META] = words[from + META]!;
      at = least;
    }
    const to = at << 2;
    heapAtMs[at] = atMs;
    words[to] = order;
    words[to + ENTITY] = entity;
    words[to + META] = meta;
  }

  private earliestOfTied(child: number, atMs: number): number {
    let least = -1;
    for (let i = child; i < child + 4 && i < this.size; i++) {
      if (this.heapAtMs[i] === atMs && (least < 0 || this.heapWords[4 * i]! < this.heapWords[4 * least]!)) least = i;
    }
    return least;
  }

  private isCancelled(at: number): boolean {
    return (
      (this.heapWords[4 * at + META]! & 255) === TIMER && this.timerKind[this.heapWords[4 * at + ENTITY]!] === CANCELLED
    );
  }

  private dropCancelled(): void {
    while (this.size > 0 && this.isCancelled(0)) {
      this.cancelledInHeap--;
      this.releaseTimer(this.heapWords[ENTITY]!);
      this.fillRoot();
    }
  }

  /** Removes every cancelled timer and rebuilds the heap in O(n); paid for by the cancellations it collects. */
  private sweep(): void {
    if (this.rootVacant) this.fillRoot();
    let kept = 0;
    for (let at = 0; at < this.size; at++) {
      if (this.isCancelled(at)) {
        this.releaseTimer(this.heapWords[4 * at + ENTITY]!);
      } else {
        this.heapAtMs[kept] = this.heapAtMs[at]!;
        this.heapWords.copyWithin(4 * kept, 4 * at, 4 * at + 4);
        kept++;
      }
    }
    this.heapAtMs.fill(Number.NaN, kept, this.size);
    this.size = kept;
    this.cancelledInHeap = 0;
    for (let at = (kept - 2) >> 2; at >= 0; at--) this.siftDown(at);
  }

  /** Gives all pending events small order numbers again, in their present order. Once in two thousand million events. */
  private renumber(): void {
    if (this.rootVacant) this.fillRoot();
    const pending: { order: number; renumbered: (order: number) => void }[] = [];
    for (let at = 0; at < this.size; at++) {
      pending.push({ order: this.heapWords[4 * at]!, renumbered: (order) => (this.heapWords[4 * at] = order) });
    }
    for (let lane = 0; lane < this.lanes; lane++) {
      if (this.streamKind[lane]! >= 0 && this.headAtMs[lane]! < Infinity) {
        pending.push({ order: this.headOrder[lane]!, renumbered: (order) => (this.headOrder[lane] = order) });
      }
      for (let event = this.laneHead[lane]!; event >= 0; event = this.laneNext[event]!) {
        const isHead = event === this.laneHead[lane];
        pending.push({
          order: this.laneOrder[event]!,
          renumbered: (order) => {
            this.laneOrder[event] = order;
            if (isHead) this.headOrder[lane] = order;
          },
        });
      }
    }
    pending.sort((a, b) => a.order - b.order);
    pending.forEach((event, order) => {
      event.renumbered(order);
    });
    this.nextOrder = pending.length;
  }

  private unlink(event: number): void {
    const lane = this.laneOfEvent[event]!;
    const next = this.laneNext[event]!;
    const previous = this.lanePrevious[event]!;
    if (next >= 0) this.lanePrevious[next] = previous;
    else this.laneTail[lane] = previous;
    if (previous >= 0) {
      this.laneNext[previous] = next;
    } else {
      this.laneHead[lane] = next;
      this.headAtMs[lane] = next < 0 ? Infinity : this.laneAtMs[next]!;
      this.headOrder[lane] = next < 0 ? 0 : this.laneOrder[next]!;
    }
    this.laneNext[event] = this.freeLaneEvent;
    this.freeLaneEvent = event;
  }

  private releaseTimer(timer: number): void {
    this.timerEntity[timer] = this.freeTimer;
    this.freeTimer = timer;
  }

  private refuse(atMs: number): never {
    throw new RangeError(`schedule: the time must be a number at or after now, got ${atMs} ms at ${this.nowMs} ms`);
  }

  private newTimer(): number {
    if (this.timersUsed === this.timerKind.length) {
      const capacity = Math.floor(this.timersUsed * GROWTH);
      this.timerKind = grown(this.timerKind, new Uint8Array(capacity));
      this.timerEntity = grown(this.timerEntity, new Int32Array(capacity));
      this.timerOperand = grown(this.timerOperand, new Int32Array(capacity));
    }
    return this.timersUsed++;
  }

  private newLaneEvent(): number {
    if (this.laneEventsUsed === this.laneAtMs.length) {
      const capacity = Math.floor(this.laneEventsUsed * GROWTH);
      this.laneAtMs = grown(this.laneAtMs, new Float64Array(capacity));
      this.laneOrder = grown(this.laneOrder, new Int32Array(capacity));
      this.laneKind = grown(this.laneKind, new Uint8Array(capacity));
      this.laneEntity = grown(this.laneEntity, new Int32Array(capacity));
      this.laneOperand = grown(this.laneOperand, new Int32Array(capacity));
      this.laneNext = grown(this.laneNext, new Int32Array(capacity));
      this.lanePrevious = grown(this.lanePrevious, new Int32Array(capacity));
      this.laneOfEvent = grown(this.laneOfEvent, new Int32Array(capacity));
    }
    return this.laneEventsUsed++;
  }

  /** Makes room for `events` in the heap. What is not used is never touched, and so takes no memory. */
  reserve(events: number): void {
    if (events + 4 > this.heapAtMs.length) this.resizeHeap(events + 4);
  }

  private growHeap(): void {
    this.resizeHeap(Math.floor(this.heapAtMs.length * (this.size < LARGE ? GROWTH : GROWTH_WHEN_LARGE)));
  }

  private resizeHeap(capacity: number): void {
    this.heapAtMs = grown(this.heapAtMs, new Float64Array(capacity));
    this.heapWords = grown(this.heapWords, new Int32Array(4 * capacity));
  }
}

function grown<T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
