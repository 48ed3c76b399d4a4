import type { StoreFaultKind } from "./backend.ts";
import type { Copies } from "./redis-copies.ts";
import { Disk, type Persistence } from "./redis-disk.ts";
import { Station } from "./station.ts";
import { DOWN, HUNG, type StoreNodes, UP } from "./store-calls.ts";
import { WriteLog } from "./write-log.ts";

export interface ShardSettings {
  readonly replicas: number;
  readonly replicationLagMs: number;
  readonly minReplicasMaxLagMs: number;
  readonly persistence: Persistence;
}

/**
 * A primary and its replicas: who holds what, who follows whom, and what becomes of it when nodes die, hang, are cut off
 * and come back. Who takes over, and when, is decided elsewhere.
 *
 * A replica has every write `replicationLagMs` after its acknowledgement. One that (re)joins copies everything at once.
 */
export class Shard implements StoreNodes {
  readonly number: number;
  readonly disk: Disk;
  /** By rank: UP, DOWN or HUNG. */
  readonly state: Uint8Array;
  /** 1 while servers reach the node and the other nodes do not; and since when. */
  readonly isCut: Uint8Array;
  readonly cutAtMs: Float64Array;
  /** Counts what breaks a node's connections; an operation sent before that gets no answer after it. */
  readonly epoch: Int32Array;
  /** The one thread of each node. */
  readonly threads: readonly Station[];
  /** The node that the majority takes for the primary, and the one before, for servers that have not heard of it. */
  primary = 0;
  former = 0;
  /** True while the former primary, cut off, still takes writes of its own. */
  isSplit = false;
  /** By server: when it learns who the primary is. */
  readonly learnsAtMs: Float64Array;
  private readonly copies: Copies;
  private readonly settings: ShardSettings;
  private readonly log = new WriteLog();
  private readonly follows: Uint8Array;
  private readonly position: Float64Array;
  /** By rank: until when the primary still takes it for a good replica. */
  private readonly goodUntilMs: Float64Array;
  private readonly fellAtMs: Float64Array;

  constructor(
    number: number,
    copies: Copies,
    settings: ShardSettings,
    servers: number,
    wake: (shard: number, atMs: number) => void,
  ) {
    const ranks = settings.replicas + 1;
    this.number = number;
    this.copies = copies;
    this.settings = settings;
    this.disk = new Disk(settings.persistence, copies, number, this.log, (atMs) => wake(number, atMs));
    this.state = new Uint8Array(ranks);
    this.isCut = new Uint8Array(ranks);
    this.cutAtMs = new Float64Array(ranks);
    this.epoch = new Int32Array(ranks);
    this.threads = Array.from({ length: ranks }, () => new Station(1));
    this.learnsAtMs = new Float64Array(servers).fill(Number.NEGATIVE_INFINITY);
    this.follows = new Uint8Array(ranks).fill(1, 1);
    this.position = new Float64Array(ranks);
    this.goodUntilMs = new Float64Array(ranks).fill(Number.POSITIVE_INFINITY);
    this.fellAtMs = new Float64Array(ranks);
  }

  get ranks(): number {
    return this.state.length;
  }

  /** The primary as `server` knows it. */
  primaryFor(server: number, nowMs: number): number {
    return nowMs < this.learnsAtMs[server]! ? this.former : this.primary;
  }

  isWell(rank: number): boolean {
    return this.state[rank] === UP && this.isCut[rank] === 0;
  }

  /** Whether it takes writes. */
  isPrimary(rank: number): boolean {
    return rank === this.primary || (this.isSplit && rank === this.former);
  }

  /** What the copy of `rank` contains now; -1 for none. */
  heldBy(rank: number, session: number, nowMs: number): number {
    if (this.follows[rank] === 1) this.catchUp(rank, nowMs);
    return this.copies.held[rank]![session]!;
  }

  /** `rank`, a primary or a node that takes itself for one, has made a write its own. */
  store(rank: number, session: number, contains: number, nowMs: number): void {
    this.copies.held[rank]![session] = contains;
    if (rank !== this.primary) return;
    if (this.settings.replicas > 0 || this.settings.persistence === "everysec") {
      this.log.append(nowMs, session, this.copies.tenancy[session]!, contains);
      let read = this.log.end;
      for (let other = 0; other < this.ranks; other++) {
        if (this.follows[other] === 0) continue;
        this.catchUp(other, nowMs);
        read = Math.min(read, this.position[other]!);
      }
      this.disk.changed(nowMs);
      this.log.trim(Math.min(read, this.disk.logPosition));
    } else {
      this.disk.changed(nowMs);
    }
  }

  /** Every follower has everything. */
  settle(nowMs: number): void {
    for (let rank = 0; rank < this.ranks; rank++) {
      if (this.follows[rank] === 1) this.catchUp(rank, nowMs, 0);
    }
  }

  private catchUp(rank: number, nowMs: number, lagMs = this.settings.replicationLagMs): void {
    const { copies } = this;
    const untilMs = nowMs - lagMs;
    this.position[rank] = this.log.replay(this.position[rank]!, untilMs, copies.held[rank]!, copies.tenancy);
  }

  /** Replicas that the node takes for connected and not too far behind. */
  goodReplicas(rank: number, nowMs: number): number {
    if (this.isCut[rank] === 1 || rank !== this.primary) {
      return nowMs < this.cutAtMs[rank]! + this.settings.minReplicasMaxLagMs ? this.settings.replicas : 0;
    }
    let good = 0;
    for (let other = 0; other < this.ranks; other++) {
      if (other !== rank && (this.follows[other] === 1 || nowMs < this.goodUntilMs[other]!)) good++;
    }
    return good;
  }

  /** Nodes that follow the primary. */
  get followers(): number {
    return this.follows.reduce((sum, one) => sum + one, 0);
  }

  fall(kind: StoreFaultKind, rank: number, nowMs: number): void {
    // What is on its way to the replicas of a node that dies is lost with it.
    for (let other = 0; other < this.ranks; other++) {
      if (this.follows[other] === 0 || (rank !== this.primary && rank !== other)) continue;
      this.catchUp(other, nowMs);
      this.follows[other] = 0;
      this.goodUntilMs[other] = rank === other && kind !== "crash" ? nowMs + this.settings.minReplicasMaxLagMs : nowMs;
    }
    if (kind === "cut-off") {
      this.isCut[rank] = 1;
      this.cutAtMs[rank] = nowMs;
      return;
    }
    this.fellAtMs[rank] = nowMs;
    this.state[rank] = kind === "crash" ? DOWN : HUNG;
    if (kind !== "crash") return;
    this.epoch[rank]!++;
    this.threads[rank]!.crash(nowMs);
    if (this.isSplit && rank === this.former) {
      this.isSplit = false;
      this.learnsAtMs.fill(nowMs);
    }
  }

  rise(kind: StoreFaultKind, rank: number, nowMs: number): void {
    if (kind === "cut-off") this.isCut[rank] = 0;
    else {
      const wasDown = this.state[rank] === DOWN;
      this.state[rank] = UP;
      if (wasDown) this.epoch[rank]!++;
      this.threads[rank]!.stall(nowMs);
      if (wasDown && rank === this.primary) this.disk.restore(this.fellAtMs[rank]!, nowMs, this.copies.held[rank]!);
    }
    if (rank === this.primary) {
      for (let other = 0; other < this.ranks; other++) this.join(other);
    } else {
      if (this.isSplit && rank === this.former) this.heal(nowMs);
      else this.join(rank);
    }
  }

  /** Takes a copy of the primary and follows it from here on, if both are well. */
  private join(rank: number): void {
    if (rank === this.primary || !this.isWell(rank) || !this.isWell(this.primary)) return;
    if (this.follows[rank] === 1) return;
    this.copies.replace(this.number, this.copies.held[rank]!, this.copies.held[this.primary]!);
    this.position[rank] = this.log.end;
    this.follows[rank] = 1;
    this.goodUntilMs[rank] = Number.POSITIVE_INFINITY;
  }

  /** The replica with the most of the primary's writes that can take over, the lowest rank among equals; -1 for none. */
  bestReplica(): number {
    let best = -1;
    for (let rank = 0; rank < this.ranks; rank++) {
      if (rank === this.primary || !this.isWell(rank)) continue;
      if (best < 0 || this.position[rank]! > this.position[best]!) best = rank;
    }
    return best;
  }

  /** `rank` takes over. What the old primary has that it has not is lost, now or when the two meet again. */
  promote(rank: number, nowMs: number): void {
    const { copies } = this;
    const old = this.primary;
    this.isSplit = this.isCut[old] === 1 && this.state[old] === UP;
    const cause = this.isCut[old] === 1 ? "split-brain" : "store-failover";
    copies.blame(this.number, copies.held[old]!, copies.held[rank]!, cause);
    this.former = old;
    this.primary = rank;
    this.follows[rank] = 0;
    this.disk.follow(nowMs, copies.held[rank]!);
    for (let other = 0; other < this.ranks; other++) {
      this.follows[other] = 0;
      this.goodUntilMs[other] = nowMs;
      this.join(other);
    }
  }

  /** The cut is over: the former primary gives up what it has taken in meanwhile, and everybody hears of the new one. */
  private heal(nowMs: number): void {
    const { copies } = this;
    copies.blame(this.number, copies.held[this.former]!, copies.held[this.primary]!, "split-brain");
    this.isSplit = false;
    this.epoch[this.former]!++;
    this.learnsAtMs.fill(nowMs);
    this.join(this.former);
  }

  clear(nowMs: number): void {
    this.copies.clear(this.number, "store-flush");
    for (let rank = 0; rank < this.ranks; rank++) this.position[rank] = this.log.end;
    this.disk.follow(nowMs, this.copies.held[this.primary]!);
  }
}
