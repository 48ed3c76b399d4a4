import { grown } from "../../engine/grown.ts";

/** Writes on their way to a node, first in first out, each with the moment from which the node has it. */
export class WriteInbox {
  private session = new Int32Array(64);
  /** Which tenant of the session's slot the write is about. */
  private tenancy = new Uint16Array(64);
  private content = new Int32Array(64);
  private stamp = new Float64Array(64);
  private due = new Float64Array(64);
  private head = 0;
  private count = 0;

  get length(): number {
    return this.count;
  }

  push(session: number, tenancy: number, content: number, stamp: number, dueMs: number): void {
    if (this.count === this.session.length) this.enlarge();
    const at = (this.head + this.count++) & (this.session.length - 1);
    this.session[at] = session;
    this.tenancy[at] = tenancy;
    this.content[at] = content;
    this.stamp[at] = stamp;
    this.due[at] = dueMs;
  }

  /** Hands over, in order, what the node has by `nowMs`. */
  settle(
    nowMs: number,
    apply: (session: number, tenancy: number, content: number, stamp: number, dueMs: number) => void,
  ): void {
    while (this.count > 0 && this.due[this.head]! <= nowMs) {
      const at = this.head;
      this.head = (this.head + 1) & (this.session.length - 1);
      this.count--;
      apply(this.session[at]!, this.tenancy[at]!, this.content[at]!, this.stamp[at]!, this.due[at]!);
    }
  }

  /** What has not arrived by `nowMs` arrives no earlier than `untilMs`, which may be Infinity. */
  hold(nowMs: number, untilMs: number): void {
    for (let k = 0; k < this.count; k++) {
      const at = (this.head + k) & (this.session.length - 1);
      if (this.due[at]! > nowMs) this.due[at] = untilMs;
    }
  }

  clear(): void {
    this.count = 0;
  }

  private enlarge(): void {
    const capacity = this.session.length * 2;
    const { head } = this;
    const first = this.session.length - head;
    const unrolled = <T extends Float64Array | Int32Array | Uint16Array>(from: T, to: T): T => {
      const rest = from.slice(0, head);
      grown(from.subarray(head) as T, to).set(rest, first);
      return to;
    };
    this.session = unrolled(this.session, new Int32Array(capacity));
    this.tenancy = unrolled(this.tenancy, new Uint16Array(capacity));
    this.content = unrolled(this.content, new Int32Array(capacity));
    this.stamp = unrolled(this.stamp, new Float64Array(capacity));
    this.due = unrolled(this.due, new Float64Array(capacity));
    this.head = 0;
  }
}
