import { grown } from "../../engine/grown.ts";
import { FOUND, PENDING, type StateContext, UNAVAILABLE } from "./backend.ts";
import type { RedisFailover } from "./redis-failover.ts";
import type { RedisSettings } from "./redis-knobs.ts";
import { DOWN, HUNG, type Shard } from "./redis-shard.ts";

/** How often a server looks whether a node that hangs answers again: the end of a hang is noticed that much late at most. */
const POLL_MS = 10;
/** The epoch of an operation that its node refuses. */
const REFUSED = -1;

/**
 * Operations on their way, by request: to which node, through its one thread, and back.
 *
 * They travel half a round trip each way. Since that time is the same for all, they reach a node in the order in which
 * they were sent, and the moment each is done follows from the one before: no event for the queue itself.
 */
export class Calls {
  /** By request: the node it went to. */
  rank = new Int32Array(0);
  /** By request that waits for replicas: what it has written, plus 1; 0 for none. */
  written = new Int32Array(0);
  /** When an operation that `progress` left pending wants to be looked at again. */
  nextMs = 0;
  private readonly settings: RedisSettings;
  private readonly context: StateContext;
  private readonly failover: RedisFailover;
  /** By request: its node's epoch when it was sent, and how long the server waits where the node hangs. */
  private epoch = new Int32Array(0);
  private deadlineMs = new Float64Array(0);

  constructor(settings: RedisSettings, context: StateContext, failover: RedisFailover) {
    this.settings = settings;
    this.context = context;
    this.failover = failover;
  }

  /** Sends an operation; when its answer is back, or is looked for again. A dead node's machine refuses after a round trip. */
  sendMs(request: number, session: number, shard: Shard, rank: number, diskMs: number): number {
    if (request >= this.rank.length) this.grow(request);
    const { nowMs } = this.context;
    this.rank[request] = rank;
    this.written[request] = 0;
    this.deadlineMs[request] = Number.POSITIVE_INFINITY;
    if (shard.state[rank] === DOWN || this.failover.refuses(shard, rank)) {
      this.epoch[request] = REFUSED;
      return nowMs + this.settings.roundTripMs;
    }
    this.epoch[request] = shard.epoch[rank]!;
    return shard.state[rank] === HUNG ? this.pollMs(request) : this.workedOffMs(session, shard, rank, diskMs);
  }

  private workedOffMs(session: number, shard: Shard, rank: number, diskMs: number): number {
    const { roundTripMs, operationMs, perKibMs } = this.settings;
    this.context.countStoreOperation();
    const busyMs = operationMs + (this.context.bytesOf(session) / 1024) * perKibMs + diskMs;
    return shard.threads[rank]!.serve(this.context.nowMs + roundTripMs / 2, busyMs) + roundTripMs / 2;
  }

  private pollMs(request: number): number {
    const { nowMs } = this.context;
    if (this.deadlineMs[request] === Number.POSITIVE_INFINITY)
      this.deadlineMs[request] = nowMs + this.settings.timeoutMs;
    return Math.min(nowMs + POLL_MS, this.deadlineMs[request]!);
  }

  /** Of an operation that has come to its next moment: FOUND when it is done, else UNAVAILABLE, or PENDING until `nextMs`. */
  progress(request: number, session: number, shard: Shard, diskMs: number): number {
    const rank = this.rank[request]!;
    if (this.epoch[request] !== shard.epoch[rank]) return UNAVAILABLE;
    if (shard.state[rank] === HUNG) {
      if (this.context.nowMs >= this.deadlineMs[request]!) return UNAVAILABLE;
      this.nextMs = this.pollMs(request);
      return PENDING;
    }
    if (this.deadlineMs[request] === Number.POSITIVE_INFINITY) return FOUND;
    // The hang is over, and the node takes up what has been waiting for it.
    this.deadlineMs[request] = Number.POSITIVE_INFINITY;
    this.nextMs = this.workedOffMs(session, shard, rank, diskMs);
    return PENDING;
  }

  private grow(request: number): void {
    const capacity = Math.max(64, 2 * request);
    this.rank = grown(this.rank, new Int32Array(capacity));
    this.written = grown(this.written, new Int32Array(capacity));
    this.epoch = grown(this.epoch, new Int32Array(capacity));
    this.deadlineMs = grown(this.deadlineMs, new Float64Array(capacity));
  }
}
