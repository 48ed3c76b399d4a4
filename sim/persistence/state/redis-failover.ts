import { ALL_NODES, type StateContext, type StoreFaultKind } from "./backend.ts";
import { FailoverClock } from "./redis-failover-clock.ts";
import type { RedisSettings } from "./redis-knobs.ts";
import type { Shard } from "./redis-shard.ts";
import { UP } from "./store-calls.ts";

/** Kinds of its events: low bits of the operand, below the number of the failure they belong to. */
const AGREED = 0;
const PROMOTED = 1;
const KINDS = 4;
const SERIALS = 0x80000;

/**
 * What becomes of a Redis when its nodes fail: who notices when, who takes over, which servers hear of it.
 *
 * Nodes count from 0: first the primaries, one for each shard, then one replica for each shard, then the next of each. A
 * failover under way is called off when the primary is back before the others agreed that it is down.
 */
export class RedisFailover {
  private readonly settings: RedisSettings;
  private readonly context: StateContext;
  private readonly shards: readonly Shard[];
  private readonly clock: FailoverClock;
  /** By shard: failures of its primary so far; an event of another one is too late. */
  private readonly failures: Int32Array;
  /** By shard: 1 while it is known to be without a primary, and while it waits for a replica that could take over. */
  private readonly isFailed: Uint8Array;
  private readonly isWaiting: Uint8Array;
  private failed = 0;

  constructor(settings: RedisSettings, context: StateContext, shards: readonly Shard[]) {
    this.settings = settings;
    this.context = context;
    this.shards = shards;
    this.clock = new FailoverClock(settings, (purpose) => context.drawsOf(purpose));
    this.failures = new Int32Array(shards.length);
    this.isFailed = new Uint8Array(shards.length);
    this.isWaiting = new Uint8Array(shards.length);
  }

  /** Calls `visit` for each node that a fault on `node` befalls. */
  forEachNode(node: number, visit: (shard: Shard, rank: number) => void): void {
    const count = this.shards.length;
    if (node !== ALL_NODES) {
      const shard = this.shards[node % count]!;
      const rank = Math.floor(node / count);
      if (rank < shard.ranks) visit(shard, rank);
      return;
    }
    for (const shard of this.shards) for (let rank = 0; rank < shard.ranks; rank++) visit(shard, rank);
  }

  fall(kind: StoreFaultKind, node: number): void {
    const { nowMs } = this.context;
    this.forEachNode(node, (shard, rank) => {
      if (kind === "hang" && shard.state[rank] !== UP) return;
      const wasWell = shard.isWell(rank);
      shard.fall(kind, rank, nowMs);
      if (rank === shard.primary && wasWell && this.settings.topology !== "single") this.begin(kind, shard);
    });
  }

  rise(kind: StoreFaultKind, node: number): void {
    const { nowMs } = this.context;
    this.forEachNode(node, (shard, rank) => {
      shard.rise(kind, rank, nowMs);
      // What the others have agreed on goes on, though the primary is back.
      if (rank === shard.primary && shard.isWell(rank) && this.isFailed[shard.number] === 0)
        this.failures[shard.number]!++;
    });
    for (const shard of this.shards) {
      if (this.isWaiting[shard.number] === 1) this.promote(shard);
    }
  }

  private begin(kind: StoreFaultKind, shard: Shard): void {
    const { nowMs } = this.context;
    const failure = ++this.failures[shard.number]!;
    const { agreedAtMs, promotedAtMs } =
      this.settings.topology === "sentinel"
        ? this.clock.sentinel(kind, nowMs, shard.number, failure)
        : this.clock.cluster(nowMs, shard.number, failure);
    if (agreedAtMs === Number.POSITIVE_INFINITY) return;
    const serial = (failure % SERIALS) * KINDS;
    this.context.schedule(agreedAtMs, shard.number, serial + AGREED);
    this.context.schedule(promotedAtMs, shard.number, serial + PROMOTED);
  }

  /** One of its events; false for somebody else's. */
  elapsed(number: number, operand: number): boolean {
    const kind = operand % KINDS;
    if (kind > PROMOTED) return false;
    if (Math.floor(operand / KINDS) !== this.failures[number]! % SERIALS) return true;
    if (kind === AGREED) this.mark(number, 1);
    else this.promote(this.shards[number]!);
    return true;
  }

  private mark(number: number, isFailed: number): void {
    this.failed += isFailed - this.isFailed[number]!;
    this.isFailed[number] = isFailed;
  }

  private promote(shard: Shard): void {
    const { nowMs } = this.context;
    const { number } = shard;
    const best = shard.bestReplica();
    this.isWaiting[number] = 0;
    if (best < 0 || !this.hasMajority()) {
      // The primary itself is as good as any, when it is back and nobody has taken its place.
      if (shard.isWell(shard.primary)) this.mark(number, 0);
      else this.isWaiting[number] = 1;
      return;
    }
    shard.promote(best, nowMs);
    this.mark(number, 0);
    const servers = this.context.servers.count;
    const isolated = shard.isSplit ? Math.round(this.settings.isolatedFraction * servers) : 0;
    for (let server = 0; server < servers; server++) {
      shard.learnsAtMs[server] =
        server < isolated ? Number.POSITIVE_INFINITY : this.clock.learnedAtMs(nowMs, server, this.failures[number]!);
    }
  }

  /** Whether most primaries of a cluster can vote. */
  private hasMajority(): boolean {
    if (this.settings.topology !== "cluster") return true;
    return 2 * this.shards.filter((shard) => shard.isWell(shard.primary)).length > this.shards.length;
  }

  /** Whether a node that runs refuses all the same: the cluster is not complete, or the node is without a majority. */
  refuses(shard: Shard, rank: number): boolean {
    if (this.settings.topology !== "cluster") return false;
    if (shard.isCut[rank] === 1) return this.context.nowMs >= shard.cutAtMs[rank]! + this.settings.nodeTimeoutMs;
    return this.failed > 0 && (this.settings.requireFullCoverage || 2 * this.failed >= this.shards.length);
  }
}
