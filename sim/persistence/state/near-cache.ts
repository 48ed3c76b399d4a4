import { type ValuesOf, withDefaults } from "../../catalogue.ts";
import type { Draws } from "../../engine/draws.ts";
import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import {
  Backend,
  defineState,
  FOUND,
  PENDING,
  type StateBackend,
  type StateContext,
  type StoreFaultKind,
  WRITTEN,
} from "./backend.ts";
import { LruLists } from "./lru-lists.ts";
import { Messages } from "./messages.ts";
import { createRedis, redis } from "./redis.ts";
import { type RedisSettings, redisKnobs, redisStationKnobs } from "./redis-knobs.ts";

/** Operands from here on are servers that an invalidation reaches; those below belong to the store. */
const INVALIDATION = 0x200000;

const knobs = {
  cacheTtlMs: {
    unit: "ms",
    default: 60_000,
    minimum: 0,
    summary: "A server trusts a copy of its own so long (Redisson and Hazelcast: without end; to be calibrated).",
  },
  cacheEntries: {
    unit: "count",
    default: 10_000,
    minimum: 1,
    summary: "Copies that each server keeps; the one used longest ago makes room (to be calibrated).",
  },
  invalidationMs: {
    unit: "ms",
    default: 1,
    minimum: 0,
    summary:
      "From a write's acknowledgement until the other servers drop their copies: publish/subscribe, or Hazelcast's batches of 10 s.",
  },
  invalidationLossFraction: {
    unit: "fraction",
    default: 0,
    minimum: 0,
    maximum: 1,
    summary: "Share of invalidations that never arrive: publish/subscribe keeps nothing for who is not listening.",
  },
  ...redisStationKnobs,
  persistence: redisKnobs.persistence,
} as const;

/**
 * A Redis, and in front of it each server's own copies of the sessions that it has served lately: a read that finds one
 * takes no time and asks nobody. Every write goes through to the store; the other servers are told to drop what they have.
 *
 * A copy serves even while the store is down or has lost the session, as long as it is trusted.
 */
class NearCache extends Backend implements SessionColumns {
  private readonly context: StateContext;
  private readonly settings: ValuesOf<typeof knobs>;
  private readonly store: StateBackend;
  private readonly losses: Draws;
  private readonly messages = new Messages();
  /** By server: the entry of each session of which it has a copy, and the order of their use. */
  private readonly entryOf: readonly Map<number, number>[];
  private readonly order: LruLists;
  /** By entry: the session, what the copy contains, and until when it is trusted. */
  private session = new Int32Array(64);
  private contains = new Int32Array(64);
  private trustedUntilMs = new Float64Array(64);
  private readonly unused: number[] = [];
  private used = 0;
  /** By session: which tenant of the slot this is, and how many invalidations all of them have caused. */
  private tenancy = new Int32Array(0);
  private invalidations = new Int32Array(0);

  constructor(context: StateContext, settings: ValuesOf<typeof knobs>) {
    super();
    this.context = context;
    this.settings = settings;
    this.store = createRedis(withDefaults(redis, settings) as unknown as RedisSettings, context);
    this.losses = context.drawsOf("invalidation");
    this.entryOf = Array.from({ length: context.servers.count }, () => new Map<number, number>());
    this.order = new LruLists(context.servers.count);
    context.attach(this);
  }

  grow(capacity: number): void {
    this.tenancy = grown(this.tenancy, new Int32Array(capacity));
    this.invalidations = grown(this.invalidations, new Int32Array(capacity));
  }

  copies(): number {
    return 2;
  }

  read(request: number, server: number): number {
    const entry = this.entryOf[server]!.get(this.context.sessionOf(request));
    if (entry === undefined || this.trustedUntilMs[entry]! <= this.context.nowMs) {
      return this.haveRead(request, server, this.store.read(request, server));
    }
    this.order.use(server, entry);
    this.cause = "near-cache";
    this.writesRead = this.contains[entry]!;
    return FOUND;
  }

  override readDone(request: number, server: number): number {
    return this.haveRead(request, server, this.store.readDone(request, server));
  }

  private haveRead(request: number, server: number, outcome: number): number {
    if (outcome === PENDING) return outcome;
    this.cause = this.store.cause;
    this.writesRead = this.store.writesRead;
    if (outcome === FOUND) this.keep(server, this.context.sessionOf(request), this.writesRead);
    return outcome;
  }

  write(request: number, server: number, contains: number, changed: boolean): number {
    return this.haveWritten(request, server, changed, this.store.write(request, server, contains, changed));
  }

  override writeDone(request: number, server: number, contains: number, changed: boolean): number {
    return this.haveWritten(request, server, changed, this.store.writeDone(request, server, contains, changed));
  }

  private haveWritten(request: number, server: number, changed: boolean, outcome: number): number {
    if (outcome !== WRITTEN || !changed) return outcome;
    const session = this.context.sessionOf(request);
    this.writesWritten = this.store.writesWritten;
    this.keep(server, session, this.writesWritten);
    for (let other = 0; other < this.entryOf.length; other++) {
      if (other !== server && this.entryOf[other]!.has(session)) this.invalidate(other, session);
    }
    return outcome;
  }

  /** Only who has a copy is told, as Redis tells clients that track their keys. */
  private invalidate(server: number, session: number): void {
    const { context, settings } = this;
    context.countReplication(1, 0);
    const number = this.invalidations[session]!++;
    if (this.losses.at(context.visitOf(session), number).uniform() < settings.invalidationLossFraction) return;
    const message = this.messages.put(session, this.tenancy[session]!, this.writesWritten, 0);
    context.schedule(context.nowMs + settings.invalidationMs, message, INVALIDATION + server);
  }

  private keep(server: number, session: number, contains: number): void {
    const known = this.entryOf[server]!.get(session);
    const entry = known ?? this.take(server, session);
    if (known !== undefined) this.order.use(server, entry);
    this.contains[entry] = contains;
    this.trustedUntilMs[entry] = this.context.nowMs + this.settings.cacheTtlMs;
  }

  private take(server: number, session: number): number {
    const entries = this.entryOf[server]!;
    if (entries.size >= this.settings.cacheEntries) this.drop(server, this.session[this.order.oldest(server)]!);
    const entry = this.unused.pop() ?? this.used++;
    if (entry >= this.session.length) {
      this.session = grown(this.session, new Int32Array(2 * entry));
      this.contains = grown(this.contains, new Int32Array(2 * entry));
      this.trustedUntilMs = grown(this.trustedUntilMs, new Float64Array(2 * entry));
    }
    this.session[entry] = session;
    entries.set(session, entry);
    this.order.add(server, entry);
    return entry;
  }

  private drop(server: number, session: number): void {
    const entry = this.entryOf[server]!.get(session);
    if (entry === undefined) return;
    this.entryOf[server]!.delete(session);
    this.order.remove(server, entry);
    this.unused.push(entry);
  }

  override elapsed(entity: number, operand: number): void {
    if (operand < INVALIDATION) {
      this.store.elapsed(entity, operand);
      return;
    }
    const session = this.messages.session[entity]!;
    const server = operand - INVALIDATION;
    const entry = this.entryOf[server]!.get(session);
    // What the server has read or written since is no older than the write that this is about.
    const isOlder = entry !== undefined && this.contains[entry]! < this.messages.contains[entity]!;
    if (isOlder && this.messages.tenancy[entity] === this.tenancy[session]) this.drop(server, session);
    this.messages.release(entity);
  }

  override serverStopped(server: number): void {
    for (let entry = this.order.oldest(server); entry >= 0; entry = this.order.oldest(server)) {
      this.drop(server, this.session[entry]!);
    }
    this.store.serverStopped(server);
  }

  override storeFaultBegins(kind: StoreFaultKind, node: number): void {
    this.store.storeFaultBegins(kind, node);
  }

  override storeFaultEnds(kind: StoreFaultKind, node: number): void {
    this.store.storeFaultEnds(kind, node);
  }

  forget(session: number): void {
    this.tenancy[session]!++;
    for (let server = 0; server < this.entryOf.length; server++) this.drop(server, session);
    this.store.forget(session);
  }
}

export const nearCache = defineState({
  name: "near-cache",
  aliases: ["first-level cache", "RLocalCachedMap"],
  summary: "Sessions are in a Redis, and each server keeps copies of those it has served lately.",
  whenToUse: "With an affinity, which lets nearly every read be answered from the server's own memory.",
  knownFlaw:
    "Without an affinity it hardly ever hits; and an invalidation that is late or lost leaves an old session in use until its time is up.",
  source: "Redisson 3 RLocalCachedMap; Hazelcast 5 near cache; Redis 7 client-side caching.",
  knobs,
  create: (settings, context) => new NearCache(context, settings),
});
