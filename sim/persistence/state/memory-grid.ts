import { grown } from "../../engine/grown.ts";
import { avalanche } from "../../engine/hash.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { Backend, CONFLICT, defineState, FOUND, PENDING, type StateContext, UNAVAILABLE, WRITTEN } from "./backend.ts";
import { GridPartitions } from "./grid-partitions.ts";
import { type GridSettings, gridKnobs, gridSettingsOf } from "./grid-settings.ts";
import { Membership } from "./membership.ts";
import { Messages } from "./messages.ts";
import { Station } from "./station.ts";
import { withRoomFor } from "./waiting-line.ts";

/** Operands of events: a member's end is noticed; an asynchronous backup has arrived; or, from 2 on, a partition has moved. */
const NOTICED = 0;
const ARRIVE = 1;
const MOVED = 2;
const GENERATIONS = 0xfffff;

/** What a request that is PENDING waits for: its answer, an answer that is a failure, or for somebody who can answer. */
const ANSWER = 0;
const FAILURE = 1;
const OWNER = 2;

/**
 * Sessions in a grid over the memories of the servers: each lies in a partition, which has an owner and backups among
 * the members (Hazelcast, Infinispan's distributed caches). Who is not the owner asks it, over the network.
 *
 * A member that crashes is missed only after the detection time; until then calls to its partitions hang, and writes
 * wait for it where it is a backup. Then a backup owns the partition, and others are filled up. A member that joins is
 * given its share. What no backup had is lost. Partitions of the network between servers are not modelled: there is no such
 * fault; what a minimum of members does is.
 */
class MemoryGrid extends Backend implements SessionColumns {
  private readonly context: StateContext;
  private readonly settings: GridSettings;
  private readonly members: Membership;
  private readonly grid: GridPartitions;
  private readonly messages = new Messages();
  /** By server: its operation threads, and what it is given in rebalancing. */
  private readonly stations: readonly Station[];
  private readonly movers: readonly Station[];
  /** By partition: bytes in it, and when it is on the move. */
  private readonly heldBytes: Float64Array;
  private readonly movesFromMs: Float64Array;
  private readonly movesToMs: Float64Array;
  private readonly generation: Int32Array;
  /** Lives below this one ended in a moment when no server was up: nobody is left to miss them. */
  private firstLifeSince = 0;
  private joinUntilMs = 0;
  /** By request: what it waits for, who serves it, and since when it has been waiting for an owner. */
  private awaits = new Uint8Array(64);
  private servedBy = new Int32Array(64);
  private sinceMs = new Float64Array(64);
  /** What the owner's copy contains, and what the backups' do; the partition's history when that was written. */
  private contains = new Int32Array(0);
  private backed = new Int32Array(0);
  private storedIn = new Int32Array(0);
  private promotedIn = new Int32Array(0);
  /** Bytes that the session takes in the partition where it lies. */
  private size = new Int32Array(0);
  private liesIn = new Int32Array(0);
  private tenancy = new Int32Array(0);

  constructor(context: StateContext, settings: GridSettings) {
    super();
    const { servers } = context;
    this.context = context;
    this.settings = settings;
    this.members = new Membership(servers, settings.detectionMs);
    this.grid = new GridPartitions(servers, settings);
    this.stations = Array.from({ length: servers.count }, () => new Station(settings.threads));
    this.movers = Array.from({ length: servers.count }, () => new Station(1));
    this.heldBytes = new Float64Array(settings.partitions);
    this.movesFromMs = new Float64Array(settings.partitions);
    this.movesToMs = new Float64Array(settings.partitions);
    this.generation = new Int32Array(settings.partitions);
    context.attach(this);
  }

  grow(capacity: number): void {
    this.contains = grown(this.contains, new Int32Array(capacity));
    this.backed = grown(this.backed, new Int32Array(capacity));
    this.storedIn = grown(this.storedIn, new Int32Array(capacity));
    this.promotedIn = grown(this.promotedIn, new Int32Array(capacity));
    this.size = grown(this.size, new Int32Array(capacity));
    this.liesIn = grown(this.liesIn, new Int32Array(capacity));
    this.tenancy = grown(this.tenancy, new Int32Array(capacity));
  }

  copies(n: number): number {
    return Math.min(this.settings.copies, n);
  }

  read(request: number, server: number): number {
    this.enter(request);
    return this.call(request, server, true);
  }

  override readDone(request: number, server: number): number {
    if (this.mustCallAgain(request)) return this.hasTimedOut(request) ? UNAVAILABLE : this.call(request, server, true);
    const session = this.context.sessionOf(request);
    const partition = this.partitionOf(session);
    if (this.contains[session] === 0) return this.missing(null);
    if (this.storedIn[session] !== this.grid.losses[partition]) return this.missing(this.grid.lossCause[partition]!);
    this.fallBack(session, partition);
    if (this.contains[session] === 0) return this.missing("write-behind");
    this.writesRead = this.contains[session]!;
    this.cause = "write-behind";
    return FOUND;
  }

  write(request: number, server: number, _contains: number, changed: boolean): number {
    if (!changed) return WRITTEN;
    this.enter(request);
    return this.call(request, server, false);
  }

  override writeDone(request: number, server: number, contains: number, changed: boolean): number {
    if (this.mustCallAgain(request)) return this.hasTimedOut(request) ? UNAVAILABLE : this.call(request, server, false);
    if (this.awaits[request] === FAILURE) return UNAVAILABLE;
    const { context, settings } = this;
    const session = context.sessionOf(request);
    const partition = this.partitionOf(session);
    const isThere = this.storedIn[session] === this.grid.losses[partition];
    if (isThere) this.fallBack(session, partition);
    const content = isThere ? context.contentOf(this.contains[session]!, contains, changed) : contains;
    if (content < 0) return CONFLICT;
    this.contains[session] = content;
    this.storedIn[session] = this.grid.losses[partition]!;
    this.promotedIn[session] = this.grid.promotions[partition]!;
    this.holds(session, partition, context.bytesOf(session));
    this.writesWritten = content;
    if (settings.syncBackups > 0) {
      this.backed[session] = content;
    } else if (settings.copies > 1) {
      const owner = this.grid.ownerOf(partition);
      const message = this.messages.put(session, this.tenancy[session]!, content, owner);
      context.schedule(context.nowMs + settings.roundTripMs / 2 + this.copyingMs(session), message, ARRIVE);
    }
    return WRITTEN;
  }

  private enter(request: number): void {
    this.awaits = withRoomFor(this.awaits, request);
    this.servedBy = withRoomFor(this.servedBy, request);
    this.sinceMs = withRoomFor(this.sinceMs, request);
    this.sinceMs[request] = this.context.nowMs;
  }

  /** Sends the operation to the owner of the session's partition, if that can answer. */
  private call(request: number, server: number, isRead: boolean): number {
    const { context, settings, members } = this;
    const { nowMs } = context;
    if (members.size(nowMs) < settings.minimumMembers) return UNAVAILABLE;
    const session = context.sessionOf(request);
    const partition = this.partitionOf(session);
    const owner = this.grid.ownerOf(partition);
    if (!context.servers.isAlive(owner)) return this.wait(request, isRead, members.noticedMs(owner));
    const isMoving = this.movesFromMs[partition]! <= nowMs && nowMs < this.movesToMs[partition]!;
    if (isMoving && settings.locksWhileMoving) return this.wait(request, isRead, this.movesToMs[partition]!);
    const target = context.servers.serverOf(owner);
    const isLocal = target === server;
    const busyMs = settings.operationMs + this.copyingMs(session);
    let atMs = this.stations[target]!.serve(nowMs, busyMs) + (isLocal ? 0 : settings.roundTripMs);
    let awaits = ANSWER;
    if (!isLocal) context.countReplication(1, context.bytesOf(session));
    if (!isRead) {
      this.countBackups(session, partition);
      if (this.hasBackup(partition))
        atMs += settings.syncBackups > 0 ? settings.roundTripMs + this.copyingMs(session) : 0;
      const silentUntilMs = this.silentUntilMs(partition);
      if (silentUntilMs > nowMs) {
        const timeoutMs = nowMs + settings.backupTimeoutMs;
        atMs = Math.max(atMs, Math.min(timeoutMs, silentUntilMs));
        if (settings.failsWithoutBackup && timeoutMs < silentUntilMs) awaits = FAILURE;
      }
    }
    this.awaits[request] = awaits;
    this.servedBy[request] = owner;
    return this.pend(request, isRead, atMs);
  }

  /** Nobody can answer yet; the request asks again when that may have changed. */
  private wait(request: number, isRead: boolean, untilMs: number): number {
    const { nowMs } = this.context;
    this.awaits[request] = OWNER;
    const timeoutMs = this.sinceMs[request]! + this.settings.operationTimeoutMs;
    if (nowMs >= timeoutMs) return UNAVAILABLE;
    const pauseOverMs = nowMs + this.settings.retryPauseMs;
    const again = untilMs > nowMs ? Math.min(untilMs, pauseOverMs) : pauseOverMs;
    return this.pend(request, isRead, Math.min(again, timeoutMs));
  }

  private pend(request: number, isRead: boolean, atMs: number): number {
    if (isRead) this.context.scheduleRead(atMs, request);
    else this.context.scheduleWrite(atMs, request);
    return PENDING;
  }

  /** True while nobody has answered: the request was waiting, or whoever served it died before the answer. */
  private mustCallAgain(request: number): boolean {
    return this.awaits[request] === OWNER || !this.context.servers.isAlive(this.servedBy[request]!);
  }

  private hasTimedOut(request: number): boolean {
    return this.context.nowMs >= this.sinceMs[request]! + this.settings.operationTimeoutMs;
  }

  /** After a crash of the owner the session is what its backup had. */
  private fallBack(session: number, partition: number): void {
    if (this.promotedIn[session] === this.grid.promotions[partition]) return;
    this.promotedIn[session] = this.grid.promotions[partition]!;
    this.contains[session] = this.backed[session]!;
  }

  private hasBackup(partition: number): boolean {
    return this.settings.copies > 1 && this.grid.holderOf(partition, 1) >= 0;
  }

  /** When the last synchronous backup that is dead and not yet missed will be; -1 when there is none. */
  private silentUntilMs(partition: number): number {
    let until = -1;
    for (let place = 1; place <= this.settings.syncBackups; place++) {
      const life = this.grid.holderOf(partition, place);
      if (this.members.isMissing(life, this.context.nowMs)) until = Math.max(until, this.members.noticedMs(life));
    }
    return until;
  }

  private countBackups(session: number, partition: number): void {
    let alive = 0;
    for (let place = 1; place < this.settings.copies; place++) {
      if (this.context.servers.isAlive(this.grid.holderOf(partition, place))) alive++;
    }
    if (alive > 0) this.context.countReplication(alive, alive * this.context.bytesOf(session));
  }

  private copyingMs(session: number): number {
    return this.context.bytesOf(session) * this.settings.msPerByte;
  }

  private partitionOf(session: number): number {
    return avalanche(this.context.visitOf(session)) % this.grid.count;
  }

  private holds(session: number, partition: number, bytes: number): void {
    this.heldBytes[this.liesIn[session]!]! -= this.size[session]!;
    this.heldBytes[partition]! += bytes;
    this.size[session] = bytes;
    this.liesIn[session] = partition;
  }

  override elapsed(entity: number, operand: number): void {
    if (operand === NOTICED) {
      this.rebalance();
    } else if (operand === ARRIVE) {
      const { session, tenancy, contains, life } = this.messages;
      const slot = session[entity]!;
      const isCurrent = this.tenancy[slot] === tenancy[entity] && this.context.servers.isAlive(life[entity]!);
      if (isCurrent) this.backed[slot] = contains[entity]!;
      this.messages.release(entity);
    } else if (operand - MOVED === (this.generation[entity]! & GENERATIONS)) {
      this.grid.settle(entity);
    }
  }

  /** The members have changed, as far as anybody knows: every partition goes to where it ought to lie. */
  private rebalance(): void {
    const { context, grid, members } = this;
    const { nowMs, servers } = context;
    const isOver = (life: number) =>
      !servers.isAlive(life) && (life < this.firstLifeSince || !members.isMissing(life, nowMs));
    this.joinUntilMs = nowMs;
    for (let partition = 0; partition < grid.count; partition++) {
      // A move that is under way has another aim from now on.
      this.generation[partition]!++;
      this.movesToMs[partition] = nowMs;
      grid.strike(partition, isOver);
      if (!grid.aim(partition)) continue;
      const receivers = grid.ownerOf(partition) < 0 ? [] : grid.receivers(partition);
      const busyMs = this.heldBytes[partition]! * this.settings.moveMsPerByte;
      let untilMs = nowMs;
      for (const server of receivers) untilMs = Math.max(untilMs, this.movers[server]!.serve(nowMs, busyMs));
      if (untilMs === nowMs) {
        grid.settle(partition);
        continue;
      }
      context.countReplication(receivers.length, receivers.length * this.heldBytes[partition]!);
      this.movesFromMs[partition] = untilMs - busyMs;
      this.movesToMs[partition] = untilMs;
      this.joinUntilMs = Math.max(this.joinUntilMs, untilMs);
      context.schedule(untilMs, partition, MOVED + (this.generation[partition]! & GENERATIONS));
    }
  }

  forget(session: number): void {
    if (this.size[session]! > 0) this.holds(session, 0, 0);
    this.contains[session] = 0;
    this.backed[session] = 0;
    this.storedIn[session] = -1;
    this.tenancy[session]!++;
  }

  override serverStarted(server: number): void {
    const { nowMs } = this.context;
    this.members.started(server);
    this.stations[server]!.crash(nowMs);
    this.movers[server]!.crash(nowMs);
    this.rebalance();
  }

  override joinMs(): number {
    if (!this.settings.joinsWithState) return 0;
    return Math.min(this.settings.transferTimeoutMs, this.joinUntilMs - this.context.nowMs);
  }

  override serverStopped(server: number): void {
    this.context.schedule(this.members.stopped(server, this.context.nowMs), server, NOTICED);
  }

  override allServersDown(life: number): void {
    this.firstLifeSince = life;
  }
}

export const memoryGrid = defineState({
  name: "memory-grid",
  aliases: ["hazelcast", "infinispan", "data-grid", "partitioned-cache"],
  summary: "Sessions lie in partitions over the memories of all servers, each with an owner and backups.",
  whenToUse:
    "State that any server can reach without a store beside the fleet; affinity saves no hop unless it follows the owners.",
  knownFlaw:
    "A member that dies unnoticed makes everybody wait who has data with it, up to a minute at a product's defaults.",
  source:
    "Hazelcast 5 documentation (271 partitions, backup-count 1, heartbeats every 5 s and a member dead after 60 s, replies after 5 s without a backup); Infinispan 15 configuration (owners 2, remote-timeout 15 s, state transfer 4 min) on JGroups 5 (FD_ALL3 40 s).",
  knobs: gridKnobs,
  create: (knobs, context) => new MemoryGrid(context, gridSettingsOf(knobs)),
});
