import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { WriteInbox } from "./write-inbox.ts";

/**
 * What each of several equal nodes has of every session: acknowledged writes in its row, the stamp of the write that made
 * the row, and by which node's clock. Rows of other nodes arrive in inboxes, one for each pair of nodes.
 *
 * "order": what arrives replaces what is there, since all nodes take writes in one order. "stamp": the row with the newer
 * stamp stays, whichever came first. A row that stays though it was written before the one it displaces is remembered: the
 * clocks were to blame.
 */
export class NodeCopies implements SessionColumns {
  readonly count: number;
  private tenancies = new Uint16Array(0);
  private readonly rule: "order" | "stamp";
  /** By node: how far its clock is ahead of true time. */
  private readonly offsetsMs: readonly number[];
  private readonly contains: Int32Array[];
  private readonly stamps: Float64Array[];
  private readonly writers: Uint8Array[];
  private readonly inboxes: readonly (readonly WriteInbox[])[];
  private skewed = new Uint8Array(0);
  private readonly applies: readonly ((
    session: number,
    tenancy: number,
    content: number,
    stamp: number,
    dueMs: number,
  ) => void)[][];

  constructor(rule: "order" | "stamp", offsetsMs: readonly number[]) {
    this.rule = rule;
    this.offsetsMs = offsetsMs;
    this.count = offsetsMs.length;
    this.contains = offsetsMs.map(() => new Int32Array(0));
    this.stamps = offsetsMs.map(() => new Float64Array(0));
    this.writers = offsetsMs.map(() => new Uint8Array(0));
    this.inboxes = offsetsMs.map(() => offsetsMs.map(() => new WriteInbox()));
    this.applies = offsetsMs.map((_, node) =>
      offsetsMs.map((_, writer) => (session: number, tenancy: number, content: number, stamp: number) => {
        if (this.tenancies[session] === tenancy) this.put(node, session, content, stamp, writer);
      }),
    );
  }

  grow(capacity: number): void {
    for (let node = 0; node < this.count; node++) {
      this.contains[node] = grown(this.contains[node]!, new Int32Array(capacity));
      this.stamps[node] = grown(this.stamps[node]!, new Float64Array(capacity));
      this.writers[node] = grown(this.writers[node]!, new Uint8Array(capacity));
    }
    this.tenancies = grown(this.tenancies, new Uint16Array(capacity));
    this.skewed = grown(this.skewed, new Uint8Array(capacity));
  }

  /** Acknowledged writes in the node's row at `nowMs`; 0 where it has none. */
  contentOn(node: number, session: number, nowMs: number): number {
    this.settle(node, nowMs);
    return this.contains[node]![session]!;
  }

  /** Whether any node has a row. */
  isAnywhere(session: number): boolean {
    return this.contains.some((column) => column[session]! > 0);
  }

  /** Whether a write of the session was displaced by an older one. */
  isSkewed(session: number): boolean {
    return this.skewed[session] === 1;
  }

  /** The node writes a row at `nowMs` by its own clock; false where the row that it had is newer by the stamp. */
  write(node: number, session: number, content: number, nowMs: number): boolean {
    this.settle(node, nowMs);
    if (this.rule === "stamp") this.skewed[session] = 0;
    return this.put(node, session, content, nowMs + this.offsetsMs[node]!, node);
  }

  /** The node's row is on its way to another, who has it from `dueMs` on. */
  send(from: number, to: number, session: number, dueMs: number): void {
    const content = this.contains[from]![session]!;
    this.inboxes[to]![from]!.push(session, this.tenancies[session]!, content, this.stamps[from]![session]!, dueMs);
  }

  private put(node: number, session: number, content: number, stamp: number, writer: number): boolean {
    const stamps = this.stamps[node]!;
    const writers = this.writers[node]!;
    if (this.rule === "stamp" && this.contains[node]![session]! > 0) {
      const held = stamps[session]!;
      const isNewer = stamp > held || (stamp === held && writer > writers[session]!);
      const wasLater = stamp - this.offsetsMs[writer]! > held - this.offsetsMs[writers[session]!]!;
      if (writer !== writers[session] && isNewer !== wasLater) this.skewed[session] = 1;
      if (!isNewer) return false;
    }
    this.contains[node]![session] = content;
    stamps[session] = stamp;
    writers[session] = writer;
    return true;
  }

  private settle(node: number, nowMs: number): void {
    for (let from = 0; from < this.count; from++) {
      const inbox = this.inboxes[node]![from]!;
      if (inbox.length > 0) inbox.settle(nowMs, this.applies[node]![from]!);
    }
  }

  /** Nothing more gets through between the two until `untilMs`, which may be Infinity. */
  hold(one: number, other: number, nowMs: number, untilMs: number): void {
    this.inboxes[one]![other]!.hold(nowMs, untilMs);
    this.inboxes[other]![one]!.hold(nowMs, untilMs);
  }

  /** The node takes over all that another one has. */
  transfer(from: number, to: number): void {
    this.settle(from, Infinity);
    for (const inbox of this.inboxes[to]!) inbox.clear();
    this.contains[to]!.set(this.contains[from]!);
    this.stamps[to]!.set(this.stamps[from]!);
    this.writers[to]!.set(this.writers[from]!);
  }

  forget(session: number): void {
    for (const column of this.contains) column[session] = 0;
    this.tenancies[session]!++;
    this.skewed[session] = 0;
  }

  /** All rows are gone; calls `each` for the sessions that had one. */
  flush(each: (session: number) => void): void {
    for (let session = 0; session < this.tenancies.length; session++) {
      if (this.isAnywhere(session)) each(session);
      this.tenancies[session]!++;
    }
    for (const contains of this.contains) contains.fill(0);
  }
}
