/**
 * Lanes: first-in first-out lists of events, for sources whose times never decrease. A stream is a lane with room for one
 * event that is always the same but for its time. Heads stand in arrays of their own, to be looked through at each step.
 */
import { grown } from "./grown.ts";

const INITIAL_CAPACITY = 64;
const GROWTH = 1.5;

export class Lanes {
  count = 0;
  /** Time and order of each lane's first event; Infinity when it has none. */
  headAtMs = new Float64Array(4).fill(Infinity);
  headOrder = new Int32Array(4);
  private head = new Int32Array(4);
  private tail = new Int32Array(4);
  /** -1 for a lane that is no stream. */
  private streamKind = new Int32Array(4);
  private streamEntity = new Int32Array(4);

  private atMs = new Float64Array(INITIAL_CAPACITY);
  private order = new Int32Array(INITIAL_CAPACITY);
  private kindOf = new Uint8Array(INITIAL_CAPACITY);
  private entityOf = new Int32Array(INITIAL_CAPACITY);
  private operandOf = new Int32Array(INITIAL_CAPACITY);
  /** Also the link of the free list. */
  private next = new Int32Array(INITIAL_CAPACITY);
  private previous = new Int32Array(INITIAL_CAPACITY);
  private laneOf = new Int32Array(INITIAL_CAPACITY);
  private used = 0;
  private free = -1;

  /** The event taken last. */
  kind = 0;
  entity = 0;
  operand = 0;

  add(): number {
    if (this.count === this.head.length) this.growLanes();
    this.head[this.count] = -1;
    this.tail[this.count] = -1;
    this.streamKind[this.count] = -1;
    return this.count++;
  }

  addStream(kind: number, entity: number): number {
    const stream = this.add();
    this.streamKind[stream] = kind;
    this.streamEntity[stream] = entity;
    return stream;
  }

  /** The next event of a stream, at `due[0]`. */
  setNext(stream: number, due: Float64Array, order: number): void {
    this.headAtMs[stream] = due[0]!;
    this.headOrder[stream] = order;
  }

  /** Appends an event and returns its number. @throws RangeError when `atMs` lies before the lane's last event. */
  append(lane: number, atMs: number, order: number, kind: number, entity: number, operand: number): number {
    const tail = this.tail[lane]!;
    if (tail >= 0 && atMs < this.atMs[tail]!) {
      throw new RangeError(`lane ${lane}: ${atMs} ms lies before its last event at ${this.atMs[tail]} ms`);
    }
    let event = this.free;
    if (event >= 0) this.free = this.next[event]!;
    else event = this.unused();
    this.atMs[event] = atMs;
    this.order[event] = order;
    this.kindOf[event] = kind;
    this.entityOf[event] = entity;
    this.operandOf[event] = operand;
    this.laneOf[event] = lane;
    this.next[event] = -1;
    this.previous[event] = tail;
    if (tail < 0) {
      this.head[lane] = event;
      this.headAtMs[lane] = atMs;
      this.headOrder[lane] = order;
    } else {
      this.next[tail] = event;
    }
    this.tail[lane] = event;
    return event;
  }

  /** Takes the first event of a lane that has one into `kind`, `entity` and `operand`. */
  take(lane: number): void {
    if (this.streamKind[lane]! >= 0) {
      this.kind = this.streamKind[lane]!;
      this.entity = this.streamEntity[lane]!;
      this.operand = 0;
      this.headAtMs[lane] = Infinity;
      return;
    }
    const event = this.head[lane]!;
    this.kind = this.kindOf[event]!;
    this.entity = this.entityOf[event]!;
    this.operand = this.operandOf[event]!;
    this.remove(event);
  }

  /** Takes an event out, wherever in its lane it stands. O(1). */
  remove(event: number): void {
    const lane = this.laneOf[event]!;
    const next = this.next[event]!;
    const previous = this.previous[event]!;
    if (next >= 0) this.previous[next] = previous;
    else this.tail[lane] = previous;
    if (previous >= 0) {
      this.next[previous] = next;
    } else {
      this.head[lane] = next;
      this.headAtMs[lane] = next < 0 ? Infinity : this.atMs[next]!;
      this.headOrder[lane] = next < 0 ? 0 : this.order[next]!;
    }
    this.next[event] = this.free;
    this.free = event;
  }

  /** Every event's order. */
  orders(): number[] {
    const orders: number[] = [];
    this.renumber((order) => {
      orders.push(order);
      return order;
    });
    return orders;
  }

  /** Replaces each event's order by what `newOrderOf` makes of it. */
  renumber(newOrderOf: (order: number) => number): void {
    for (let lane = 0; lane < this.count; lane++) {
      if (this.headAtMs[lane] === Infinity) continue;
      if (this.streamKind[lane]! >= 0) {
        this.headOrder[lane] = newOrderOf(this.headOrder[lane]!);
        continue;
      }
      for (let event = this.head[lane]!; event >= 0; event = this.next[event]!) {
        this.order[event] = newOrderOf(this.order[event]!);
      }
      this.headOrder[lane] = this.order[this.head[lane]!]!;
    }
  }

  private growLanes(): void {
    const capacity = this.count * 2;
    this.headAtMs = grown(this.headAtMs, new Float64Array(capacity).fill(Infinity));
    this.headOrder = grown(this.headOrder, new Int32Array(capacity));
    this.head = grown(this.head, new Int32Array(capacity));
    this.tail = grown(this.tail, new Int32Array(capacity));
    this.streamKind = grown(this.streamKind, new Int32Array(capacity));
    this.streamEntity = grown(this.streamEntity, new Int32Array(capacity));
  }

  private unused(): number {
    if (this.used === this.atMs.length) {
      const capacity = Math.floor(this.used * GROWTH);
      this.atMs = grown(this.atMs, new Float64Array(capacity));
      this.order = grown(this.order, new Int32Array(capacity));
      this.kindOf = grown(this.kindOf, new Uint8Array(capacity));
      this.entityOf = grown(this.entityOf, new Int32Array(capacity));
      this.operandOf = grown(this.operandOf, new Int32Array(capacity));
      this.next = grown(this.next, new Int32Array(capacity));
      this.previous = grown(this.previous, new Int32Array(capacity));
      this.laneOf = grown(this.laneOf, new Int32Array(capacity));
    }
    return this.used++;
  }
}
