import type { ValuesOf } from "../../catalogue.ts";
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
import { Endpoint, type EndpointUser } from "./database-endpoint.ts";
import { DatabaseOperations } from "./database-operations.ts";
import { EqualNodes, type EqualNodesUser } from "./equal-nodes.ts";
import { multiPrimaryKnobs } from "./multi-primary-knobs.ts";
import { NodeCopies } from "./node-copies.ts";
import { poolSettings } from "./pool-settings.ts";
import { SessionTable } from "./session-table.ts";
import { isTouchDue } from "./sql-knobs.ts";
import { Station } from "./station.ts";
import { type WaitingLine, withRoomFor } from "./waiting-line.ts";

/** Operands of alarms. */
const POOLS = 0;
const VIEW = 1;
const JOIN = 2;
const SILENCE = 3;

/** Galera: gcs.fc_limit, times √n where several nodes take writes, and gcs.fc_factor. */
const FLOW_LIMIT = 16;

/**
 * Sessions in a database every node of which takes writes. A server works with the node that is nearest to it, number
 * modulo number, and with the next one when that does not serve.
 *
 * "certification": a write is ordered among all nodes before its commit, and fails there if the node had not applied an
 * earlier write to the same row when the statement began: the first committer wins. "last-writer-wins": each node commits
 * by itself, rows travel, and the newest stamp stays; stamps come from the nodes' clocks. As in the single-primary
 * database, all times at a node are told half a round trip late.
 */
class MultiPrimaryDatabase extends Backend implements SessionColumns, EndpointUser, EqualNodesUser {
  private readonly context: StateContext;
  private readonly settings: ValuesOf<typeof multiPrimaryKnobs>;
  private readonly isCertifying: boolean;
  private readonly nodes: number;
  private readonly rows: NodeCopies;
  private readonly tables: readonly SessionTable[];
  private readonly appliers: readonly Station[];
  private readonly operations: DatabaseOperations;
  private readonly endpoint: Endpoint;
  private readonly equals: EqualNodes;
  /** By node: operations that it has yet to answer. */
  private readonly waiting: readonly WaitingLine[];
  private serverOf = new Int32Array(64);
  private startedAtMs = new Float64Array(64);
  /** By node and session: when the newest write of another node was or will be applied there. */
  private readonly changedAtMs: Float64Array[];
  private writtenAtMs = new Float64Array(0);
  private flushed = new Uint8Array(0);

  constructor(context: StateContext, settings: ValuesOf<typeof multiPrimaryKnobs>) {
    super();
    const { nodes, kind, clockSkewMs } = settings;
    this.context = context;
    this.settings = settings;
    this.nodes = nodes;
    this.isCertifying = kind === "certification";
    const each = Array.from({ length: nodes }, (_, node) => node);
    // The first clock is the fastest, the last the slowest by that much, the others lie between.
    const offsetsMs = each.map((node) => (nodes === 1 ? 0 : (-clockSkewMs * node) / (nodes - 1)));
    this.rows = new NodeCopies(
      this.isCertifying ? "order" : "stamp",
      this.isCertifying ? each.map(() => 0) : offsetsMs,
    );
    this.tables = each.map(() => new SessionTable(settings, 1));
    this.appliers = each.map(() => new Station(1));
    this.operations = new DatabaseOperations(context);
    const pool = poolSettings(settings);
    this.endpoint = new Endpoint(
      context,
      { ...pool, maxConnections: pool.maxConnections * nodes },
      this,
      "nodes",
      POOLS,
    );
    this.equals = new EqualNodes(context, settings, this.isCertifying, this.rows, this);
    this.waiting = each.map(() => this.operations.line());
    this.changedAtMs = this.isCertifying ? each.map(() => new Float64Array(0)) : [];
    context.attach(this.rows);
    context.attach(this);
  }

  grow(capacity: number): void {
    this.writtenAtMs = grown(this.writtenAtMs, new Float64Array(capacity));
    this.flushed = grown(this.flushed, new Uint8Array(capacity));
    for (let node = 0; node < this.changedAtMs.length; node++) {
      this.changedAtMs[node] = grown(this.changedAtMs[node]!, new Float64Array(capacity));
    }
  }

  copies(): number {
    return this.nodes;
  }

  read(request: number, server: number): number {
    return this.start(request, server, false);
  }

  override readDone(request: number): number {
    const node = this.operations.nodeOf(request);
    if (this.hasBroken(request, node)) return UNAVAILABLE;
    if (this.equals.isHanging(node)) return this.wait(request, node);
    const session = this.context.sessionOf(request);
    const content = this.rows.contentOn(node, session, this.context.nowMs);
    if (content === 0) {
      if (this.flushed[session] === 1) return this.missing("store-flush");
      return this.missing(this.rows.isAnywhere(session) ? this.equals.causeOfLag() : null);
    }
    this.cause = this.rows.isSkewed(session) ? "clock-skew" : this.equals.causeOfLag();
    this.writesRead = content;
    return FOUND;
  }

  write(request: number, server: number, _contains: number, changed: boolean): number {
    const sinceMs = this.context.nowMs - this.writtenAtMs[this.context.sessionOf(request)]!;
    if (!changed && !isTouchDue(this.settings, sinceMs)) return WRITTEN;
    return this.start(request, server, true);
  }

  override writeDone(request: number, _server: number, contains: number, changed: boolean): number {
    const node = this.operations.nodeOf(request);
    if (this.hasBroken(request, node)) return UNAVAILABLE;
    if (this.equals.isHanging(node) || this.equals.group?.isPaused === true) return this.wait(request, node);
    const session = this.context.sessionOf(request);
    const { nowMs } = this.context;
    this.writeCause = null;
    this.writtenAtMs[session] = nowMs;
    if (!changed) return WRITTEN;
    if (this.isCertifying && this.changedAtMs[node]![session]! > this.startedAtMs[request]!) return CONFLICT;
    const held = this.rows.contentOn(node, session, nowMs);
    const content = this.context.contentOf(held, contains, changed);
    if (content < 0) return CONFLICT;
    if (!this.rows.isAnywhere(session)) for (const table of this.tables) table.rows++;
    this.flushed[session] = 0;
    if (this.rows.write(node, session, content, nowMs)) this.spread(session, node);
    else this.writeCause = "clock-skew";
    this.writesWritten = this.rows.contentOn(node, session, nowMs);
    return WRITTEN;
  }

  /** Sends the node's row to all others. */
  private spread(session: number, node: number): void {
    const { nowMs } = this.context;
    const bytes = this.context.bytesOf(session);
    for (let to = 0; to < this.nodes; to++) {
      if (to === node) continue;
      // Whoever is not of the group is given everything when it joins.
      if (this.isCertifying && !this.equals.serves(to)) continue;
      const isThrough = this.isCertifying || this.equals.areConnected(node, to);
      const dueMs = this.appliers[to]!.serve(nowMs + this.settings.replicationDelayMs, this.applyMsOf(to));
      this.rows.send(node, to, session, isThrough ? dueMs : Infinity);
      if (this.isCertifying) this.changedAtMs[to]![session] = dueMs;
      this.context.countReplication(1, bytes);
    }
  }

  private start(request: number, server: number, isWrite: boolean): number {
    this.operations.start(request, isWrite, 0);
    this.serverOf = withRoomFor(this.serverOf, request);
    this.startedAtMs = withRoomFor(this.startedAtMs, request);
    this.serverOf[request] = server;
    this.endpoint.pools.acquire(request, server);
    return PENDING;
  }

  begin(request: number): number {
    const { roundTripMs, commitMs, replicationDelayMs, causalReads } = this.settings;
    const { nowMs } = this.context;
    const node = this.equals.nodeFor(this.serverOf[request]!);
    this.startedAtMs[request] = nowMs;
    if (node < 0) {
      this.operations.fail(request, nowMs + roundTripMs);
      return nowMs + roundTripMs;
    }
    const table = this.tables[node]!;
    this.operations.send(request, node, table.stations[0]!.epoch);
    this.context.countStoreOperation();
    const bytes = this.context.bytesOf(this.context.sessionOf(request));
    const atMs = nowMs + roundTripMs / 2;
    let answerMs: number;
    if (this.operations.isWriting(request)) {
      const orderedMs = this.isCertifying ? 2 * replicationDelayMs + this.flowControlMs() : 0;
      answerMs = table.write(atMs, bytes) + orderedMs + commitMs + roundTripMs / 2;
    } else {
      // A message to the group and back finds the place in the order that the node has to come to.
      const behindMs = causalReads ? Math.max(2 * replicationDelayMs, this.appliers[node]!.waitMs(nowMs)) : 0;
      answerMs = table.read(0, atMs, bytes) + behindMs + roundTripMs / 2;
    }
    this.operations.wake(request, answerMs);
    return answerMs;
  }

  fail(request: number): void {
    this.operations.fail(request, this.context.nowMs);
  }

  /** How long a write is held back because a node's queue of writes to apply is longer than it may be. */
  private flowControlMs(): number {
    const limit = FLOW_LIMIT * Math.sqrt(this.nodes);
    const arrivesMs = this.context.nowMs + this.settings.replicationDelayMs;
    let heldMs = 0;
    for (let node = 0; node < this.nodes; node++) {
      if (!this.equals.serves(node)) continue;
      const queuedMs = this.appliers[node]!.waitMs(arrivesMs);
      heldMs = Math.max(heldMs, queuedMs - limit * this.applyMsOf(node));
    }
    return heldMs;
  }

  private applyMsOf(node: number): number {
    const { applyMs, slowestApplyFactor } = this.settings;
    return node === this.nodes - 1 ? applyMs * slowestApplyFactor : applyMs;
  }

  private hasBroken(request: number, node: number): boolean {
    return this.operations.hasFailed(request) || !this.operations.isOf(request, this.tables[node]!.stations[0]!.epoch);
  }

  private wait(request: number, node: number): number {
    this.endpoint.pools.holdUntil(request, Infinity);
    this.waiting[node]!.push(request);
    this.context.schedule(this.context.nowMs + this.settings.socketTimeoutMs, node, SILENCE);
    return PENDING;
  }

  /** What waits for the node is looked at again. */
  lookAgain(node: number): void {
    this.operations.empty(this.waiting[node]!, (request) => {
      this.operations.wake(request, this.context.nowMs);
      this.endpoint.pools.holdUntil(request, this.context.nowMs);
    });
  }

  private silenceElapsed(node: number): void {
    this.operations.expire(this.waiting[node]!, this.settings.socketTimeoutMs, (request) => {
      this.endpoint.pools.holdUntil(request, this.context.nowMs);
    });
  }

  broke(node: number): void {
    this.tables[node]!.stations[0]!.crash(this.context.nowMs);
    this.lookAgain(node);
  }

  moveOn(server: number): void {
    this.endpoint.pools.moveOn(server);
  }
  wakeForView(atMs: number): void {
    this.context.schedule(atMs, 0, VIEW);
  }
  wakeForJoin(atMs: number, node: number): void {
    this.context.schedule(atMs, node, JOIN);
  }

  override elapsed(entity: number, operand: number): void {
    if (operand === POOLS) this.endpoint.pools.elapsed(entity);
    else if (operand === VIEW) this.equals.group?.viewElapsed(this.context.nowMs);
    else if (operand === JOIN) this.equals.group?.joinElapsed(entity);
    else this.silenceElapsed(entity);
  }

  override serverStarted(server: number): void {
    this.endpoint.pools.serverStarted(server);
  }

  override serverStopped(server: number): void {
    this.endpoint.pools.serverStopped(server);
  }

  override storeFaultBegins(kind: StoreFaultKind, node: number): void {
    if (kind === "flush") {
      this.rows.flush((session) => {
        this.flushed[session] = 1;
      });
      for (const table of this.tables) table.truncate();
      return;
    }
    this.equals.faultBegins(kind, node);
  }

  override storeFaultEnds(kind: StoreFaultKind, node: number): void {
    if (kind !== "flush") this.equals.faultEnds(kind, node);
  }

  forget(session: number): void {
    if (this.rows.isAnywhere(session)) {
      const { idleTimeoutMs } = this.context.rules;
      const atMs = idleTimeoutMs === null ? null : this.writtenAtMs[session]! + idleTimeoutMs;
      for (const table of this.tables) table.leave(atMs);
    }
    this.rows.forget(session);
    this.writtenAtMs[session] = Number.NEGATIVE_INFINITY;
    this.flushed[session] = 0;
    for (const changed of this.changedAtMs) changed[session] = Number.NEGATIVE_INFINITY;
  }
}

export const multiPrimaryDatabase = defineState({
  name: "multi-primary-database",
  aliases: ["galera", "percona-xtradb-cluster", "multi-master"],
  summary: "All servers keep sessions in a database every node of which takes writes.",
  whenToUse: "Writes must go on at once when a node fails, and each server should have a node near to it.",
  knownFlaw: "Two requests of one session that meet on two nodes: one is rolled back, or silently undone by a clock.",
  source:
    "Galera Cluster documentation (certification-based replication, flow control, evs.suspect_timeout 5 s, gcs.fc_limit 16), MariaDB 11; last write wins: Cassandra and bi-directional replication of PostgreSQL.",
  knobs: multiPrimaryKnobs,
  create: (values, context) => new MultiPrimaryDatabase(context, values),
});
