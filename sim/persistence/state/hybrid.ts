import { type ValuesOf, withDefaults } from "../../catalogue.ts";
import { grown } from "../../engine/grown.ts";
import { causeCode, sessionCauses } from "../../metrics/causes.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import { Backend, defineState, FOUND, PENDING, type StateContext, type StoreFaultKind, WRITTEN } from "./backend.ts";
import { createRedis, redis } from "./redis.ts";
import { type RedisSettings, redisKnobs } from "./redis-knobs.ts";

const { touches: _, ...storeKnobs } = redisKnobs;

const knobs = {
  backup: {
    unit: "choice",
    choices: ["every-write", "after-login", "on-value"],
    default: "every-write",
    summary:
      "Which sessions have a backup: all, those of users who have logged in, or those that are worth it; they are written to it at every change from then on.",
  },
  valuableWrites: {
    unit: "count",
    default: 3,
    minimum: 1,
    summary: "Under on-value, a session is worth a backup from so many writes on.",
  },
  valuableBytes: {
    unit: "bytes",
    default: null,
    minimum: 0,
    summary: "Or from so many bytes on; none: size does not count.",
  },
  ...storeKnobs,
} as const;

type Settings = ValuesOf<typeof knobs>;

/** No server holds it. */
const NOWHERE = -1;

/** Bits of what is known of a session's backup. */
const IS_BACKED = 1;
/** Its home has changes that the backup has not. */
const HAS_GAP = 2;

/**
 * A session is at home on one server, which reads and changes it in its memory. Another server that gets a request of it
 * takes it over from the backup, and is its home from then on; the copy that the old one had counts for nothing, as the
 * session's id names its home.
 */
class Hybrid extends Backend implements SessionColumns {
  private readonly context: StateContext;
  private readonly settings: Settings;
  private readonly store: Backend;
  /** Of each session the life of its home, and the writes that the copy there contains. */
  private home = new Int32Array(0);
  private contains = new Int32Array(0);
  private state = new Uint8Array(0);
  /** Code of why the copy at home may be behind, plus 1; 0 where it took nothing over. */
  private behind = new Uint8Array(0);
  private sessions = 0;
  private backedUp = 0;

  constructor(context: StateContext, settings: Settings) {
    super();
    this.context = context;
    this.settings = settings;
    // A request that changes nothing is no business of the backup's; so it must not forget what nobody touches.
    const store = withDefaults(redis, { ...settings, touches: false }) as RedisSettings;
    this.store = createRedis({ ...store, ttlMs: settings.ttlMs ?? Number.POSITIVE_INFINITY }, context);
    context.attach(this);
  }

  grow(capacity: number): void {
    this.home = grown(this.home, new Int32Array(capacity));
    this.contains = grown(this.contains, new Int32Array(capacity));
    this.state = grown(this.state, new Uint8Array(capacity));
    this.behind = grown(this.behind, new Uint8Array(capacity));
  }

  /** The home's, and the store's of those sessions that have one there. */
  copies(n: number): number {
    return 1 + (this.sessions === 0 ? 0 : this.backedUp / this.sessions) * this.store.copies(n);
  }

  read(request: number, server: number): number {
    const { servers } = this.context;
    const session = this.context.sessionOf(request);
    const life = this.home[session]!;
    if (life === servers.lifeOf(server)) {
      this.writesRead = this.contains[session]!;
      this.cause = sessionCauses[this.behind[session]! - 1]?.name ?? "concurrent-request";
      return FOUND;
    }
    if ((this.state[session]! & IS_BACKED) !== 0)
      return this.restored(request, server, this.store.read(request, server));
    return this.missing(life === NOWHERE || servers.isAlive(life) ? null : servers.causeOfEnd(life));
  }

  override readDone(request: number, server: number): number {
    return this.restored(request, server, this.store.readDone(request, server));
  }

  /** The backup has answered: this server is the session's home now. */
  private restored(request: number, server: number, outcome: number): number {
    this.cause = this.store.cause;
    if (outcome !== FOUND) return outcome;
    const { servers } = this.context;
    const session = this.context.sessionOf(request);
    const life = this.home[session]!;
    const hasGap = (this.state[session]! & HAS_GAP) !== 0;
    const found = this.store.writesRead;
    this.home[session] = servers.lifeOf(server);
    this.contains[session] = found;
    this.state[session] = IS_BACKED;
    this.writesRead = found;
    // What the old home had not passed on is gone with it, or stays behind on it.
    if (hasGap) this.cause = servers.isAlive(life) ? "replication-lag" : servers.causeOfEnd(life);
    this.behind[session] = this.cause === null ? 0 : causeCode(this.cause) + 1;
    return FOUND;
  }

  write(request: number, server: number, contains: number, changed: boolean): number {
    const session = this.context.sessionOf(request);
    const content = this.contentOf(session, server, contains, changed);
    // A session that has become worth it is written with the next request, whatever that one does.
    const isSafe = !changed && (this.state[session]! & IS_BACKED) !== 0;
    if (isSafe || !this.isWorthIt(session, content))
      return this.commit(session, server, content, changed ? HAS_GAP : 0);
    return this.backed(session, server, content, this.store.write(request, server, content, true));
  }

  override writeDone(request: number, server: number, contains: number, changed: boolean): number {
    const session = this.context.sessionOf(request);
    const content = this.contentOf(session, server, contains, changed);
    return this.backed(session, server, content, this.store.writeDone(request, server, content, true));
  }

  /** At home all requests change one object, so that what each does stays; elsewhere the request has what it read. */
  private contentOf(session: number, server: number, contains: number, changed: boolean): number {
    if (this.home[session] !== this.context.servers.lifeOf(server)) return contains;
    return this.contains[session]! + (changed ? 1 : 0);
  }

  /** The home has the change, whatever becomes of the backup. */
  private backed(session: number, server: number, content: number, outcome: number): number {
    if (outcome === PENDING) return PENDING;
    if (outcome !== WRITTEN) return this.commit(session, server, content, HAS_GAP);
    if ((this.state[session]! & IS_BACKED) === 0) this.backedUp++;
    this.state[session] = IS_BACKED;
    return this.commit(session, server, content, 0);
  }

  private commit(session: number, server: number, content: number, gap: number): number {
    if (this.home[session] === NOWHERE) this.sessions++;
    this.home[session] = this.context.servers.lifeOf(server);
    this.contains[session] = content;
    this.state[session]! |= gap;
    this.writesWritten = content;
    return WRITTEN;
  }

  private isWorthIt(session: number, content: number): boolean {
    const { backup, valuableWrites, valuableBytes } = this.settings;
    if (backup === "every-write") return true;
    if (backup === "after-login") return this.context.isLoggedIn(session);
    return content >= valuableWrites || (valuableBytes !== null && this.context.bytesOf(session) >= valuableBytes);
  }

  override elapsed(entity: number, operand: number): void {
    this.store.elapsed(entity, operand);
  }

  override storeFaultBegins(kind: StoreFaultKind, node: number): void {
    this.store.storeFaultBegins(kind, node);
  }

  override storeFaultEnds(kind: StoreFaultKind, node: number): void {
    this.store.storeFaultEnds(kind, node);
  }

  forget(session: number): void {
    this.home[session] = NOWHERE;
    this.state[session] = 0;
    this.behind[session] = 0;
    this.store.forget(session);
  }
}

export const hybrid = defineState({
  name: "hybrid",
  aliases: ["sticky-with-backup", "memcached-session-manager", "write-through-session"],
  summary: "The session lives in its server's memory, and a store has a backup of it, or of those that are worth one.",
  whenToUse: "Sticky sessions that should outlive their server, without a read from the store on every request.",
  knownFlaw: "Every change waits for the store; a session that was not yet worth a backup dies with its server.",
  source:
    "Redisson and memcached-session-manager in their sticky mode for Tomcat; WebSphere database persistence at end of service; the store is the lab's Redis with all its knobs.",
  knobs,
  create: (settings, context) => new Hybrid(context, settings),
});
