import type { ValuesOf } from "../../catalogue.ts";
import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import {
  ALL_NODES,
  Backend,
  CONFLICT,
  defineState,
  FOUND,
  type Holding,
  MISSING,
  PENDING,
  type StateContext,
  type StoreFaultKind,
  UNAVAILABLE,
  WRITTEN,
} from "./backend.ts";
import { cacheKnobs, SessionCache } from "./session-cache.ts";
import { SqlDatabase } from "./sql-database.ts";
import { sqlKnobs } from "./sql-knobs.ts";
import { withRoomFor } from "./waiting-line.ts";
import { WriteBehind, type WriteBehindUser, writeBehindKnobs } from "./write-behind.ts";

/** Where an operation of a request is. */
const IN_CACHE = 0;
const IN_DATABASE = 1;
const FILLING = 2;
const QUEUEING = 3;
const GAVE_UP = 4;

/** Operands below this one are the database's alarms. */
const QUEUES = 16;

/**
 * A cache in front of the database. The first node of the store is the cache, the others are the database's, whose knobs,
 * failovers and faults are those of sql-database.
 *
 * "write-through": a write goes to the database, then into the cache (Django's cached_db). "cache-aside": it goes to the
 * database, and the cache forgets the session. "write-behind": it goes into the cache and a queue, and is acknowledged;
 * the queue is brought to the database later. In all of them a read that the cache cannot answer goes to the database and
 * puts what it finds into the cache, which can be older than what somebody else has written there meanwhile.
 */
class CachedDatabase extends Backend implements SessionColumns, WriteBehindUser {
  override readonly holding: Holding | null;
  private readonly context: StateContext;
  private readonly settings: ValuesOf<typeof knobs>;
  private readonly cache: SessionCache;
  private readonly database: SqlDatabase;
  private readonly behind: WriteBehind;
  private readonly isBehind: boolean;
  private step = new Uint8Array(64);
  /** By request: what the database had, on its way into the cache. */
  private found = new Int32Array(64);
  /** By session: since its last write, acknowledged ones were lost on their way to the database. */
  private isLacking = new Uint8Array(0);

  constructor(context: StateContext, settings: ValuesOf<typeof knobs>) {
    super();
    this.context = context;
    this.settings = settings;
    this.isBehind = settings.writes === "write-behind";
    this.cache = new SessionCache(context, settings);
    this.database = new SqlDatabase(context, settings);
    this.holding = this.database.holding;
    this.behind = new WriteBehind(context, settings, this.database, this, QUEUES);
    context.attach(this);
  }

  grow(capacity: number): void {
    this.isLacking = grown(this.isLacking, new Uint8Array(capacity));
  }

  copies(): number {
    return 1 + this.database.copies();
  }

  read(request: number): number {
    this.step = withRoomFor(this.step, request);
    this.found = withRoomFor(this.found, request);
    this.step[request] = IN_CACHE;
    this.context.scheduleRead(this.cache.doneMs(this.context.sessionOf(request)), request);
    return PENDING;
  }

  override readDone(request: number, server: number): number {
    const session = this.context.sessionOf(request);
    if (this.step[request] === IN_CACHE) {
      const content = this.cache.get(session);
      if (content > 0) return this.has(content, this.causeInCache(session));
      this.step[request] = IN_DATABASE;
      return this.database.read(request, server);
    }
    if (this.step[request] === FILLING) {
      if (!this.isBehind || this.cache.get(session) === 0) this.cache.put(session, this.found[request]!);
      return this.has(this.found[request]!, this.causeOf(request, session));
    }
    const outcome = this.database.readDone(request);
    if (outcome === MISSING) return this.missing(this.isBehindOn(session) ? "write-behind" : this.database.cause);
    if (outcome !== FOUND) return outcome;
    this.found[request] = this.database.writesRead;
    if (!this.cache.answers) return this.has(this.found[request]!, this.causeOf(request, session));
    this.step[request] = FILLING;
    this.context.scheduleRead(this.cache.doneMs(session), request);
    return PENDING;
  }

  private has(content: number, cause: Backend["cause"]): number {
    this.writesRead = content;
    this.cause = cause;
    return FOUND;
  }

  /** Whether writes of the session have not reached the database. */
  private isBehindOn(session: number): boolean {
    return this.isLacking[session] === 1 || (this.isBehind && this.behind.has(session));
  }

  /** Why what the cache has may be old. */
  private causeInCache(session: number): Backend["cause"] {
    if (this.isLacking[session] === 1) return "write-behind";
    // Else an older row got there by a reader that had missed and was overtaken by a writer.
    return this.cache.isOld(session) ? "old-copy" : "concurrent-request";
  }

  /** Why what the database had may be old. */
  private causeOf(request: number, session: number): Backend["cause"] {
    if (this.isBehindOn(session)) return "write-behind";
    if (this.found[request] === this.database.contentOf(session)) return this.database.setbackOf(session);
    return this.settings.routing === "primary" ? "concurrent-request" : "replication-lag";
  }

  write(request: number, server: number, contains: number, changed: boolean): number {
    this.step = withRoomFor(this.step, request);
    this.found = withRoomFor(this.found, request);
    if (this.isBehind && this.cache.answers) {
      if (!changed && !this.settings.touches) return WRITTEN;
      this.step[request] = IN_CACHE;
      this.context.scheduleWrite(this.cache.doneMs(this.context.sessionOf(request)), request);
      return PENDING;
    }
    this.step[request] = IN_DATABASE;
    return this.database.write(request, server, contains, changed);
  }

  override writeDone(request: number, server: number, contains: number, changed: boolean): number {
    const session = this.context.sessionOf(request);
    switch (this.step[request]) {
      case IN_CACHE:
        return this.isBehind ? this.writeBehind(request, server, contains, changed) : this.written(session);
      case GAVE_UP:
        return UNAVAILABLE;
      case QUEUEING:
        return this.queue(request, server, contains, changed);
      default: {
        const outcome = this.database.writeDone(request, server, contains, changed);
        if (outcome !== WRITTEN || !changed) return outcome;
        this.writesWritten = this.database.writesWritten;
        return this.isInDatabase(request, session, this.database.contentOf(session));
      }
    }
  }

  /** The database has the write; the cache is told. */
  private isInDatabase(request: number, session: number, content: number): number {
    this.isLacking[session] = 0;
    this.behind.forget(session);
    if (this.settings.writes === "cache-aside") this.cache.evict(session);
    else this.cache.put(session, content);
    if (this.isBehind || !this.cache.answers) return WRITTEN;
    this.step[request] = IN_CACHE;
    this.context.scheduleWrite(this.cache.doneMs(session), request);
    return PENDING;
  }

  private written(session: number): number {
    this.writesWritten = this.database.contentOf(session);
    return WRITTEN;
  }

  private writeBehind(request: number, server: number, contains: number, changed: boolean): number {
    if (!this.cache.answers) {
      this.step[request] = IN_DATABASE;
      return this.database.write(request, server, contains, changed);
    }
    const session = this.context.sessionOf(request);
    if (changed) {
      const content = this.context.contentOf(this.cache.get(session), contains, true);
      if (content < 0) return CONFLICT;
      this.cache.put(session, content);
      this.found[request] = content;
    } else {
      this.found[request] = this.cache.get(session);
      if (this.found[request] === 0) return WRITTEN;
    }
    return this.queue(request, server, contains, changed);
  }

  /** Finds a place in the queue for what the cache has, or does what is to be done when there is none. */
  private queue(request: number, server: number, contains: number, changed: boolean): number {
    const session = this.context.sessionOf(request);
    const content = this.found[request]!;
    this.writesWritten = content;
    if (this.behind.put(server, session, content)) {
      if (changed) this.isLacking[session] = 0;
      return WRITTEN;
    }
    switch (this.settings.whenFull) {
      case "block":
        this.step[request] = QUEUEING;
        this.behind.wait(server, request);
        return PENDING;
      case "drop":
        if (changed) this.isLacking[session] = 1;
        return WRITTEN;
      default:
        this.step[request] = IN_DATABASE;
        return this.database.write(request, server, contains, changed);
    }
  }

  lost(session: number): void {
    this.isLacking[session] = 1;
  }

  gaveUp(request: number): void {
    this.step[request] = GAVE_UP;
    this.context.scheduleWrite(this.context.nowMs, request);
  }

  override elapsed(entity: number, operand: number): void {
    if (operand >= QUEUES) this.behind.elapsed(entity, operand - QUEUES);
    else this.database.elapsed(entity, operand);
  }

  override serverStarted(server: number): void {
    this.database.serverStarted(server);
  }

  override serverStopped(server: number): void {
    this.database.serverStopped(server);
    this.behind.serverStopped(server);
  }

  override storeFaultBegins(kind: StoreFaultKind, node: number): void {
    if (node === ALL_NODES || node === 0) {
      if (kind === "crash") {
        this.cache.crash();
        this.behind.cacheCrashed();
      }
      if (kind === "hang") this.cache.hang(true);
      if (kind === "flush") this.cache.clear();
    }
    if (node === ALL_NODES) this.database.storeFaultBegins(kind, ALL_NODES);
    else if (node > 0) this.database.storeFaultBegins(kind, node - 1);
  }

  override storeFaultEnds(kind: StoreFaultKind, node: number): void {
    if (node === ALL_NODES || node === 0) {
      if (kind === "crash") this.cache.restart();
      if (kind === "hang") this.cache.hang(false);
    }
    if (node === ALL_NODES) this.database.storeFaultEnds(kind, ALL_NODES);
    else if (node > 0) this.database.storeFaultEnds(kind, node - 1);
  }

  forget(session: number): void {
    this.cache.forget(session);
    this.behind.forget(session);
    this.isLacking[session] = 0;
    this.database.forget(session);
  }
}

const knobs = {
  writes: {
    unit: "choice",
    choices: ["write-through", "cache-aside", "write-behind"],
    default: "write-through",
    summary: "A write goes to both; to the database, and out of the cache; or to the cache, and to the database later.",
  },
  ...writeBehindKnobs,
  ...cacheKnobs,
  ...sqlKnobs,
} as const;

export const cachedDatabase = defineState({
  name: "cached-database",
  aliases: ["cached_db", "django-cached-db"],
  summary: "Sessions are kept in a database, and read from a cache in front of it.",
  whenToUse: "Most requests only read, and losing the cache must not lose sessions.",
  knownFlaw:
    "After the cache restarts everybody reads the database at once; what is written behind is lost with its queue.",
  source:
    "Django 5 django.contrib.sessions.backends.cached_db; the cache-aside pattern; write-behind as in Hazelcast MapStore and Oracle Coherence.",
  knobs,
  create: (values, context) => new CachedDatabase(context, values),
});
