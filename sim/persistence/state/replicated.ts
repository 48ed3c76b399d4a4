import type { Draws } from "../../engine/draws.ts";
import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { Backend, defineState, FOUND, PENDING, type StateContext, WRITTEN } from "./backend.ts";
import { CopiesByServer, NO_COPY } from "./copies-by-server.ts";
import { LastUse } from "./last-use.ts";
import { Membership } from "./membership.ts";
import { Messages } from "./messages.ts";
import { type ReplicationSettings, replicationKnobs, settingsOf } from "./replication-settings.ts";
import { givenUpMs } from "./send-timeout.ts";
import { StateTransfer } from "./state-transfer.ts";
import { Station } from "./station.ts";

/** Operands of events: what is due for a message, with a bit for one that carries the whole session; or a transfer. */
const FLUSH = 0;
const ARRIVE = 1;
const APPLY = 2;
const WHOLE = 4;
const TRANSFERRED = 8;

/** How far a session has come: written where nobody else was, given to the sender, arrived on another server. */
const ALONE = 0;
const SENT = 1;
const SPREAD = 2;

/**
 * Every server has a copy of every session (Tomcat's DeltaManager).
 *
 * A write is serialised by the request that makes it, and then sent to each of the others by its server's sender, one
 * message after another: with n servers each write occupies the sender for n - 1 sends, and that is what saturates. What
 * comes in is taken in by another thread and costs nothing here, which over a full-duplex network is the same load once
 * more, not a larger one. All copies of one write arrive at one moment.
 */
class Replicated extends Backend implements SessionColumns {
  private readonly context: StateContext;
  private readonly settings: ReplicationSettings;
  private readonly messages = new Messages();
  private readonly held: CopiesByServer;
  private readonly members: Membership;
  private readonly transfer: StateTransfer;
  private readonly lastUse: LastUse;
  private readonly senders: readonly Station[];
  private readonly jitter: Draws;
  /** By server: when its timer of batched sends went off first in its present life. */
  private readonly phaseMs: Float64Array;
  /** Requests whose write waits for the sender, not for the serialising before it. */
  private readonly sending = new Set<number>();
  private newestLife = -1;
  /** The life that wrote last, and how far the session has come. */
  private writer = new Int32Array(0);
  private reach = new Uint8Array(0);
  /** Writes ever made, lost ones included: the order of copies. */
  private writes = new Int32Array(0);
  /** In batched mode: the life whose next flush will send the session; -1 for none. */
  private dirtyIn = new Int32Array(0);
  /** Tells this tenant of a slot from those before it, for messages under way. */
  private tenancy = new Int32Array(0);

  constructor(context: StateContext, settings: ReplicationSettings) {
    super();
    const { servers } = context;
    this.context = context;
    this.settings = settings;
    this.held = new CopiesByServer(servers.count);
    this.members = new Membership(servers, settings.detectionMs);
    this.lastUse = new LastUse(context, settings.backupIdleLimits);
    this.senders = Array.from({ length: servers.count }, () => new Station(1));
    this.transfer = new StateTransfer(servers, settings.transfer);
    this.jitter = context.drawsOf("replicated/jitter");
    const phases = context.drawsOf("replicated/flush");
    this.phaseMs = Float64Array.from(this.senders, (_, server) => settings.flushMs * phases.at(server, 0).uniform());
    for (let server = 0; server < servers.count; server++) {
      this.newestLife = Math.max(this.newestLife, servers.lifeOf(server));
    }
    context.attach(this.held);
    context.attach(this);
  }

  grow(capacity: number): void {
    this.writer = grown(this.writer, new Int32Array(capacity));
    this.reach = grown(this.reach, new Uint8Array(capacity));
    this.writes = grown(this.writes, new Int32Array(capacity));
    this.dirtyIn = grown(this.dirtyIn, new Int32Array(capacity));
    this.tenancy = grown(this.tenancy, new Int32Array(capacity));
    this.transfer.grow(capacity);
  }

  copies(n: number): number {
    return n;
  }

  read(request: number, server: number): number {
    const { context } = this;
    const session = context.sessionOf(request);
    const contains = this.held.containsOf(session, server);
    const writer = this.writer[session]!;
    // A copy that never was, as when of two logins at once one called the other's off, was lost to no crash.
    if (writer < 0) return this.missing(null);
    if (contains === NO_COPY) return this.missing(this.causeOfMiss(session, server, writer));
    if (this.lastUse.looksOver(session, server)) return this.missing("expired-early");
    this.writesRead = contains;
    this.cause = context.servers.isAlive(writer) ? "replication-lag" : "write-behind";
    return FOUND;
  }

  private causeOfMiss(session: number, server: number, writer: number) {
    if (this.held.hasAny(session)) return this.transfer.isDone(server) ? "replication-lag" : "state-transfer";
    return this.reach[session] === SENT ? "write-behind" : this.context.servers.causeOfEnd(writer);
  }

  write(request: number, server: number, _contains: number, changed: boolean): number {
    const { context, settings } = this;
    const session = context.sessionOf(request);
    this.sending.delete(request);
    if (!changed) {
      this.lastUse.unchanged(session, server);
      return WRITTEN;
    }
    if (settings.mode === "batched") return this.noted(session, server);
    const serialisingMs = this.messageBytes(session, server) * settings.serialiseMsPerByte;
    if (serialisingMs === 0) return this.dispatch(request, server);
    context.scheduleWrite(context.nowMs + serialisingMs, request);
    return PENDING;
  }

  override writeDone(request: number, server: number): number {
    if (!this.sending.delete(request)) return this.dispatch(request, server);
    const session = this.context.sessionOf(request);
    const whole = this.wholeBit(session, server);
    const message = this.written(session, server, SPREAD);
    if (this.settings.mode === "sync-received") {
      this.context.schedule(this.context.nowMs + this.settings.applyMs, message, APPLY | whole);
    } else {
      this.deliver(message, whole !== 0);
    }
    return WRITTEN;
  }

  /** The message is ready for the sender. */
  private dispatch(request: number, server: number): number {
    const { context, settings } = this;
    const session = context.sessionOf(request);
    const others = context.servers.upCount - 1;
    const isAsync = settings.mode === "async";
    if (isAsync && !this.isFull(session, server, others)) {
      const whole = this.wholeBit(session, server);
      const atMs = this.send(server, others, this.messageBytes(session, server)) + this.jitterMs(session, server);
      const message = this.written(session, server, others > 0 ? SENT : ALONE);
      context.schedule(atMs, message, ARRIVE | whole);
      return WRITTEN;
    }
    if (isAsync && settings.whenFull === "drop") {
      this.messages.release(this.written(session, server, SENT));
      return WRITTEN;
    }
    const waitsUntilMs = isAsync ? -1 : this.members.unnoticedUntilMs(context.nowMs);
    if (others === 0 && waitsUntilMs <= context.nowMs) {
      this.messages.release(this.written(session, server, ALONE));
      return WRITTEN;
    }
    let atMs = this.send(server, others, this.messageBytes(session, server));
    if (waitsUntilMs > context.nowMs)
      atMs = Math.max(atMs, givenUpMs(context.nowMs, waitsUntilMs, settings.sendTimeout));
    this.sending.add(request);
    context.scheduleWrite(atMs, request);
    return PENDING;
  }

  /** Batched: the session waits for its server's next flush, which sends what it is then. */
  private noted(session: number, server: number): number {
    const { context } = this;
    const life = context.servers.lifeOf(server);
    const message = this.written(session, server, context.servers.upCount > 1 ? SENT : ALONE);
    if (this.dirtyIn[session] === life) {
      this.messages.release(message);
      return WRITTEN;
    }
    this.dirtyIn[session] = life;
    const { flushMs } = this.settings;
    const ticks = Math.floor((context.nowMs - this.phaseMs[server]!) / flushMs) + 1;
    context.schedule(this.phaseMs[server]! + ticks * flushMs, message, FLUSH);
    return WRITTEN;
  }

  /** The server has the write. Answers the message for the others, not yet under way. */
  private written(session: number, server: number, reach: number): number {
    const life = this.context.servers.lifeOf(server);
    // Requests on one server work on one object in one memory: what each changes stays.
    const content = Math.max(0, this.held.containsOf(session, server)) + 1;
    const order = ++this.writes[session]!;
    this.held.put(session, server, content, order);
    this.writer[session] = life;
    this.lastUse.changed(session, server);
    this.reach[session] = Math.max(this.reach[session]!, reach);
    this.transfer.holds(session, this.context.bytesOf(session));
    this.writesWritten = content;
    return this.messages.put(session, this.tenancy[session]!, content, life, this.newestLife, order);
  }

  /** Hands a message to the server's sender, and tells when the others have it. */
  private send(server: number, others: number, bytes: number): number {
    const { context, settings } = this;
    if (others === 0) return context.nowMs;
    context.countReplication(others, others * bytes);
    return this.senders[server]!.serve(context.nowMs, others * bytes * settings.sendMsPerByte) + settings.delayMs;
  }

  /** The queue holds a message once, for all its receivers. */
  private isFull(session: number, server: number, others: number): boolean {
    const { sendMsPerByte, queueBytes } = this.settings;
    if (others === 0 || sendMsPerByte === 0) return false;
    const queued = this.senders[server]!.waitMs(this.context.nowMs) / (sendMsPerByte * others);
    return queued + this.messageBytes(session, server) > queueBytes;
  }

  private jitterMs(session: number, server: number): number {
    if (this.settings.jitterMs === 0) return 0;
    const visit = this.context.visitOf(session);
    return this.settings.jitterMs * this.jitter.at(visit, this.held.containsOf(session, server) + 1).uniform();
  }

  /** A session's first message carries all of it, and so does every one unless only changes are sent. */
  private wholeBit(session: number, server: number): number {
    return this.settings.sendsWhole || this.held.containsOf(session, server) <= 0 ? WHOLE : 0;
  }

  private messageBytes(session: number, server: number): number {
    const whole = this.wholeBit(session, server) !== 0;
    return whole ? this.context.bytesOf(session) : this.context.changedBytesOf(session);
  }

  override elapsed(entity: number, operand: number): void {
    const whole = (operand & WHOLE) !== 0;
    const due = operand & ~WHOLE;
    if (due === TRANSFERRED) {
      const donor = this.transfer.end(entity);
      if (donor >= 0) this.held.transfer(donor, this.context.servers.serverOf(entity));
    } else if (due === FLUSH) {
      this.flush(entity);
    } else if (due === APPLY || this.context.servers.isAlive(this.messages.life[entity]!)) {
      this.deliver(entity, whole);
    } else {
      this.messages.release(entity);
    }
  }

  private flush(message: number): void {
    const { session, tenancy, life, contains } = this.messages;
    const slot = session[message]!;
    if (this.tenancy[slot] !== tenancy[message] || !this.context.servers.isAlive(life[message]!)) {
      this.messages.release(message);
      return;
    }
    this.dirtyIn[slot] = -1;
    const server = this.context.servers.serverOf(life[message]!);
    const whole = this.settings.sendsWhole || this.reach[slot] !== SPREAD ? WHOLE : 0;
    const writes = this.held.containsOf(slot, server) - contains[message]! + 1;
    contains[message]! += writes - 1;
    this.messages.order[message] = this.held.orderOf(slot, server);
    this.messages.newestLife[message] = this.newestLife;
    const all = this.context.bytesOf(slot);
    const bytes = whole === 0 ? Math.min(all, writes * this.context.changedBytesOf(slot)) : all;
    const atMs = this.send(server, this.context.servers.upCount - 1, bytes);
    this.context.schedule(atMs, message, ARRIVE | whole);
  }

  /** The message arrives everywhere at once. A change is no use to whoever has no copy to apply it to. */
  private deliver(message: number, whole: boolean): void {
    const { session, tenancy, contains, life, newestLife, order } = this.messages;
    const slot = session[message]!;
    const { servers } = this.context;
    if (this.tenancy[slot] === tenancy[message]) {
      for (let server = 0; server < servers.count; server++) {
        const receiver = servers.lifeOf(server);
        if (receiver < 0 || receiver > newestLife[message]! || receiver === life[message]) continue;
        if (!whole && this.held.containsOf(slot, server) === NO_COPY) continue;
        const keepsNewer = this.settings.isOrdered && this.held.orderOf(slot, server) > order[message]!;
        if (!keepsNewer) this.held.put(slot, server, contains[message]!, order[message]!);
        this.reach[slot] = SPREAD;
      }
    }
    this.messages.release(message);
  }

  forget(session: number): void {
    this.held.forgetSession(session);
    this.transfer.holds(session, 0);
    this.writer[session] = -1;
    this.lastUse.forget(session);
    this.reach[session] = ALONE;
    this.writes[session] = 0;
    this.dirtyIn[session] = -1;
    this.tenancy[session]!++;
  }

  override serverStarted(server: number): void {
    const { context, settings } = this;
    const life = context.servers.lifeOf(server);
    this.newestLife = life;
    this.members.started(server);
    this.senders[server]!.crash(context.nowMs);
    this.phaseMs[server] = context.nowMs;
    const donor = this.transfer.begin(server);
    if (donor < 0) return;
    const { bytes, pausesMs } = this.transfer;
    const busyMs = bytes * (settings.serialiseMsPerByte + settings.sendMsPerByte);
    context.countReplication(this.transfer.blocks, bytes);
    const atMs = this.senders[donor]!.serve(context.nowMs, busyMs) + pausesMs + settings.delayMs;
    this.transfer.expected(server, atMs);
    context.schedule(atMs, life, TRANSFERRED);
  }

  override joinMs(server: number): number {
    return this.transfer.waitMs(server, this.context.nowMs);
  }

  override serverStopped(server: number): void {
    this.members.stopped(server, this.context.nowMs);
    this.held.forgetServer(server);
  }
}

export const replicated = defineState({
  name: "replicated",
  aliases: ["all-to-all", "DeltaManager"],
  summary: "Every server holds a copy of every session; each write goes to all others.",
  whenToUse: "Few servers (Tomcat advises four at most), small sessions, reads that must be local everywhere.",
  knownFlaw:
    "Messages and memory grow with the square of the fleet; asynchronous writes die with their server, synchronous ones wait for a dead one.",
  source:
    "Apache Tomcat 11 cluster-howto, cluster-manager, -membership, -sender and -interceptor: DeltaManager, channelSendOptions 8 (asynchronous, its default), 6 (acknowledged after processing), 2 (acknowledged on receipt); WebSphere 8.5.5 tuning parameters (time-based writes).",
  knobs: replicationKnobs,
  create: (knobs, context) => new Replicated(context, settingsOf(knobs)),
});
