/**
 * A 4-ary heap of events in flat arrays, ordered by (time, order). What an event means stands in a slot of its own, which
 * the heap does not move; crossing it out there cancels the event in O(1).
 */
import { grown } from "./grown.ts";

/** The kind of a slot whose event was cancelled. */
export const CANCELLED = 255;

/** Numbers of an entry: its time and its tag. */
const ENTRY = 2;
const TAG = 1;
/**
 * A tag is order × SLOTS + slot: two numbers in one that is moved and compared at once. Orders are unique, so tags compare
 * as orders do; the slot is in the low 24 bits. With 29 bits for the order, tags are exact.
 */
const SLOTS = 0x1000000;
const SLOT_MASK = SLOTS - 1;
/** The first order that does not fit. */
export const ORDER_LIMIT = 0x20000000;

/** Words of a slot. */
const WORDS = 2;
const META = 1;
const KIND_BITS = 8;
const KIND_MASK = 255;

const INITIAL_CAPACITY = 64;
const GROWTH = 1.5;
/** Beyond this many events, growth in smaller steps wastes less. */
const LARGE = 100_000;
const GROWTH_WHEN_LARGE = 1.15;

export class EventHeap {
  /**
   * Times and tags in turn. The four entries behind the last have NaN for a time, which loses every comparison and ties
   * with nothing, so that four children can be read without asking how many there are. An empty heap has Infinity in
   * front, so that the first time can be read without asking whether there is one.
   */
  private entries = emptyEntries(INITIAL_CAPACITY);
  private size = 0;
  /**
   * 1 when the root was taken and its place is still empty. The next event put in goes there with one sift instead of two:
   * a departure that starts the next service is the commonest pair of all. A number, because the compiler does not know
   * that a field is always a boolean and asks it in several ways whether it is true.
   */
  private rootVacant = 0;
  private cancelled = 0;

  /** What the event in each slot means: its entity, then kind and operand in one. Of a free slot, the next free one. */
  private slots = new Int32Array(INITIAL_CAPACITY * WORDS);
  private used = 0;
  private free = -1;

  /** Time of the event that is being put in: as an argument, a number may have to be made an object. */
  protected readonly entering = new Float64Array(1);

  /** The event taken last. */
  kind = 0;
  entity = 0;
  operand = 0;

  /** Puts an event in at `entering[0]` and returns its slot; its order must be higher than all before. O(log n). */
  protected put(order: number, kind: number, entity: number, operand: number): number {
    let slot = this.free;
    if (slot < 0) slot = this.unusedSlot();
    const { slots } = this;
    this.free = slots[slot * WORDS]!;
    slots[slot * WORDS] = entity;
    slots[slot * WORDS + META] = kind | (operand << KIND_BITS);
    if (this.rootVacant !== 0) {
      this.rootVacant = 0;
      this.siftDown(0, order, slot);
    } else {
      this.append(order, slot);
    }
    return slot;
  }

  /** Crosses an event out. Its entry stays and is skipped when its time comes; the slot is free again only then. */
  protected cross(slot: number): void {
    this.slots[slot * WORDS + META] = CANCELLED;
    this.cancelled++;
    // More dead than alive: without a sweep, timeouts that never strike would fill the heap.
    if (this.cancelled > 1024 && this.cancelled * 2 > this.size) this.sweep();
  }

  /** Makes `firstAtMs` and `firstOrder` speak of the first event that is not cancelled. Uses `entering`. */
  protected settle(): void {
    if (this.rootVacant !== 0) this.fillRoot();
    if (this.cancelled !== 0) this.dropCancelled();
  }

  /** Time of the first event, Infinity when there is none; after `settle`. */
  protected get firstAtMs(): number {
    return this.entries[0]!;
  }

  protected get firstOrder(): number {
    return this.orderAt(0);
  }

  /** Takes the first event into `kind`, `entity` and `operand`; after `settle`. */
  protected takeFirst(): void {
    const { slots } = this;
    const slot = this.slotAt(0);
    const meta = slots[slot * WORDS + META]!;
    this.kind = meta & KIND_MASK;
    this.operand = meta >>> KIND_BITS;
    this.entity = slots[slot * WORDS]!;
    slots[slot * WORDS] = this.free;
    this.free = slot;
    this.rootVacant = 1;
  }

  /** Makes room for `events`. What is not used is never touched, and so takes no memory. */
  reserve(events: number): void {
    if (events * WORDS > this.slots.length) this.resize(events);
  }

  /** Calls `newOrderOf` with each entry's order, which it replaces by what comes back. */
  protected renumberHeap(newOrderOf: (order: number) => number): void {
    this.settle();
    for (let at = 0; at < this.size; at++) {
      this.entries[at * ENTRY + TAG] = newOrderOf(this.orderAt(at)) * SLOTS + this.slotAt(at);
    }
  }

  /** Every entry's order. */
  protected heapOrders(): number[] {
    this.settle();
    return Array.from({ length: this.size }, (_, at) => this.orderAt(at));
  }

  /** The low bits of a tag; `|` takes a number modulo 2^32, however large. */
  private slotAt(at: number): number {
    return this.entries[at * ENTRY + TAG]! & SLOT_MASK;
  }

  private orderAt(at: number): number {
    return Math.floor(this.entries[at * ENTRY + TAG]! / SLOTS);
  }

  private fillRoot(): void {
    this.rootVacant = 0;
    const { entries } = this;
    const last = --this.size * ENTRY;
    this.entering[0] = entries[last]!;
    entries[last] = Number.NaN;
    if (last > 0) this.siftDown(0, this.orderAt(this.size), this.slotAt(this.size));
    else entries[0] = Infinity;
  }

  /** Lets the event at `entering`, the newest of all, rise from behind the last. */
  private append(order: number, slot: number): void {
    const entries = this.entries;
    const atMs = this.entering[0]!;
    let at = this.size++;
    entries[(at + 4) * ENTRY] = Number.NaN;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const parentAtMs = entries[parent * ENTRY]!;
      // A new event has the highest order of all, so on equal times the parent stays in front.
      if (parentAtMs <= atMs) break;
      entries[at * ENTRY] = parentAtMs;
      entries[at * ENTRY + TAG] = entries[parent * ENTRY + TAG]!;
      at = parent;
    }
    entries[at * ENTRY] = atMs;
    entries[at * ENTRY + TAG] = order * SLOTS + slot;
  }

  /** Lets the event at `entering` sink from the empty place `at`. */
  private siftDown(at: number, order: number, slot: number): void {
    const { entries } = this;
    const end = this.size * ENTRY;
    const atMs = this.entering[0]!;
    const tag = order * SLOTS + slot;
    at *= ENTRY;
    for (;;) {
      const child = (at << 2) + ENTRY;
      if (child >= end) break;
      const a = entries[child]!;
      const b = entries[child + 2]!;
      const c = entries[child + 4]!;
      const d = entries[child + 6]!;
      // Arithmetic on comparisons instead of branches: which child is earliest cannot be predicted.
      const left = child + (Number(b < a) << 1);
      const right = child + 4 + (Number(d < c) << 1);
      const leftAtMs = entries[left]!;
      const rightAtMs = entries[right]!;
      let least = left + (-Number(rightAtMs < leftAtMs) & (right - left));
      const leastAtMs = entries[least]!;
      if (atMs < leastAtMs) break;
      // Equal times are rare; only then does the order of scheduling have to be looked at.
      if (a === b || c === d || leftAtMs === rightAtMs) least = this.earliestOfTied(child, leastAtMs);
      if (atMs === leastAtMs && tag < entries[least + TAG]!) break;
      entries[at] = leastAtMs;
      entries[at + TAG] = entries[least + TAG]!;
      at = least;
    }
    entries[at] = atMs;
    entries[at + TAG] = tag;
  }

  private earliestOfTied(child: number, atMs: number): number {
    const { entries } = this;
    let least = -1;
    for (let i = child; i < child + 4 * ENTRY; i += ENTRY) {
      if (entries[i] === atMs && (least < 0 || entries[i + TAG]! < entries[least + TAG]!)) least = i;
    }
    return least;
  }

  private dropCancelled(): void {
    while (this.size > 0 && this.isCancelled(0)) {
      this.cancelled--;
      this.release(this.slotAt(0));
      this.fillRoot();
    }
  }

  /** Removes every cancelled event and rebuilds the heap in O(n); paid for by the cancellations it collects. */
  private sweep(): void {
    if (this.rootVacant !== 0) this.fillRoot();
    const { entries } = this;
    let kept = 0;
    for (let at = 0; at < this.size; at++) {
      if (this.isCancelled(at)) this.release(this.slotAt(at));
      else entries.copyWithin(kept++ * ENTRY, at * ENTRY, (at + 1) * ENTRY);
    }
    for (let at = kept; at < this.size; at++) entries[at * ENTRY] = Number.NaN;
    if (kept === 0) entries[0] = Infinity;
    this.size = kept;
    this.cancelled = 0;
    for (let at = (kept - 2) >> 2; at >= 0; at--) {
      this.entering[0] = entries[at * ENTRY]!;
      this.siftDown(at, this.orderAt(at), this.slotAt(at));
    }
  }

  private isCancelled(at: number): boolean {
    return (this.slots[this.slotAt(at) * WORDS + META]! & KIND_MASK) === CANCELLED;
  }

  private release(slot: number): void {
    this.slots[slot * WORDS] = this.free;
    this.free = slot;
  }

  /** @throws RangeError when more events are pending than slots can be told apart. */
  private unusedSlot(): number {
    if (this.used === SLOTS) throw new RangeError(`more than ${SLOTS} events are pending`);
    if (this.used * WORDS === this.slots.length) {
      this.resize(Math.floor(this.used * (this.used < LARGE ? GROWTH : GROWTH_WHEN_LARGE)));
    }
    this.slots[this.used * WORDS] = -1;
    return this.used++;
  }

  private resize(events: number): void {
    const before = this.entries;
    this.entries = emptyEntries(events);
    this.entries.set(before.subarray(0, this.size * ENTRY));
    for (let i = 0; i < 4; i++) this.entries[(this.size + i) * ENTRY] = this.size + i > 0 ? Number.NaN : Infinity;
    this.slots = grown(this.slots, new Int32Array(events * WORDS));
  }
}

/** Room for so many events and the four that follow the last. */
function emptyEntries(events: number): Float64Array {
  const entries = new Float64Array((events + 4) * ENTRY);
  entries[0] = Infinity;
  for (let at = 1; at <= 4; at++) entries[at * ENTRY] = Number.NaN;
  return entries;
}
