/**
 * The kernel: virtual time and the order of events. It knows nothing of requests.
 *
 * Contract: events are taken in the order of (time, order of scheduling), so equal times are first in, first out. An
 * event is three integers (kind, entity, operand) that whoever schedules and handles it agrees on. Nothing is
 * allocated per event.
 *
 * Two places hold events: a heap, for times in any order, O(log n); and lanes, for sources whose times never decrease
 * (the next arrival of a stream, a constant delay or timeout), O(1). Both draw on one order counter, so that where an event
 * waits never changes when it is taken.
 */

import { CANCELLED, EventHeap, ORDER_LIMIT } from "./event-heap.ts";
import { floatZero } from "./float-zero.ts";
import { Lanes } from "./lanes.ts";

/** Names an event that can be cancelled, until it is taken or cancelled; afterwards the number is used again. */
export type EventHandle = number;

/** No event has this handle. */
export const NO_EVENT: EventHandle = -0x80000000;

/** The largest kind; the one above is the kernel's own. */
export const MAXIMUM_KIND = CANCELLED - 1;
/** The largest operand of an event in the heap. */
export const MAXIMUM_OPERAND = 0x7fffff;

/** Whoever needs the time reads it where it stands: a number handed over as an argument may have to be made an object. */
export interface Clock {
  readonly nowMs: number;
}

/**
 * A kernel is a heap with lanes beside it, and not a thing that has a heap: of two objects that the compiler keeps apart,
 * every event would have to be carried from one to the other.
 */
export class Kernel extends EventHeap implements Clock {
  /** Virtual time of the event taken last. */
  nowMs = floatZero();
  private readonly lanes = new Lanes();
  /** A time to be handed to `scheduleDue`: as an argument, a number may have to be made an object. */
  readonly due: Float64Array = this.entering;
  private nextOrder = 0;
  /** How far `take` goes. */
  untilMs = floatZero();

  /** A new lane, to be used with times that never decrease. */
  addLane(): number {
    return this.lanes.add();
  }

  /** A source of events of which only the next one is ever known, such as the arrivals of a population. */
  addStream(kind: number, entity: number): number {
    return this.lanes.addStream(kind, entity);
  }

  /**
   * Sets the time of a stream's next event, once the one before has been taken.
   * @throws RangeError when `atMs` lies in the past or is not a number.
   */
  setNext(stream: number, atMs: number): void {
    this.due[0] = atMs;
    this.setNextDue(stream);
  }

  /** As `setNext`, at the time that stands in `due`. */
  setNextDue(stream: number): void {
    if (!(this.due[0]! >= this.nowMs)) this.refuse(this.due[0]!);
    if (this.nextOrder === ORDER_LIMIT) this.renumber();
    this.lanes.setNext(stream, this.due, this.nextOrder++);
  }

  /**
   * Schedules an event at `atMs`. It may be cancelled until it is taken. O(log n).
   * @throws RangeError when `atMs` lies in the past or is not a number.
   */
  schedule(atMs: number, kind: number, entity: number, operand: number): EventHandle {
    this.due[0] = atMs;
    return this.scheduleDue(kind, entity, operand);
  }

  /** As `schedule`, at the time that stands in `due`. */
  scheduleDue(kind: number, entity: number, operand: number): EventHandle {
    if (!(this.due[0]! >= this.nowMs)) this.refuse(this.due[0]!);
    if (this.nextOrder === ORDER_LIMIT) this.renumber();
    return this.put(this.nextOrder++, kind, entity, operand);
  }

  /**
   * Schedules an event in a lane, behind all others there. O(1), and it may be cancelled.
   * @throws RangeError when `atMs` lies in the past, before the lane's last event, or is not a number.
   */
  scheduleInLane(lane: number, atMs: number, kind: number, entity: number, operand: number): EventHandle {
    if (!(atMs >= this.nowMs)) this.refuse(atMs);
    if (this.nextOrder === ORDER_LIMIT) this.renumber();
    return ~this.lanes.append(lane, atMs, this.nextOrder++, kind, entity, operand);
  }

  /** Takes back an event that has neither been taken nor cancelled. O(1), amortised for those in the heap. */
  cancel(handle: EventHandle): void {
    if (handle < 0) this.lanes.remove(~handle);
    else this.cross(handle);
  }

  /**
   * Takes the next event at or before `untilMs` into `kind`, `entity`, `operand` and moves `nowMs` to its time.
   * Returns false when there is none; then `nowMs` moves to `untilMs`.
   */
  next(untilMs: number): boolean {
    this.untilMs = untilMs;
    return this.take();
  }

  /**
   * As `next`, up to and with `untilMs`. For loops: a limit handed over at every step may have to be made an object each
   * time.
   */
  take(): boolean {
    const { lanes, untilMs } = this;
    this.settle();
    const headAtMs = lanes.headAtMs;
    let first = -1;
    let atMs = this.firstAtMs;
    for (let lane = 0; lane < lanes.count; lane++) {
      const laneAtMs = headAtMs[lane]!;
      if (laneAtMs < atMs || (laneAtMs === atMs && this.isEarlier(lane, first))) {
        atMs = laneAtMs;
        first = lane;
      }
    }
    if (!(atMs <= untilMs) || atMs === Infinity) {
      if (untilMs > this.nowMs && untilMs < Infinity) this.nowMs = untilMs;
      return false;
    }
    this.nowMs = atMs;
    if (first < 0) {
      this.takeFirst();
    } else {
      lanes.take(first);
      this.kind = lanes.kind;
      this.entity = lanes.entity;
      this.operand = lanes.operand;
    }
    return true;
  }

  /** Of two first events at one time, whether that of `lane` was scheduled before that of `first`, -1 the heap. */
  private isEarlier(lane: number, first: number): boolean {
    if (this.lanes.headAtMs[lane] === Infinity) return false;
    return this.lanes.headOrder[lane]! < (first < 0 ? this.firstOrder : this.lanes.headOrder[first]!);
  }

  /** Gives all pending events small order numbers again, in their present order. Once in five hundred million events. */
  private renumber(): void {
    const dueMs = this.due[0]!;
    const orders = this.heapOrders().concat(this.lanes.orders());
    orders.sort((a, b) => a - b);
    const rank = new Map(orders.map((order, index) => [order, index]));
    this.renumberHeap((order) => rank.get(order)!);
    this.lanes.renumber((order) => rank.get(order)!);
    this.nextOrder = orders.length;
    this.due[0] = dueMs;
  }

  private refuse(atMs: number): never {
    throw new RangeError(`schedule: the time must be a number at or after now, got ${atMs} ms at ${this.nowMs} ms`);
  }
}
