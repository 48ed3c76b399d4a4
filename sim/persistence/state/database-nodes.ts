import { grown } from "../../engine/grown.ts";
import type { Cause } from "../../metrics/causes.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { ALL_NODES, type StateContext, type StoreFaultKind } from "./backend.ts";
import { type FailoverSettings, failoverDelayMs } from "./database-failover.ts";
import { Replica } from "./replica.ts";
import type { SessionTable } from "./session-table.ts";

export interface NodesSettings extends FailoverSettings {
  readonly mode: string;
  readonly replicas: number;
  readonly replicationDelayMs: number;
  readonly applyMs: number;
  readonly maximumLagBytes: number;
}

/** Whoever works with the nodes, and has to know when they change. */
export interface NodesUser {
  /** What is under way on the node fails. */
  broke(node: number): void;
  /** The node answers again. */
  resumed(node: number): void;
  /** There is, or is no longer, a primary that takes connections. */
  writable(isWritable: boolean): void;
  /** Replicas have begun or ceased to follow the primary. */
  followersChanged(): void;
  /** Asks that `failoverElapsed(generation)` be called at `atMs`. */
  wakeForFailover(atMs: number, generation: number): void;
}

/** Why a session's row is not the one that was written last: places in a column of bytes, 0 for no reason. */
const setbacks: readonly (Cause | null)[] = [null, "store-failover", "split-brain", "store-flush"];

/**
 * A primary and its replicas: who is up, who follows whom, who is promoted, and what each has of every session.
 *
 * What was committed is on disk: a node that crashes comes back with it. Only a failover loses something, namely what the
 * promoted replica had not received. The old primary is kept from serving by then (fenced); when it is back, its surplus is
 * thrown away and it follows the new one (pg_rewind). The other replicas follow the new primary at once.
 */
export class DatabaseNodes implements SessionColumns {
  primary = 0;
  readonly replicas: readonly Replica[];
  /** By session: acknowledged writes in the primary's row, 0 where there is none. */
  contains = new Int32Array(0);
  private setback = new Uint8Array(0);
  private tenancies = new Uint16Array(0);
  private readonly context: StateContext;
  private readonly settings: NodesSettings;
  private readonly table: SessionTable;
  private readonly user: NodesUser;
  private readonly isUp: Uint8Array;
  private readonly hangs: Uint8Array;
  private readonly isCutOff: Uint8Array;
  /** Down or fenced, and not yet following again: not to be read from. */
  private readonly isOutside: Uint8Array;
  /** At the moment when the primary fell silent: who may take its place. */
  private readonly mayFollow: Uint8Array;
  private isWritable = true;
  private isFailingOver = false;
  private generation = 0;
  private failovers = 0;

  constructor(context: StateContext, settings: NodesSettings, table: SessionTable, user: NodesUser) {
    this.context = context;
    this.settings = settings;
    this.table = table;
    this.user = user;
    const count = 1 + settings.replicas;
    this.replicas = Array.from({ length: count }, () => new Replica(settings.replicationDelayMs));
    this.replicas[0]!.isAttached = false;
    this.isUp = new Uint8Array(count).fill(1);
    this.hangs = new Uint8Array(count);
    this.isCutOff = new Uint8Array(count);
    this.isOutside = new Uint8Array(count);
    this.mayFollow = new Uint8Array(count);
    context.attach(this);
  }

  grow(capacity: number): void {
    this.contains = grown(this.contains, new Int32Array(capacity));
    this.setback = grown(this.setback, new Uint8Array(capacity));
    this.tenancies = grown(this.tenancies, new Uint16Array(capacity));
    for (const replica of this.replicas) replica.grow(capacity);
  }

  isHanging(node: number): boolean {
    return this.hangs[node] === 1;
  }

  /** Whether applications send reads there; to a primary that hangs, or a replica that is cut off, they do. */
  isReadable(node: number): boolean {
    if (node === this.primary) return this.isWritable;
    const isServing = this.isUp[node] === 1 && this.isOutside[node] === 0;
    return isServing && this.context.nowMs >= this.replicas[node]!.readyAtMs;
  }

  /** Acknowledged writes in the node's row, 0 for none. */
  contentOn(node: number, session: number): number {
    if (node === this.primary) return this.contains[session]!;
    const replica = this.replicas[node]!;
    replica.settle(this.context.nowMs, this.tenancies);
    return replica.contains[session]!;
  }

  /** Why the session's row may not be the one that was written last. */
  causeOf(session: number): Cause | null {
    return setbacks[this.setback[session]!]!;
  }

  /** Commits a row on the primary and sends it to those who follow. */
  commit(session: number, content: number, bytes: number): void {
    const { nowMs } = this.context;
    if (this.contains[session] === 0) this.table.rows++;
    this.contains[session] = content;
    this.setback[session] = 0;
    for (let node = 0; node < this.replicas.length; node++) {
      if (node === this.primary) continue;
      this.replicas[node]!.ship(session, this.tenancies[session]!, content, bytes, nowMs, this.settings.applyMs);
      if (this.replicas[node]!.isAttached) this.context.countReplication(1, bytes);
    }
  }

  /** How many replicas follow the primary and have caught up. */
  followers(): number {
    let followers = 0;
    for (const replica of this.replicas) {
      if (replica.isAttached && this.context.nowMs >= replica.readyAtMs) followers++;
    }
    return followers;
  }

  forget(session: number): void {
    this.contains[session] = 0;
    this.setback[session] = 0;
    this.tenancies[session]!++;
    for (const replica of this.replicas) replica.forget(session);
  }

  faultBegins(kind: StoreFaultKind, node: number): void {
    if (kind === "flush") {
      if (node < this.replicas.length) this.flush();
      return;
    }
    this.forEach(node, (at) => {
      if (kind === "hang") this.hangs[at] = 1;
      if (kind === "cut-off") this.isCutOff[at] = 1;
      if (kind !== "crash") return;
      this.isUp[at] = 0;
      this.isOutside[at] = at === this.primary ? 0 : 1;
      this.user.broke(at);
    });
    this.settle();
  }

  faultEnds(kind: StoreFaultKind, node: number): void {
    if (kind === "flush") return;
    this.forEach(node, (at) => {
      if (kind === "crash") this.isUp[at] = 1;
      if (kind === "cut-off") this.isCutOff[at] = 0;
      if (kind !== "hang") return;
      this.hangs[at] = 0;
      this.user.resumed(at);
    });
    this.settle();
  }

  private forEach(node: number, change: (node: number) => void): void {
    if (node !== ALL_NODES) {
      if (node < this.replicas.length) change(node);
      return;
    }
    for (let at = 0; at < this.replicas.length; at++) change(at);
  }

  /** Brings about what follows from who is up: who follows, whether there is a primary, whether one has to be found. */
  private settle(): void {
    const { nowMs } = this.context;
    const { primary } = this;
    const isHeard = this.isUp[primary] === 1 && this.isCutOff[primary] === 0;
    const isHealthy = isHeard && this.hangs[primary] === 0;
    if (!isHealthy && !this.isFailingOver) this.beginFailover();
    let haveChanged = false;
    for (let node = 0; node < this.replicas.length; node++) {
      if (node === primary) continue;
      const replica = this.replicas[node]!;
      const follows = isHeard && this.isUp[node] === 1 && this.isCutOff[node] === 0 && this.hangs[node] === 0;
      if (follows === replica.isAttached) continue;
      haveChanged = true;
      if (follows) {
        replica.attach(nowMs, this.contains, this.settings.applyMs);
        this.isOutside[node] = 0;
      } else {
        replica.detach(nowMs);
      }
    }
    if (isHealthy && this.isFailingOver) {
      this.isFailingOver = false;
      this.generation++;
    }
    this.setWritable(this.isUp[primary] === 1);
    if (haveChanged) this.user.followersChanged();
  }

  private setWritable(isWritable: boolean): void {
    if (isWritable === this.isWritable) return;
    this.isWritable = isWritable;
    this.user.writable(isWritable);
  }

  private beginFailover(): void {
    this.isFailingOver = true;
    this.generation++;
    for (let node = 0; node < this.replicas.length; node++) {
      // A standby that the primary was not waiting for may lack what was acknowledged: it is no candidate.
      const isSync = this.settings.mode === "sync" || this.settings.mode === "strict-sync";
      this.mayFollow[node] = !isSync || this.replicas[node]!.isAttached ? 1 : 0;
    }
    const delayMs = failoverDelayMs(this.settings, this.context.drawsOf("failover"), this.failovers++);
    if (delayMs < Infinity) this.user.wakeForFailover(this.context.nowMs + delayMs, this.generation);
  }

  /** The moment for a new primary, unless the old one is back. */
  failoverElapsed(generation: number): void {
    if (generation !== this.generation || !this.isFailingOver) return;
    const { nowMs } = this.context;
    const candidate = this.candidate();
    if (candidate < 0) {
      this.user.wakeForFailover(nowMs + this.settings.loopWaitMs, generation);
      return;
    }
    // First it applies all that it has received.
    const readyMs = this.replicas[candidate]!.appliedAllAtMs;
    if (readyMs > nowMs) this.user.wakeForFailover(readyMs, generation);
    else this.promote(candidate);
  }

  /** The replica that lacks the fewest writes, or -1. */
  private candidate(): number {
    let best = -1;
    for (let node = 0; node < this.replicas.length; node++) {
      if (node === this.primary || this.mayFollow[node] === 0) continue;
      if (this.isUp[node] === 0 || this.hangs[node] === 1 || this.isCutOff[node] === 1) continue;
      const { missed, missedBytes } = this.replicas[node]!;
      if (this.settings.failover === "patroni" && missedBytes > this.settings.maximumLagBytes) continue;
      if (best < 0 || missed < this.replicas[best]!.missed) best = node;
    }
    return best;
  }

  private promote(node: number): void {
    const old = this.primary;
    const promoted = this.replicas[node]!;
    promoted.settle(Infinity, this.tenancies);
    const setback = setbacks.indexOf(this.isCutOff[old] === 1 ? "split-brain" : "store-failover");
    for (let session = 0; session < this.contains.length; session++) {
      const content = promoted.contains[session]!;
      if (this.contains[session] === content) continue;
      if (content === 0) this.table.rows--;
      this.contains[session] = content;
      this.setback[session] = setback;
    }
    if (this.isUp[old] === 1) this.user.broke(old);
    this.isOutside[old] = 1;
    this.isOutside[node] = 0;
    for (const replica of this.replicas) if (replica.isAttached) replica.detach(this.context.nowMs);
    promoted.missed = 0;
    promoted.missedBytes = 0;
    this.primary = node;
    this.table.primary = node;
    this.isFailingOver = false;
    this.generation++;
    this.setWritable(false);
    this.settle();
  }

  private flush(): void {
    for (let session = 0; session < this.contains.length; session++) {
      if (this.contains[session] !== 0) this.setback[session] = setbacks.indexOf("store-flush");
      this.tenancies[session]!++;
    }
    this.contains.fill(0);
    for (const replica of this.replicas) replica.contains.fill(0);
    this.table.truncate();
  }
}
