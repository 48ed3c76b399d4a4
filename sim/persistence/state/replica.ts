import { grown } from "../../engine/grown.ts";
import { Station } from "./station.ts";

/**
 * A copy that follows a primary through its log: what is committed arrives a constant time later and is applied in order
 * by a single worker, so the lag a reader sees is the way plus the queue at that worker.
 *
 * What has arrived is not lost any more: a replica that is promoted first applies all of it, as MySQL's relay log and
 * PostgreSQL's write-ahead log are. Nothing of this costs events; what has been applied by now is caught up with when
 * somebody looks.
 */
export class Replica {
  /** By session: acknowledged writes in the copy, as far as `settle` has been told of the time. */
  contains = new Int32Array(0);
  isAttached = true;
  /** Before this time it has yet to catch up with what it missed, and is asked for nothing. */
  readyAtMs = 0;
  /** Writes, and their bytes, that it has not got while it was detached. */
  missed = 0;
  missedBytes = 0;
  /** Of the write that was shipped last. */
  receivedAtMs = 0;
  appliedAtMs = 0;
  private readonly delayMs: number;
  private readonly applier = new Station(1);
  private session = new Int32Array(64);
  /** Which tenant of the session's slot a write is about. */
  private tenancy = new Uint16Array(64);
  private content = new Int32Array(64);
  private bytes = new Float64Array(64);
  private received = new Float64Array(64);
  private applied = new Float64Array(64);
  private head = 0;
  private count = 0;

  constructor(delayMs: number) {
    this.delayMs = delayMs;
  }

  grow(capacity: number): void {
    this.contains = grown(this.contains, new Int32Array(capacity));
  }

  /** A write that the primary commits at `atMs`, later than all before it; applying it takes `applyMs`. */
  ship(session: number, tenancy: number, content: number, bytes: number, atMs: number, applyMs: number): void {
    if (!this.isAttached) {
      this.missed++;
      this.missedBytes += bytes;
      return;
    }
    this.receivedAtMs = atMs + this.delayMs;
    this.appliedAtMs = this.applier.serve(this.receivedAtMs, applyMs);
    if (this.count === this.session.length) this.enlarge();
    const at = (this.head + this.count++) & (this.session.length - 1);
    this.session[at] = session;
    this.tenancy[at] = tenancy;
    this.content[at] = content;
    this.bytes[at] = bytes;
    this.received[at] = this.receivedAtMs;
    this.applied[at] = this.appliedAtMs;
  }

  /** Applies what is due by `nowMs`, Infinity for all that it has; `tenancies` are the present ones by session. */
  settle(nowMs: number, tenancies: Uint16Array): void {
    while (this.count > 0 && this.applied[this.head]! <= nowMs) {
      const session = this.session[this.head]!;
      if (tenancies[session] === this.tenancy[this.head]) this.contains[session] = this.content[this.head]!;
      this.head = (this.head + 1) & (this.session.length - 1);
      this.count--;
    }
  }

  /** When it will have applied all that it has. */
  get appliedAllAtMs(): number {
    return this.applier.serve(0, 0);
  }

  /** The primary can no longer be heard: what is under way does not arrive. */
  detach(nowMs: number): void {
    this.isAttached = false;
    while (this.count > 0) {
      const last = (this.head + this.count - 1) & (this.session.length - 1);
      if (this.received[last]! <= nowMs) break;
      this.missed++;
      this.missedBytes += this.bytes[last]!;
      this.count--;
    }
  }

  /** Follows the primary that has `contains` again, and is ready once it has applied what it missed. */
  attach(nowMs: number, contains: Int32Array, applyMs: number): void {
    this.isAttached = true;
    this.count = 0;
    this.contains.set(contains);
    this.readyAtMs = this.applier.serve(nowMs, this.missed * applyMs);
    this.missed = 0;
    this.missedBytes = 0;
  }

  forget(session: number): void {
    this.contains[session] = 0;
  }

  private enlarge(): void {
    const { head } = this;
    const unrolled = <T extends Float64Array | Int32Array | Uint16Array>(from: T, to: T): T => {
      to.set(from.subarray(head));
      to.set(from.subarray(0, head), from.length - head);
      return to;
    };
    const capacity = this.session.length * 2;
    this.session = unrolled(this.session, new Int32Array(capacity));
    this.tenancy = unrolled(this.tenancy, new Uint16Array(capacity));
    this.content = unrolled(this.content, new Int32Array(capacity));
    this.bytes = unrolled(this.bytes, new Float64Array(capacity));
    this.received = unrolled(this.received, new Float64Array(capacity));
    this.applied = unrolled(this.applied, new Float64Array(capacity));
    this.head = 0;
  }
}
