import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import {
  Backend,
  CONFLICT,
  defineState,
  FOUND,
  PENDING,
  type StateContext,
  type StoreFaultKind,
  UNAVAILABLE,
  WRITTEN,
} from "./backend.ts";
import { Copies } from "./redis-copies.ts";
import type { Persistence } from "./redis-disk.ts";
import { RedisFailover } from "./redis-failover.ts";
import { type RedisSettings, redisKnobs } from "./redis-knobs.ts";
import { CYCLE_MS, type EvictionPolicy, Memory } from "./redis-memory.ts";
import { Shard } from "./redis-shard.ts";
import { SlowCommands } from "./slow-commands.ts";
import { Calls, DOWN, UP } from "./store-calls.ts";

/** What Spring Session adds to the life of its keys, so that the application says when a session is over. */
const GRACE_MS = 300_000;
const BYTES_OF_GIB = 1024 * 1024 * 1024;

/** Kinds of the backend's own events, beside those of failover. */
const SNAPSHOT = 2;
const EXPIRY_CYCLE = 3;

/**
 * Redis: one thread for each node, first come first served, however many servers ask. Each request reads, and then writes
 * or refreshes the expiry.
 */
class Redis extends Backend implements SessionColumns {
  private readonly context: StateContext;
  private readonly settings: RedisSettings;
  private readonly data: Copies;
  private readonly shards: readonly Shard[];
  private readonly failover: RedisFailover;
  private readonly calls: Calls;
  private readonly slowCommands: SlowCommands | null;
  /** By shard; none without a limit. */
  private readonly memories: readonly Memory[];
  private readonly ttlMs: number;
  private expiresAtMs = new Float64Array(0);
  /** By request: 1 for a write that waits for replicas. */
  private isWaiting = new Uint8Array(0);
  /** Whose turn it is among the replicas. */
  private turn = 0;

  constructor(context: StateContext, settings: RedisSettings) {
    super();
    this.context = context;
    this.settings = settings;
    const { topology } = settings;
    const replicas = settings.replicas ?? (topology === "single" ? 0 : 1);
    const count = topology === "cluster" ? settings.shards : 1;
    const persistence = settings.persistence as Persistence;
    const hasDisk = persistence === "snapshots" || persistence === "everysec";
    this.data = new Copies(replicas + 1, count, hasDisk, (session) => context.visitOf(session));
    context.attach(this.data);
    const wake = (shard: number, atMs: number) => context.schedule(atMs, shard, SNAPSHOT);
    const own = { ...settings, replicas, persistence };
    this.shards = Array.from(
      { length: count },
      (_, shard) => new Shard(shard, this.data, own, context.servers.count, wake),
    );
    this.failover = new RedisFailover(settings, context, this.shards);
    this.calls = new Calls(settings, context);
    const { slowCommandEveryMs, slowCommandMs } = settings;
    const draws = context.drawsOf("slow command");
    this.slowCommands =
      slowCommandEveryMs === null
        ? null
        : new SlowCommands(count * (replicas + 1), slowCommandMs, slowCommandEveryMs, draws);
    const { idleTimeoutMs } = context.rules;
    this.ttlMs = settings.ttlMs ?? (idleTimeoutMs === null ? Number.POSITIVE_INFINITY : idleTimeoutMs + GRACE_MS);
    if (this.ttlMs < Number.POSITIVE_INFINITY) context.attach(this);
    this.memories = settings.maxMemoryBytes === null ? [] : this.shards.map(({ number }) => this.memoryOf(number));
  }

  private memoryOf(shard: number): Memory {
    const { maxMemoryBytes, maxMemoryPolicy, keyOverheadBytes } = this.settings;
    const policy = maxMemoryPolicy as EvictionPolicy;
    const limits = { maxMemoryBytes: maxMemoryBytes!, policy, overheadBytes: keyOverheadBytes, ttlMs: this.ttlMs };
    const memory = new Memory(limits, shard, (purpose) => this.context.drawsOf(purpose));
    this.context.attach(memory);
    return memory;
  }

  grow(capacity: number): void {
    this.expiresAtMs = grown(this.expiresAtMs, new Float64Array(capacity));
  }

  copies(): number {
    return this.shards[0]!.ranks;
  }

  read(request: number, server: number): number {
    const session = this.context.sessionOf(request);
    const shard = this.shards[this.data.shardOf(session)]!;
    const rank = this.readingRank(shard, server);
    this.context.scheduleRead(this.sendMs(request, session, shard, rank, 0), request);
    return PENDING;
  }

  override readDone(request: number): number {
    const { nowMs } = this.context;
    const session = this.context.sessionOf(request);
    const shard = this.shards[this.data.shardOf(session)]!;
    const progress = this.calls.progress(request, session, shard, 0);
    if (progress === PENDING) this.context.scheduleRead(this.calls.nextMs, request);
    if (progress !== FOUND) return progress;
    const rank = this.calls.node[request]!;
    const contains = shard.heldBy(rank, session, nowMs);
    const isBehind = shard.isSplit || rank !== shard.primary;
    this.cause = isBehind ? (shard.isSplit ? "split-brain" : "replication-lag") : this.data.reasonOf(session);
    if (contains < 0)
      return this.missing(isBehind && this.data.reasonOf(session) !== null ? this.data.reasonOf(session) : this.cause);
    if (this.ttlMs < Number.POSITIVE_INFINITY && this.expiresAtMs[session]! < nowMs) {
      if (this.memories.length > 0) this.memories[shard.number]!.remove(session);
      return this.missing("expired-early");
    }
    if (this.memories.length > 0) this.memories[shard.number]!.touch(session, nowMs, false);
    this.writesRead = contains;
    return FOUND;
  }

  write(request: number, server: number, _contains: number, changed: boolean): number {
    if (!changed && !this.settings.touches) return WRITTEN;
    const session = this.context.sessionOf(request);
    const shard = this.shards[this.data.shardOf(session)]!;
    const rank = shard.primaryFor(server, this.context.nowMs);
    const sendMs = this.sendMs(request, session, shard, rank, this.diskMs(changed));
    if (request >= this.isWaiting.length)
      this.isWaiting = grown(this.isWaiting, new Uint8Array(Math.max(64, 2 * request)));
    this.isWaiting[request] = 0;
    this.context.scheduleWrite(sendMs, request);
    return PENDING;
  }

  override writeDone(request: number, _server: number, contains: number, changed: boolean): number {
    const { context } = this;
    const { nowMs } = context;
    const session = context.sessionOf(request);
    const shard = this.shards[this.data.shardOf(session)]!;
    const progress = this.calls.progress(request, session, shard, this.diskMs(changed));
    if (progress === PENDING) context.scheduleWrite(this.calls.nextMs, request);
    if (progress !== FOUND) return progress;
    const rank = this.calls.node[request]!;
    // A replica, as one that was a primary a moment ago, takes no writes.
    if (!shard.isPrimary(rank)) return UNAVAILABLE;
    if (!changed) {
      this.refresh(session, shard, nowMs);
      return WRITTEN;
    }
    if (this.isWaiting[request] === 0) {
      if (shard.goodReplicas(rank, nowMs) < this.settings.minReplicas) return UNAVAILABLE;
      if (this.memories.length > 0 && this.isFull(shard)) return UNAVAILABLE;
      if (this.settings.waitReplicas > 0) {
        this.isWaiting[request] = 1;
        context.scheduleWrite(nowMs + this.waitMs(shard), request);
        return PENDING;
      }
    }
    const content = context.contentOf(Math.max(0, shard.heldBy(rank, session, nowMs)), contains, true);
    if (content < 0) return CONFLICT;
    this.store(session, shard, rank, content);
    // What WAIT saw arrive is with the replicas, whatever their lag.
    if (this.isWaiting[request] === 1 && shard.followers >= this.settings.waitReplicas) shard.settle(nowMs);
    this.writesWritten = content;
    return WRITTEN;
  }

  /**
   * WAIT is an operation of its own, which is answered when enough replicas have the write, or gives up. Until then nobody
   * sees the write here.
   */
  private waitMs(shard: Shard): number {
    const { waitReplicas, waitTimeoutMs, replicationLagMs, roundTripMs } = this.settings;
    const isEnough = shard.followers >= waitReplicas && replicationLagMs <= waitTimeoutMs;
    return roundTripMs + (isEnough ? replicationLagMs : waitTimeoutMs);
  }

  private store(session: number, shard: Shard, rank: number, content: number): void {
    const { context } = this;
    const { nowMs } = context;
    const bytes = context.bytesOf(session);
    shard.store(rank, session, content, nowMs);
    context.countReplication(shard.followers, shard.followers * bytes);
    if (this.ttlMs < Number.POSITIVE_INFINITY) this.expiresAtMs[session] = nowMs + this.ttlMs;
    if (this.memories.length === 0) return;
    const memory = this.memories[shard.number]!;
    if (memory.count === 0 && this.ttlMs < Number.POSITIVE_INFINITY) {
      context.schedule(nowMs + CYCLE_MS, shard.number, EXPIRY_CYCLE);
    }
    memory.store(session, bytes, nowMs);
  }

  private refresh(session: number, shard: Shard, nowMs: number): void {
    if (this.ttlMs < Number.POSITIVE_INFINITY) this.expiresAtMs[session] = nowMs + this.ttlMs;
    if (this.memories.length > 0) this.memories[shard.number]!.touch(session, nowMs, true);
  }

  /** Makes room for a write as far as the policy lets it, and says whether that was in vain. */
  private isFull(shard: Shard): boolean {
    const memory = this.memories[shard.number]!;
    for (let session = memory.evict(); session !== null; session = memory.evict()) {
      if (session >= 0) this.data.remove(session, "store-eviction");
    }
    return memory.isFull();
  }

  /** A replica of its own turn that is up, else the primary. */
  private readingRank(shard: Shard, server: number): number {
    const primary = shard.primaryFor(server, this.context.nowMs);
    if (this.settings.readFrom === "primary") return primary;
    for (let tried = 0; tried < shard.ranks; tried++) {
      const rank = this.turn++ % shard.ranks;
      if (rank !== primary && shard.state[rank] !== DOWN) return rank;
    }
    return primary;
  }

  private sendMs(request: number, session: number, shard: Shard, rank: number, diskMs: number): number {
    const reachesMs = this.context.nowMs + this.settings.roundTripMs / 2;
    this.slowCommands?.serve(shard.number * shard.ranks + rank, shard.threads[rank]!, reachesMs);
    return this.calls.sendMs(request, session, shard, rank, diskMs, this.failover.refuses(shard, rank));
  }

  private diskMs(changed: boolean): number {
    return changed && this.settings.persistence === "always" ? this.settings.fsyncMs : 0;
  }

  override elapsed(entity: number, operand: number): void {
    if (this.failover.elapsed(entity, operand)) return;
    const shard = this.shards[entity]!;
    if (operand === SNAPSHOT) this.saveIfDue(shard);
    else this.expire(shard);
  }

  private saveIfDue(shard: Shard): void {
    const { context, data } = this;
    const { primary } = shard;
    if (shard.state[primary] !== UP || !shard.disk.isDue(context.nowMs)) return;
    const held = data.held[primary]!;
    shard.disk.save(context.nowMs, held);
    let bytes = 0;
    data.forEach(shard.number, held, (session) => {
      bytes += context.bytesOf(session);
    });
    const pauseMs = (bytes / BYTES_OF_GIB) * this.settings.forkMsPerGib;
    const thread = shard.threads[primary]!;
    thread.stall(context.nowMs + thread.waitMs(context.nowMs) + pauseMs);
  }

  private expire(shard: Shard): void {
    const memory = this.memories[shard.number]!;
    memory.expire(this.context.nowMs);
    if (memory.count > 0) this.context.schedule(this.context.nowMs + CYCLE_MS, shard.number, EXPIRY_CYCLE);
  }

  override storeFaultBegins(kind: StoreFaultKind, node: number): void {
    if (kind !== "flush") {
      this.failover.fall(kind, node);
      return;
    }
    this.failover.forEachNode(node, (shard, rank) => {
      if (rank !== shard.primary) return;
      shard.clear(this.context.nowMs);
      if (this.memories.length > 0) this.memories[shard.number]!.clear();
    });
  }

  override storeFaultEnds(kind: StoreFaultKind, node: number): void {
    if (kind !== "flush") this.failover.rise(kind, node);
  }

  forget(session: number): void {
    if (this.memories.length > 0) this.memories[this.data.shardOf(session)]!.detach(session);
    this.data.forget(session);
  }
}

/** For backends that keep copies of their own in front of one. */
export const createRedis = (settings: RedisSettings, context: StateContext): Backend => new Redis(context, settings);

export const redis = defineState({
  name: "redis",
  aliases: ["central-store", "redis-sessions", "Spring Session", "connect-redis"],
  summary:
    "All servers keep session data in a Redis: a single one, a primary with replicas and Sentinels, or a cluster.",
  whenToUse: "Any server can serve any request; servers may come and go.",
  knownFlaw:
    "Two round trips on every request; when a primary dies nobody is served until another takes over, half a minute at Sentinel's defaults, and the last acknowledged writes are gone.",
  source:
    "Redis 7.2: redis.conf, sentinel.conf, sentinel.c, cluster.c, evict.c; 72,000–80,000 SET/s without pipelining; Spring Session 3, connect-redis 7.",
  knobs: redisKnobs,
  create: (settings, context) => new Redis(context, settings),
});
