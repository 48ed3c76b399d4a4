import type { StateContext } from "./backend.ts";
import { WaitingLine } from "./waiting-line.ts";
import { WriteQueues } from "./write-queue.ts";

export interface WriteBehindSettings {
  readonly queueOn: string;
  readonly flushIntervalMs: number;
  readonly batchSize: number;
  readonly batchRowMs: number;
  readonly queueSize: number;
  readonly coalesces: boolean;
  readonly socketTimeoutMs: number;
}

/** Where the writes are brought to. */
export interface WriteBehindTarget {
  /** When a batch that is sent now is committed; Infinity where nobody answers. */
  batchDoneMs(rows: number, rowMs: number): number;
  store(session: number, content: number): void;
  /** Another number whenever what was under way has failed. */
  readonly term: number;
}

export interface WriteBehindUser {
  /** A write of the session that was acknowledged will never be stored. */
  lost(session: number): void;
  /** A request that waited for a place has waited for too long. */
  gaveUp(request: number): void;
}

/** Operands of alarms. */
const FLUSH = 0;
const BATCH_DONE = 1;
const GIVE_UP = 2;

/**
 * Queues of acknowledged writes and what empties them: at every full interval, batch after batch until nothing is left of
 * what was there. A batch whose sender crashes before it is committed is lost with the rest of the queue; one that nobody
 * takes stays, and is tried again an interval later.
 */
export class WriteBehind {
  private readonly context: StateContext;
  private readonly settings: WriteBehindSettings;
  private readonly target: WriteBehindTarget;
  private readonly user: WriteBehindUser;
  private readonly firstOperand: number;
  private readonly queues: WriteQueues;
  private readonly waiting: readonly WaitingLine[];
  private readonly isFlushing: Uint8Array;
  /** Places of the queue that are under way to the target. */
  private readonly sent: Int32Array;
  private readonly sentIn: Int32Array;
  /** Counts crashes of each queue's machine; a batch of an earlier life does not arrive. */
  private readonly lives: Int32Array;

  constructor(
    context: StateContext,
    settings: WriteBehindSettings,
    target: WriteBehindTarget,
    user: WriteBehindUser,
    firstOperand: number,
  ) {
    const count = settings.queueOn === "cache" ? 1 : context.servers.count;
    this.context = context;
    this.settings = settings;
    this.target = target;
    this.user = user;
    this.firstOperand = firstOperand;
    this.queues = new WriteQueues(count, settings.coalesces);
    this.waiting = Array.from({ length: count }, () => new WaitingLine(context));
    this.isFlushing = new Uint8Array(count);
    this.sent = new Int32Array(count);
    this.sentIn = new Int32Array(count);
    this.lives = new Int32Array(count);
    context.attach(this.queues);
  }

  /** False where the queue is full. */
  put(server: number, session: number, content: number): boolean {
    const queue = this.queueOf(server);
    const isFull = this.queues.lengthOf(queue) >= this.settings.queueSize;
    if (isFull && this.queues.needsPlace(queue, session)) return false;
    this.queues.put(queue, session, content);
    this.schedule(queue);
    return true;
  }

  /** The request waits for a place, and is then asked again. */
  wait(server: number, request: number): void {
    const queue = this.queueOf(server);
    this.waiting[queue]!.push(request);
    this.wake(queue, this.context.nowMs + this.settings.socketTimeoutMs, GIVE_UP);
  }

  /** Whether a write of the session waits. */
  has(session: number): boolean {
    return this.queues.has(session);
  }

  forget(session: number): void {
    this.queues.forget(session);
  }

  elapsed(entity: number, operand: number): void {
    const queue = entity % this.lives.length;
    if (Math.floor(entity / this.lives.length) !== this.lives[queue]) return;
    if (operand === FLUSH) this.flush(queue);
    else if (operand === BATCH_DONE) this.batchDone(queue);
    else this.giveUp(this.waiting[queue]!);
  }

  private giveUp(line: WaitingLine): void {
    for (let request = line.first(); request >= 0; request = line.first()) {
      if (this.context.nowMs < line.sinceMs() + this.settings.socketTimeoutMs) return;
      line.shift();
      this.user.gaveUp(request);
    }
  }

  serverStopped(server: number): void {
    if (this.settings.queueOn === "server") this.lose(server);
  }

  cacheCrashed(): void {
    if (this.settings.queueOn === "cache") this.lose(0);
  }

  private queueOf(server: number): number {
    return this.settings.queueOn === "cache" ? 0 : server;
  }

  private schedule(queue: number): void {
    if (this.isFlushing[queue] === 1) return;
    this.isFlushing[queue] = 1;
    const { flushIntervalMs } = this.settings;
    const { nowMs } = this.context;
    const atMs = flushIntervalMs === 0 ? nowMs : (Math.floor(nowMs / flushIntervalMs) + 1) * flushIntervalMs;
    this.wake(queue, atMs, FLUSH);
  }

  private wake(queue: number, atMs: number, operand: number): void {
    this.context.schedule(atMs, this.lives[queue]! * this.lives.length + queue, this.firstOperand + operand);
  }

  private flush(queue: number): void {
    const rows = Math.min(this.settings.batchSize, this.queues.lengthOf(queue));
    const doneMs = rows === 0 ? Infinity : this.target.batchDoneMs(rows, this.settings.batchRowMs);
    if (doneMs === Infinity) {
      this.isFlushing[queue] = 0;
      if (rows > 0) this.schedule(queue);
      return;
    }
    this.sent[queue] = rows;
    this.sentIn[queue] = this.target.term;
    this.wake(queue, doneMs, BATCH_DONE);
  }

  /** The rows of the batch are stored as they are by now: a later write of one of them goes with it. */
  private batchDone(queue: number): void {
    if (this.sentIn[queue] !== this.target.term) {
      this.isFlushing[queue] = 0;
      this.schedule(queue);
      return;
    }
    this.queues.take(queue, this.sent[queue]!, (session, content) => this.target.store(session, content));
    const line = this.waiting[queue]!;
    for (let places = this.settings.queueSize - this.queues.lengthOf(queue); places > 0; places--) {
      const request = line.first();
      if (request < 0) break;
      line.shift();
      this.context.scheduleWrite(this.context.nowMs, request);
    }
    this.flush(queue);
  }

  /** The queue is gone with its machine. */
  private lose(queue: number): void {
    this.lives[queue]!++;
    this.isFlushing[queue] = 0;
    this.queues.take(queue, this.queues.lengthOf(queue), (session) => this.user.lost(session));
    const line = this.waiting[queue]!;
    for (let request = line.first(); request >= 0; request = line.first()) {
      line.shift();
      this.context.scheduleWrite(this.context.nowMs, request);
    }
  }
}

export const writeBehindKnobs = {
  queueOn: {
    unit: "choice",
    choices: ["cache", "server"],
    default: "cache",
    summary:
      "With write-behind: whose crash loses the queue, the cache's or that of the application server that wrote.",
  },
  flushIntervalMs: {
    unit: "ms",
    default: 1000,
    minimum: 1,
    summary:
      "With write-behind: the queue is emptied at this interval (Hazelcast's write-delay-seconds, there in whole seconds).",
  },
  batchSize: {
    unit: "count",
    default: 100,
    minimum: 1,
    summary: "With write-behind: rows of one statement at most (to be calibrated).",
  },
  batchRowMs: {
    unit: "ms",
    default: 0.02,
    minimum: 0,
    summary: "With write-behind: added for each row of a statement (to be calibrated).",
  },
  queueSize: {
    unit: "count",
    default: 50_000,
    minimum: 1,
    summary: "With write-behind: places in a queue (Hazelcast's capacity of 50,000 entries for a member).",
  },
  whenFull: {
    unit: "choice",
    choices: ["block", "drop", "synchronous"],
    default: "block",
    summary:
      "With write-behind: a write that finds no place waits, is only in the cache, or goes to the database itself.",
  },
  coalesces: {
    unit: "flag",
    default: true,
    summary: "With write-behind: several writes of one session take one place, and are stored as one.",
  },
} as const;
