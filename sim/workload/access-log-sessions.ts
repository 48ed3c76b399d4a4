/**
 * Cuts each client's requests into sessions at its silences. Holds one slot for each client that asked for something
 * within the gap, in a list from the one that has been silent longest; slots are recycled.
 */
import { grown } from "../engine/grown.ts";

export interface EndedSession {
  readonly session: number;
  readonly requests: number;
  readonly lastAtMs: number;
  /** The second, on the log's clock, in which the gap was full; null when the log ended first. */
  readonly silentAtSec: number | null;
}

const INITIAL_CAPACITY = 256;

export class AccessSessions {
  /** Sessions begun. */
  begun = 0;
  /** Clients that had a slot at once, at most. */
  clientsAtOnce = 0;
  private readonly gapSec: number;
  private readonly ended: (session: EndedSession) => void;
  private readonly slotOf = new Map<number, number>();
  private client = new Float64Array(INITIAL_CAPACITY);
  private session = new Float64Array(INITIAL_CAPACITY);
  private requests = new Uint32Array(INITIAL_CAPACITY);
  private lastSec = new Float64Array(INITIAL_CAPACITY);
  private lastAtMs = new Float64Array(INITIAL_CAPACITY);
  /** Links of the list; `next` also links the free slots. */
  private previous = new Int32Array(INITIAL_CAPACITY);
  private next = new Int32Array(INITIAL_CAPACITY);
  private head = -1;
  private tail = -1;
  private free = -1;
  private used = 0;

  constructor(gapSec: number, ended: (session: EndedSession) => void) {
    this.gapSec = gapSec;
    this.ended = ended;
  }

  /** Ends the sessions whose client has been silent for the gap when `second` begins. */
  expire(second: number): void {
    while (this.head >= 0 && this.lastSec[this.head]! + this.gapSec <= second) {
      this.end(this.head, this.lastSec[this.head]! + this.gapSec);
    }
  }

  /** The log is over: ends the sessions that are still open, in the order of their last requests. */
  endAll(): void {
    while (this.head >= 0) this.end(this.head, null);
  }

  private end(slot: number, silentAtSec: number | null): void {
    this.ended({
      session: this.session[slot]!,
      requests: this.requests[slot]!,
      lastAtMs: this.lastAtMs[slot]!,
      silentAtSec,
    });
    this.unlink(slot);
    this.slotOf.delete(this.client[slot]!);
    this.next[slot] = this.free;
    this.free = slot;
  }

  /** A request of `client`; seconds never decrease. Returns its slot, for `sessionOf` and `isFirst`. */
  request(client: number, second: number, atMs: number): number {
    const known = this.slotOf.get(client);
    const slot = known ?? this.begin(client);
    if (known !== undefined) this.unlink(slot);
    this.requests[slot]!++;
    this.lastSec[slot] = second;
    this.lastAtMs[slot] = atMs;
    this.link(slot);
    return slot;
  }

  /** Ordinal of the session, from 0 in the order of first requests. */
  sessionOf(slot: number): number {
    return this.session[slot]!;
  }

  isFirst(slot: number): boolean {
    return this.requests[slot] === 1;
  }

  private begin(client: number): number {
    let slot = this.free;
    if (slot >= 0) this.free = this.next[slot]!;
    else {
      if (this.used === this.next.length) this.grow();
      slot = this.used++;
    }
    this.slotOf.set(client, slot);
    this.clientsAtOnce = Math.max(this.clientsAtOnce, this.slotOf.size);
    this.client[slot] = client;
    this.session[slot] = this.begun++;
    this.requests[slot] = 0;
    return slot;
  }

  private link(slot: number): void {
    this.previous[slot] = this.tail;
    this.next[slot] = -1;
    if (this.tail >= 0) this.next[this.tail] = slot;
    else this.head = slot;
    this.tail = slot;
  }

  private unlink(slot: number): void {
    const previous = this.previous[slot]!;
    const next = this.next[slot]!;
    if (previous >= 0) this.next[previous] = next;
    else this.head = next;
    if (next >= 0) this.previous[next] = previous;
    else this.tail = previous;
  }

  private grow(): void {
    const capacity = 2 * this.used;
    this.client = grown(this.client, new Float64Array(capacity));
    this.session = grown(this.session, new Float64Array(capacity));
    this.requests = grown(this.requests, new Uint32Array(capacity));
    this.lastSec = grown(this.lastSec, new Float64Array(capacity));
    this.lastAtMs = grown(this.lastAtMs, new Float64Array(capacity));
    this.previous = grown(this.previous, new Int32Array(capacity));
    this.next = grown(this.next, new Int32Array(capacity));
  }
}
