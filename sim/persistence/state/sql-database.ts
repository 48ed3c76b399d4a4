import type { ValuesOf } from "../../catalogue.ts";
import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { Acknowledgement, AT_ONCE, STALLED } from "./acknowledgement.ts";
import {
  Backend,
  CONFLICT,
  defineState,
  FOUND,
  type Holding,
  PENDING,
  type StateContext,
  type StoreFaultKind,
  UNAVAILABLE,
  WRITTEN,
} from "./backend.ts";
import { Endpoint, type EndpointUser } from "./database-endpoint.ts";
import { DatabaseNodes, type NodesUser } from "./database-nodes.ts";
import { DatabaseOperations } from "./database-operations.ts";
import { poolSettings } from "./pool-settings.ts";
import { ReadRouting } from "./read-routing.ts";
import { SessionTable } from "./session-table.ts";
import { isTouchDue, sqlKnobs } from "./sql-knobs.ts";
import type { WaitingLine } from "./waiting-line.ts";

/** Operands of alarms. */
const WRITER = 0;
const READER = 1;
const FAILOVER = 2;
const PATIENCE = 3;
const SILENCE = 4;

/**
 * Sessions in a table of a database with one primary and replicas that follow it. Each request reads its session's row
 * over a connection of its server's pool, and then writes it, or the time of its last access.
 *
 * All times at the database are told half a round trip late, those of reads and of commits alike, so that both ends of an
 * operation need only one event. A commit is visible on the primary when it is flushed, also where it has yet to be
 * acknowledged. Row locks are not here: what happens when two requests of a session meet is the session rules' matter.
 */
export class SqlDatabase extends Backend implements SessionColumns, EndpointUser, NodesUser, Holding {
  override readonly holding: Holding | null;
  private readonly context: StateContext;
  private readonly settings: ValuesOf<typeof sqlKnobs>;
  private readonly table: SessionTable;
  private readonly nodes: DatabaseNodes;
  private readonly operations: DatabaseOperations;
  private readonly acknowledgement: Acknowledgement;
  private readonly endpoints: readonly [writer: Endpoint, reader: Endpoint];
  /** By node: operations that it has yet to answer because it hangs. */
  private readonly hanging: readonly WaitingLine[];
  /** Commits that wait for replicas. */
  private readonly unconfirmed: WaitingLine;
  private isStalled = false;
  private stalls = 0;
  private readonly routing: ReadRouting;
  /** By session: when its row was written last, touches included. */
  private writtenAtMs = new Float64Array(0);

  constructor(context: StateContext, settings: ValuesOf<typeof sqlKnobs>) {
    super();
    this.context = context;
    this.settings = settings;
    this.holding = settings.holds === "request" ? this : null;
    this.table = new SessionTable(settings, 1 + settings.replicas);
    this.nodes = new DatabaseNodes(context, settings, this.table, this);
    this.operations = new DatabaseOperations(context);
    this.acknowledgement = new Acknowledgement(settings);
    const pool = poolSettings(settings);
    const readers = { ...pool, maxConnections: pool.maxConnections * Math.max(1, settings.replicas) };
    this.endpoints = [
      new Endpoint(context, pool, this, "writer", WRITER),
      new Endpoint(context, readers, this, "reader", READER),
    ];
    this.hanging = this.nodes.replicas.map(() => this.operations.line());
    this.unconfirmed = this.operations.line();
    this.routing = new ReadRouting(context, settings, this.nodes);
    context.attach(this);
  }

  grow(capacity: number): void {
    this.writtenAtMs = grown(this.writtenAtMs, new Float64Array(capacity));
  }

  copies(): number {
    return this.nodes.replicas.length;
  }

  read(request: number, server: number): number {
    const isReader = this.routing.wantsReader(this.writtenAtMs[this.context.sessionOf(request)]!);
    return this.start(request, server, false, isReader ? READER : WRITER);
  }

  override readDone(request: number): number {
    if (this.hasBroken(request)) return UNAVAILABLE;
    const node = this.operations.nodeOf(request);
    if (this.nodes.isHanging(node)) return this.hang(request, node);
    const session = this.context.sessionOf(request);
    const content = this.nodes.contentOn(node, session);
    const newest = this.nodes.contains[session]!;
    const isLagging = content !== newest;
    if (content === 0) return this.missing(newest > 0 ? "replication-lag" : this.nodes.causeOf(session));
    this.cause = isLagging ? "replication-lag" : this.nodes.causeOf(session);
    this.writesRead = content;
    return FOUND;
  }

  write(request: number, server: number, _contains: number, changed: boolean): number {
    const sinceMs = this.context.nowMs - this.writtenAtMs[this.context.sessionOf(request)]!;
    if (!changed && !isTouchDue(this.settings, sinceMs)) return WRITTEN;
    return this.start(request, server, true, WRITER);
  }

  override writeDone(request: number, _server: number, contains: number, changed: boolean): number {
    if (this.hasBroken(request)) return UNAVAILABLE;
    const session = this.context.sessionOf(request);
    if (this.operations.isConfirmed(request)) return this.written(session);
    const node = this.operations.nodeOf(request);
    if (this.nodes.isHanging(node)) return this.hang(request, node);
    const held = this.nodes.contains[session]!;
    const content = changed ? this.context.contentOf(held, contains, changed) : held;
    if (content < 0) return CONFLICT;
    // A touch of a row that is gone changes nothing.
    if (content === 0) return WRITTEN;
    if (changed) this.nodes.commit(session, content, this.context.bytesOf(session));
    this.writtenAtMs[session] = this.context.nowMs;
    return changed ? this.confirm(request, session) : WRITTEN;
  }

  /** When a statement with that many rows, sent now outside of any request, is committed; Infinity if nobody answers. */
  batchDoneMs(rows: number, rowMs: number): number {
    const { primary } = this.nodes;
    if (!this.nodes.isReadable(primary) || this.nodes.isHanging(primary)) return Infinity;
    this.context.countStoreOperation();
    const { roundTripMs, commitMs } = this.settings;
    return this.table.batch(this.context.nowMs + roundTripMs / 2, rows * rowMs) + commitMs + roundTripMs / 2;
  }

  /** What the primary has of the session. */
  contentOf(session: number): number {
    return this.nodes.contains[session]!;
  }

  /** Why the session's row may not be the one that was written last. */
  setbackOf(session: number): Backend["cause"] {
    return this.nodes.causeOf(session);
  }

  /** Another number whenever what was under way on the primary has failed. */
  get term(): number {
    return this.table.stations[this.nodes.primary]!.epoch * 16 + this.nodes.primary;
  }

  /** Commits a row of a batch that is done. */
  store(session: number, content: number): void {
    this.nodes.commit(session, content, this.context.bytesOf(session));
    this.writtenAtMs[session] = this.context.nowMs;
  }

  private start(request: number, server: number, isWrite: boolean, endpoint: number): number {
    const { pools } = this.endpoints[endpoint]!;
    this.operations.start(request, isWrite, endpoint);
    if (this.holding !== null && pools.holds(request)) this.begin(request);
    else pools.acquire(request, server);
    return PENDING;
  }

  /** The request is over, and with it whatever it held. */
  ended(request: number): void {
    for (const { pools } of this.endpoints) pools.release(request);
  }

  /** The acknowledgement of a commit, which may have to wait for replicas. */
  private confirm(request: number, session: number): number {
    const { nowMs } = this.context;
    const dueMs = this.acknowledgement.dueMs(this.nodes.replicas, this.nodes.primary, nowMs);
    if (dueMs === AT_ONCE) return this.written(session);
    this.operations.confirm(request);
    this.holdUntil(request, dueMs);
    if (dueMs < STALLED) {
      this.context.scheduleWrite(dueMs, request);
      return PENDING;
    }
    this.park(this.unconfirmed, request, this.hanging.length);
    const { patienceMs } = this.acknowledgement;
    if (!this.isStalled && patienceMs < Infinity) this.context.schedule(nowMs + patienceMs, ++this.stalls, PATIENCE);
    this.isStalled = true;
    return PENDING;
  }

  private written(session: number): number {
    this.writesWritten = this.nodes.contains[session]!;
    return WRITTEN;
  }

  /** The node says nothing; the operation goes on where it stood when it speaks again. */
  private hang(request: number, node: number): number {
    this.holdUntil(request, Infinity);
    this.park(this.hanging[node]!, request, node);
    return PENDING;
  }

  /** The operation needs its connection until then; where requests keep theirs, the request's end says so. */
  private holdUntil(request: number, atMs: number): void {
    if (this.holding === null) this.endpoints[this.operations.endpointOf(request)]!.pools.holdUntil(request, atMs);
  }

  /** The request waits in a line until something happens, or the driver gives up. */
  private park(line: WaitingLine, request: number, number: number): void {
    line.push(request);
    this.context.schedule(this.context.nowMs + this.settings.socketTimeoutMs, number, SILENCE);
  }

  private hasBroken(request: number): boolean {
    const node = this.operations.nodeOf(request);
    return this.operations.hasFailed(request) || !this.operations.isOf(request, this.table.stations[node]!.epoch);
  }

  begin(request: number): number {
    const { operations, nodes } = this;
    const isReader = operations.endpointOf(request) === READER;
    const node = isReader ? this.routing.choose() : nodes.primary;
    operations.send(request, node, this.table.stations[node]!.epoch);
    const answerMs = this.execute(request, node);
    return this.holding === null ? answerMs : Infinity;
  }

  private execute(request: number, node: number): number {
    if (this.nodes.isHanging(node)) {
      this.park(this.hanging[node]!, request, node);
      return Infinity;
    }
    this.context.countStoreOperation();
    const { roundTripMs, commitMs } = this.settings;
    const bytes = this.context.bytesOf(this.context.sessionOf(request));
    const atMs = this.context.nowMs + roundTripMs / 2;
    const isWrite = this.operations.isWriting(request);
    const doneMs = isWrite ? this.table.write(atMs, bytes) + commitMs : this.table.read(node, atMs, bytes);
    const answerMs = doneMs + roundTripMs / 2;
    this.operations.wake(request, answerMs);
    return answerMs;
  }

  /** No connection in time; the pool throws. */
  fail(request: number): void {
    this.operations.fail(request, this.context.nowMs);
  }

  broke(node: number): void {
    this.table.stations[node]!.crash(this.context.nowMs);
    const hear = (request: number) => this.operations.wake(request, this.context.nowMs);
    this.operations.empty(this.hanging[node]!, hear);
    if (node !== this.nodes.primary) return;
    this.operations.empty(this.unconfirmed, hear);
    this.isStalled = false;
    this.stalls++;
  }

  resumed(node: number): void {
    this.operations.empty(this.hanging[node]!, (request) => {
      const endMs = this.execute(request, node);
      this.holdUntil(request, endMs);
    });
  }

  writable(isWritable: boolean): void {
    if (isWritable) this.endpoints[WRITER].pools.reconnect();
    else this.endpoints[WRITER].pools.disconnect();
  }

  /** A primary that had gone on alone waits again when enough replicas follow; what waits for them is confirmed. */
  followersChanged(): void {
    let readyMs = this.context.nowMs;
    for (const replica of this.nodes.replicas) if (replica.isAttached) readyMs = Math.max(readyMs, replica.readyAtMs);
    this.context.schedule(readyMs, 0, PATIENCE);
  }

  wakeForFailover(atMs: number, generation: number): void {
    this.context.schedule(atMs, generation, FAILOVER);
  }

  override elapsed(entity: number, operand: number): void {
    if (operand === FAILOVER) this.nodes.failoverElapsed(entity);
    else if (operand === PATIENCE) this.patienceElapsed(entity);
    else if (operand === SILENCE) this.silenceElapsed(this.hanging[entity] ?? this.unconfirmed);
    else this.endpoints[operand === WRITER ? WRITER : READER].pools.elapsed(entity);
  }

  private silenceElapsed(line: WaitingLine): void {
    this.operations.expire(line, this.settings.socketTimeoutMs, (request) => {
      this.holdUntil(request, this.context.nowMs);
    });
  }

  /** Patience with stall number `stall` is over; 0: it is only that the replicas are others. */
  private patienceElapsed(stall: number): void {
    const isSatisfied = this.acknowledgement.isSatisfiedBy(this.nodes.followers());
    if (stall === 0) {
      if (!isSatisfied) return;
      this.acknowledgement.hasGivenUp = false;
    } else {
      if (!this.isStalled || stall !== this.stalls) return;
      this.acknowledgement.hasGivenUp = true;
    }
    this.isStalled = false;
    const { nowMs } = this.context;
    const heardMs = isSatisfied ? nowMs + 2 * this.settings.replicationDelayMs : nowMs;
    this.operations.empty(this.unconfirmed, (request) => {
      this.operations.wake(request, heardMs);
      this.holdUntil(request, heardMs);
    });
  }

  override serverStarted(server: number): void {
    for (const { pools } of this.endpoints) pools.serverStarted(server);
  }

  override serverStopped(server: number): void {
    for (const { pools } of this.endpoints) pools.serverStopped(server);
  }

  override storeFaultBegins(kind: StoreFaultKind, node: number): void {
    this.nodes.faultBegins(kind, node);
  }

  override storeFaultEnds(kind: StoreFaultKind, node: number): void {
    this.nodes.faultEnds(kind, node);
  }

  forget(session: number): void {
    if (this.nodes.contains[session]! > 0) {
      const { idleTimeoutMs } = this.context.rules;
      this.table.leave(idleTimeoutMs === null ? null : this.writtenAtMs[session]! + idleTimeoutMs);
    }
    this.nodes.forget(session);
    this.writtenAtMs[session] = Number.NEGATIVE_INFINITY;
  }
}

export const sqlDatabase = defineState({
  name: "sql-database",
  aliases: ["postgresql", "mysql", "jdbc-store", "rds"],
  summary: "All servers keep sessions in a table of one database: a primary, and replicas that follow it.",
  whenToUse: "There is a database anyway, sessions must survive everything, and requests are not too many for it.",
  knownFlaw: "Every request pays two statements and a place in the pool; replicas lag, and failovers take a minute.",
  source:
    "MySQL 8.4 manual (semisynchronous replication), PostgreSQL 16 manual (synchronous_commit), Patroni 3 documentation (dynamic configuration, replication modes), Amazon RDS user guide (Multi-AZ), HikariCP 6 README.",
  knobs: sqlKnobs,
  create: (values, context) => new SqlDatabase(context, values),
});
