import { grown } from "../../engine/grown.ts";
import type { StateContext } from "./backend.ts";

/**
 * Requests that wait for something whose moment nobody knows yet, first come first served. One that is gone meanwhile, its
 * server having crashed or its client having called it off, leaves the line unnoticed.
 */
export class WaitingLine {
  private readonly context: Pick<StateContext, "attemptOf" | "nowMs">;
  private requests = new Int32Array(16);
  private attempts = new Int32Array(16);
  private since = new Float64Array(16);
  private head = 0;
  private count = 0;

  constructor(context: Pick<StateContext, "attemptOf" | "nowMs">) {
    this.context = context;
  }

  push(request: number): void {
    if (this.count === this.requests.length) this.grow();
    const at = (this.head + this.count++) % this.requests.length;
    this.requests[at] = request;
    this.attempts[at] = this.context.attemptOf(request);
    this.since[at] = this.context.nowMs;
  }

  /** The request whose turn it is, or -1. */
  first(): number {
    while (this.count > 0) {
      const request = this.requests[this.head]!;
      if (this.context.attemptOf(request) === this.attempts[this.head]) return request;
      this.shift();
    }
    return -1;
  }

  /** Since when the first has been waiting. */
  sinceMs(): number {
    return this.since[this.head]!;
  }

  /** The first leaves the line. */
  shift(): void {
    this.head = (this.head + 1) % this.requests.length;
    this.count--;
  }

  clear(): void {
    this.count = 0;
  }

  /** Twice the room, with the first in front. */
  private grow(): void {
    const { head } = this;
    const unrolled = <T extends Int32Array | Float64Array>(from: T, to: T): T => {
      to.set(from.subarray(head));
      to.set(from.subarray(0, head), from.length - head);
      return to;
    };
    const capacity = this.requests.length * 2;
    this.requests = unrolled(this.requests, new Int32Array(capacity));
    this.attempts = unrolled(this.attempts, new Int32Array(capacity));
    this.since = unrolled(this.since, new Float64Array(capacity));
    this.head = 0;
  }
}

/** A column by the number of a request, with room for `index`. */
export function withRoomFor<T extends Float64Array | Int32Array | Uint8Array>(column: T, index: number): T {
  if (index < column.length) return column;
  const Column = column.constructor as new (length: number) => T;
  return grown(column, new Column(Math.max(2 * column.length, index + 1)));
}
