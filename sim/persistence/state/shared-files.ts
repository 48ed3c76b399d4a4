import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { AttributeCache } from "./attribute-cache.ts";
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
import { type FileSettings, fileKnobs, fileSettingsOf } from "./file-settings.ts";
import { Messages } from "./messages.ts";
import { Station } from "./station.ts";
import { withRoomFor } from "./waiting-line.ts";

/** Operands of events: a client writes back what it has held; a soft mount gives up; old files are looked for. */
const WRITE_BACK = 0;
const GIVE_UP = 1;
const CLEAN_UP = 2;

/** What a request is about. */
const ANSWERING = 0;
const BLOCKED_READ = 1;
const BLOCKED_WRITE = 2;
const GIVEN_UP = 3;
const SENT_AGAIN = 4;

/**
 * One file for each session on a file server that all servers mount (PHP's files on NFS).
 *
 * Opening a file asks the server for its attributes, and for its contents where they have changed; closing it after a
 * write sends what was written, and waits until it is on disk. So whoever opens later sees it: close-to-open. Where clients
 * trust attributes for a while they save the way, and may see an old file. A server that is down keeps its files; clients that
 * mount it hard wait for it without bound. Locks are the session rules' matter (`concurrency: locked`). An export that
 * acknowledges before the disk has it is not modelled.
 */
class SharedFiles extends Backend implements SessionColumns {
  private readonly context: StateContext;
  private readonly settings: FileSettings;
  private readonly cache: AttributeCache;
  private readonly station: Station;
  private readonly messages = new Messages();
  private isDown = false;
  /** How often everything was deleted. */
  private flushes = 0;
  /** Files in the directory, and those of sessions that are over: deleted when they are looked for. */
  private files = 0;
  private oldFiles = 0;
  private blocked: number[] = [];
  /** By request: what it is about, which attempt that was, the server's epoch then, and since when it has been blocked. */
  private doing = new Uint8Array(64);
  private attempt = new Int32Array(64);
  private epoch = new Int32Array(64);
  private sinceMs = new Float64Array(64);
  /** What the file contains, 0 for none, and the number of flushes when it was written. */
  private contains = new Int32Array(0);
  private storedIn = new Int32Array(0);
  /** The life of a client that has yet to write back, and what it will write. */
  private heldBy = new Int32Array(0);
  private held = new Int32Array(0);
  private hasFile = new Uint8Array(0);
  private tenancy = new Int32Array(0);

  constructor(context: StateContext, settings: FileSettings) {
    super();
    this.context = context;
    this.settings = settings;
    this.cache = new AttributeCache(context.servers.count, settings.trust);
    this.station = new Station(settings.threads);
    context.attach(this.cache);
    context.attach(this);
    if (settings.cleanUpMs !== null) context.schedule(context.nowMs + settings.cleanUpMs, 0, CLEAN_UP);
  }

  grow(capacity: number): void {
    this.contains = grown(this.contains, new Int32Array(capacity));
    this.storedIn = grown(this.storedIn, new Int32Array(capacity));
    this.heldBy = grown(this.heldBy, new Int32Array(capacity));
    this.held = grown(this.held, new Int32Array(capacity));
    this.hasFile = grown(this.hasFile, new Uint8Array(capacity));
    this.tenancy = grown(this.tenancy, new Int32Array(capacity));
  }

  copies(): number {
    return 1;
  }

  read(request: number, server: number): number {
    const { context } = this;
    const session = context.sessionOf(request);
    if (this.heldBy[session] === context.servers.lifeOf(server)) return this.found(this.held[session]!, "write-behind");
    if (this.cache.trusts(session, server, context.nowMs)) {
      return this.found(this.cache.containsOf(session, server), "attribute-cache");
    }
    this.enter(request);
    return this.open(request, session, server);
  }

  override readDone(request: number, server: number): number {
    if (this.doing[request] === GIVEN_UP) return UNAVAILABLE;
    const session = this.context.sessionOf(request);
    if (this.isUnanswered(request)) return this.open(request, session, server);
    const { servers, nowMs } = this.context;
    const isHeld = servers.isAlive(this.heldBy[session]!);
    if (this.contains[session] === 0) return this.missing(this.heldBy[session]! < 0 ? null : unwritten(isHeld));
    if (this.storedIn[session] !== this.flushes) return this.missing("store-flush");
    this.cache.checked(session, server, this.contains[session]!, nowMs);
    return this.found(this.contains[session]!, unwritten(isHeld));
  }

  private found(contains: number, cause: "write-behind" | "attribute-cache" | "replication-lag"): number {
    this.writesRead = contains;
    this.cause = cause;
    return FOUND;
  }

  /** Asks for the attributes, and for the contents where the client has older ones. */
  private open(request: number, session: number, server: number): number {
    if (this.isDown) return this.block(request, true);
    const { settings } = this;
    const isCached = this.cache.containsOf(session, server) === this.contains[session];
    const operations = (isCached ? 1 : 2) + settings.extraOperations;
    const bytes = isCached ? 0 : this.context.bytesOf(session);
    this.context.scheduleRead(this.operate(request, operations, bytes), request);
    return PENDING;
  }

  write(request: number, server: number, contains: number, changed: boolean): number {
    const { context, settings } = this;
    if (!changed && !settings.touches) return WRITTEN;
    const session = context.sessionOf(request);
    if (changed && settings.writeBackMs > 0) return this.hold(session, server, contains);
    this.enter(request);
    return this.close(request, session, changed);
  }

  override writeDone(request: number, server: number, contains: number, changed: boolean): number {
    if (this.doing[request] === GIVEN_UP) return UNAVAILABLE;
    const session = this.context.sessionOf(request);
    if (this.isUnanswered(request)) return this.close(request, session, changed);
    if (!changed) return WRITTEN;
    const isThere = this.storedIn[session] === this.flushes;
    const content = this.context.contentOf(isThere ? this.contains[session]! : 0, contains, changed);
    if (content < 0) return CONFLICT;
    this.store(session, server, content);
    this.writesWritten = content;
    return WRITTEN;
  }

  /** Writes and commits, or only sets the time of the last use. */
  private close(request: number, session: number, changed: boolean): number {
    if (this.isDown) return this.block(request, false);
    const bytes = changed ? this.context.bytesOf(session) : 0;
    const commitMs = changed ? this.settings.commitMs : 0;
    this.context.scheduleWrite(this.operate(request, changed ? 2 : 1, bytes) + commitMs, request);
    return PENDING;
  }

  private store(session: number, server: number, content: number): void {
    this.contains[session] = content;
    this.storedIn[session] = this.flushes;
    this.cache.wrote(session, server, content, this.context.nowMs);
    if (this.hasFile[session] === 1) return;
    this.hasFile[session] = 1;
    this.files++;
  }

  /** The client keeps what was written, and acknowledges it. */
  private hold(session: number, server: number, contains: number): number {
    const { context } = this;
    const life = context.servers.lifeOf(server);
    const isHeld = this.heldBy[session] === life;
    const content = context.contentOf(isHeld ? this.held[session]! : this.contains[session]!, contains, true);
    if (content < 0) return CONFLICT;
    this.held[session] = content;
    this.writesWritten = content;
    if (!isHeld) {
      this.heldBy[session] = life;
      const message = this.messages.put(session, this.tenancy[session]!, 0, life);
      context.schedule(context.nowMs + this.settings.writeBackMs, message, WRITE_BACK);
    }
    return WRITTEN;
  }

  private writeBack(message: number): void {
    const { session, tenancy, life } = this.messages;
    const { context } = this;
    const slot = session[message]!;
    const isHeld = this.tenancy[slot] === tenancy[message] && this.heldBy[slot] === life[message];
    if (!isHeld || !context.servers.isAlive(life[message]!)) {
      this.messages.release(message);
    } else if (this.isDown) {
      context.schedule(context.nowMs + this.settings.timeoutMs, message, WRITE_BACK);
    } else {
      this.serve(2, context.bytesOf(slot));
      this.store(slot, context.servers.serverOf(life[message]!), this.held[slot]!);
      this.heldBy[slot] = -1;
      this.messages.release(message);
    }
  }

  private enter(request: number): void {
    this.doing = withRoomFor(this.doing, request);
    this.attempt = withRoomFor(this.attempt, request);
    this.epoch = withRoomFor(this.epoch, request);
    this.sinceMs = withRoomFor(this.sinceMs, request);
    this.doing[request] = ANSWERING;
    this.attempt[request] = this.context.attemptOf(request);
  }

  /** When the answers to so many operations, one after another, are back; one of them carries the bytes. */
  private operate(request: number, operations: number, bytes: number): number {
    this.doing[request] = ANSWERING;
    this.epoch[request] = this.station.epoch;
    return this.serve(operations, bytes) + operations * this.settings.roundTripMs;
  }

  private serve(operations: number, bytes: number): number {
    const { operationMs, lookupPerFileMs, msPerByte } = this.settings;
    for (let operation = 0; operation < operations; operation++) this.context.countStoreOperation();
    const busyMs = operations * operationMs + this.files * lookupPerFileMs + bytes * msPerByte;
    return this.station.serve(this.context.nowMs, busyMs);
  }

  /** True when the request was blocked until now, or the server went down before it answered. */
  private isUnanswered(request: number): boolean {
    return this.doing[request] !== ANSWERING || this.isDown || this.epoch[request] !== this.station.epoch;
  }

  /** The request waits for the server to come back. */
  private block(request: number, isRead: boolean): number {
    const { context, settings } = this;
    this.doing[request] = isRead ? BLOCKED_READ : BLOCKED_WRITE;
    this.sinceMs[request] = context.nowMs;
    this.blocked.push(request);
    if (settings.isSoft) context.schedule(context.nowMs + settings.softMs, request, GIVE_UP);
    return PENDING;
  }

  private isBlocked(request: number): boolean {
    const isSame = this.context.attemptOf(request) === this.attempt[request];
    return isSame && (this.doing[request] === BLOCKED_READ || this.doing[request] === BLOCKED_WRITE);
  }

  private release(request: number, atMs: number, then: number): void {
    const isRead = this.doing[request] === BLOCKED_READ;
    this.doing[request] = then;
    if (isRead) this.context.scheduleRead(atMs, request);
    else this.context.scheduleWrite(atMs, request);
  }

  override elapsed(entity: number, operand: number): void {
    const { nowMs } = this.context;
    if (operand === WRITE_BACK) {
      this.writeBack(entity);
    } else if (operand === CLEAN_UP) {
      this.cleanUp();
    } else if (this.isBlocked(entity) && nowMs >= this.sinceMs[entity]! + this.settings.softMs) {
      this.release(entity, nowMs, GIVEN_UP);
    }
  }

  /**
   * Every file is looked at, by one thread of the server, and those of sessions that are over are deleted. A scan that is
   * still at it when the next is due puts that off until it is done, as a cron job under a lock: so whoever came to the
   * server meanwhile has his turn before the next one.
   */
  private cleanUp(): void {
    const { context, settings } = this;
    let doneMs = context.nowMs;
    if (!this.isDown) {
      doneMs = this.station.serve(context.nowMs, this.files * settings.scanPerFileMs);
      this.files -= this.oldFiles;
      this.oldFiles = 0;
    }
    context.schedule(Math.max(doneMs, context.nowMs + settings.cleanUpMs!), 0, CLEAN_UP);
  }

  override storeFaultBegins(kind: StoreFaultKind, node: number): void {
    if (node > 0) return;
    if (kind === "flush") {
      this.flushes++;
      this.files = 0;
      this.oldFiles = 0;
      this.hasFile.fill(0);
    } else if (kind !== "cut-off") {
      this.isDown = true;
      this.station.crash(this.context.nowMs);
    }
  }

  /** Whoever waited is answered once clients have noticed, and the server's period of grace is over. */
  override storeFaultEnds(kind: StoreFaultKind, node: number): void {
    if (node > 0 || kind === "flush" || kind === "cut-off") return;
    const { nowMs } = this.context;
    this.isDown = false;
    this.station.crash(nowMs);
    this.station.stall(nowMs + this.settings.recoveryMs);
    const { blocked } = this;
    this.blocked = [];
    for (const request of blocked) if (this.isBlocked(request)) this.release(request, nowMs, SENT_AGAIN);
  }

  override serverStopped(server: number): void {
    this.cache.forgetClient(server);
  }

  forget(session: number): void {
    this.cache.forgetFile(session);
    if (this.hasFile[session] === 1) this.oldFiles++;
    this.hasFile[session] = 0;
    this.contains[session] = 0;
    this.storedIn[session] = this.flushes;
    this.heldBy[session] = -1;
    this.tenancy[session]!++;
  }
}

/** Why a file is behind what was acknowledged: a client has yet to write it back, or never will. */
const unwritten = (isHeld: boolean) => (isHeld ? "replication-lag" : "write-behind");

export const sharedFiles = defineState({
  name: "shared-files",
  aliases: ["nfs", "file-store", "files"],
  summary: "Sessions are files on a file server that all servers mount.",
  whenToUse:
    "An application that keeps its sessions in files, moved to several servers; few requests, no other store at hand.",
  knownFlaw: "When the file server hangs everybody hangs with it, and trusted attributes show old sessions.",
  source:
    "nfs(5) of Linux: acregmin 3 s, acregmax 60 s, timeo 600, retrans 2, hard by default, close-to-open; net/sunrpc/xprt.c for when a soft mount gives up; PHP 8 session.save_handler = files.",
  knobs: fileKnobs,
  create: (knobs, context) => new SharedFiles(context, fileSettingsOf(knobs)),
});
