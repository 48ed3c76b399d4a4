/** What balancers tell each other of their tables: every update goes to all others and arrives, in order, after one delay. */
import { grown } from "../../engine/grown.ts";

/** Takes in an update: what `from` stored, and when its row ends there. */
export type UpdateReader = (key: number, server: number, from: number, expiresAt: number) => void;

const INITIAL_ROOM = 64;

/** A queue in a ring of columns. Nobody is called at a time of its own: who is about to look at a table delivers first. */
export class PeerUpdates {
  private readonly delayMs: number;
  private key = new Float64Array(INITIAL_ROOM);
  private server = new Int32Array(INITIAL_ROOM);
  private from = new Int32Array(INITIAL_ROOM);
  private expiresAt = new Float64Array(INITIAL_ROOM);
  private dueAtMs = new Float64Array(INITIAL_ROOM);
  private head = 0;
  private waiting = 0;

  constructor(delayMs: number) {
    this.delayMs = delayMs;
  }

  push(key: number, server: number, from: number, expiresAt: number, nowMs: number): void {
    if (this.waiting === this.key.length) this.grow();
    const at = (this.head + this.waiting++) & (this.key.length - 1);
    this.key[at] = key;
    this.server[at] = server;
    this.from[at] = from;
    this.expiresAt[at] = expiresAt;
    this.dueAtMs[at] = nowMs + this.delayMs;
  }

  /** Hands over what has arrived by now. */
  deliver(nowMs: number, read: UpdateReader): void {
    while (this.waiting > 0 && this.dueAtMs[this.head]! <= nowMs) {
      const at = this.head;
      this.head = (at + 1) & (this.key.length - 1);
      this.waiting--;
      read(this.key[at]!, this.server[at]!, this.from[at]!, this.expiresAt[at]!);
    }
  }

  /** Twice the room, with the ring turned so that it begins at the first place. */
  private grow(): void {
    const { head } = this;
    const turned = <T extends Float64Array | Int32Array>(from: T, to: T): T => {
      grown(from.subarray(head) as T, to);
      to.set(from.subarray(0, head), from.length - head);
      return to;
    };
    const room = 2 * this.key.length;
    this.key = turned(this.key, new Float64Array(room));
    this.server = turned(this.server, new Int32Array(room));
    this.from = turned(this.from, new Int32Array(room));
    this.expiresAt = turned(this.expiresAt, new Float64Array(room));
    this.dueAtMs = turned(this.dueAtMs, new Float64Array(room));
    this.head = 0;
  }
}
