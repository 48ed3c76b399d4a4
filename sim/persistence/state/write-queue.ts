import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";

/**
 * Writes that are acknowledged and have yet to be brought to where they last: by session the content that will be written,
 * and in queues, in order, the sessions that are waiting. With coalescing a session waits in one place however often it
 * is written; without it every write takes a place, and the newest content goes with the first.
 */
export class WriteQueues implements SessionColumns {
  private readonly coalesces: boolean;
  private content = new Int32Array(0);
  /** The queue that a session waits in, and which tenant of the slot it is. */
  private queueOf = new Int32Array(0);
  private tenancies = new Uint16Array(0);
  private readonly entries: { session: Int32Array; tenancy: Uint16Array; head: number; count: number }[];

  constructor(queues: number, coalesces: boolean) {
    this.coalesces = coalesces;
    this.entries = Array.from({ length: queues }, () => ({
      session: new Int32Array(64),
      tenancy: new Uint16Array(64),
      head: 0,
      count: 0,
    }));
  }

  grow(capacity: number): void {
    const queues = grown(this.queueOf, new Int32Array(capacity));
    queues.fill(-1, this.queueOf.length);
    this.queueOf = queues;
    this.content = grown(this.content, new Int32Array(capacity));
    this.tenancies = grown(this.tenancies, new Uint16Array(capacity));
  }

  lengthOf(queue: number): number {
    return this.entries[queue]!.count;
  }

  /** Whether a write of the session waits anywhere. */
  has(session: number): boolean {
    return this.queueOf[session] !== -1;
  }

  /** Whether a write of the session needs a place of its own in the queue. */
  needsPlace(queue: number, session: number): boolean {
    return !this.coalesces || this.queueOf[session] !== queue;
  }

  /** A write; one that waited in another queue now goes with this one, and leaves an empty place there. */
  put(queue: number, session: number, content: number): void {
    const needsPlace = this.needsPlace(queue, session);
    this.content[session] = content;
    this.queueOf[session] = queue;
    if (!needsPlace) return;
    const entries = this.entries[queue]!;
    if (entries.count === entries.session.length) this.enlarge(queue);
    const at = (entries.head + entries.count++) & (entries.session.length - 1);
    entries.session[at] = session;
    entries.tenancy[at] = this.tenancies[session]!;
  }

  /** Hands over the first `count` places of the queue: the sessions that still wait there, with what is to be written. */
  take(queue: number, count: number, each: (session: number, content: number) => void): void {
    const entries = this.entries[queue]!;
    for (let left = Math.min(count, entries.count); left > 0; left--) {
      const at = entries.head;
      entries.head = (entries.head + 1) & (entries.session.length - 1);
      entries.count--;
      const session = entries.session[at]!;
      if (this.queueOf[session] !== queue || entries.tenancy[at] !== this.tenancies[session]) continue;
      this.queueOf[session] = -1;
      each(session, this.content[session]!);
    }
  }

  /** The session has been written otherwise, or has ended: nothing of it waits any more. */
  forget(session: number): void {
    this.queueOf[session] = -1;
    this.tenancies[session]!++;
  }

  private enlarge(queue: number): void {
    const entries = this.entries[queue]!;
    const { session, tenancy, head } = entries;
    const first = session.length - head;
    entries.session = new Int32Array(session.length * 2);
    entries.session.set(session.subarray(head));
    entries.session.set(session.subarray(0, head), first);
    entries.tenancy = new Uint16Array(session.length * 2);
    entries.tenancy.set(tenancy.subarray(head));
    entries.tenancy.set(tenancy.subarray(0, head), first);
    entries.head = 0;
  }
}
