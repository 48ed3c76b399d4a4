import type { Draws } from "../../engine/draws.ts";
import type { StateContext } from "./backend.ts";
import type { PoolSettings } from "./pool-settings.ts";
import { WaitingLine, withRoomFor } from "./waiting-line.ts";

/** Whoever works over the connections. */
export interface ConnectionUser {
  /** The request has a connection and begins; returns when it will be free again, Infinity where that is not known. */
  connected(request: number): number;
  /** There was no connection for it in time, or no room for one at the database. */
  notConnected(request: number): void;
  /** Asks that `elapsed(pool)` be called at `atMs`. */
  wakePool(atMs: number, pool: number): void;
}

const CLOSED = 0;
/** Made and not yet used: what a pool is not closes behind itself after one use. */
const NEW = 1;
const USED = 2;

/**
 * The connections of the fleet to one database, after HikariCP 6: who finds no free one waits, first come first served,
 * until `connectionTimeoutMs`, then the pool throws. One thread of a pool makes its connections, one after the other.
 *
 * Lives and idle times are looked at when a connection is wanted, so they cost no events: one that reached its age while
 * idle was replaced at that moment. Of free connections the one used last is taken, as HikariCP's threads do with theirs.
 */
export class ConnectionPools {
  private readonly context: StateContext;
  private readonly settings: PoolSettings;
  private readonly user: ConnectionUser;
  private readonly pools: number;
  /** Places for connections in each pool. */
  private readonly places: number;
  private readonly status: Uint8Array;
  private readonly freeAtMs: Float64Array;
  private readonly expiresAtMs: Float64Array;
  private readonly holder: Int32Array;
  private readonly lines: readonly WaitingLine[];
  /** By pool: when its thread has made all the connections that it was asked for. */
  private readonly makerFreeAtMs: Float64Array;
  private readonly wakesAtMs: Float64Array;
  private readonly openIn: Int32Array;
  private openInAll = 0;
  private hasBegun = false;
  private isReachable = true;
  private connectionOf = new Int32Array(64).fill(-1);
  private readonly lifetimes: Draws;
  private readonly backoffs: Draws;
  private connectionsMade = 0;
  private outages = 0;

  constructor(context: StateContext, settings: PoolSettings, user: ConnectionUser, purpose: string) {
    this.context = context;
    this.settings = settings;
    this.user = user;
    this.pools = settings.pooling === "central" ? 1 : context.servers.count;
    this.places = settings.pooling === "none" ? settings.maxConnections : settings.size;
    this.status = new Uint8Array(this.pools * this.places);
    this.freeAtMs = new Float64Array(this.pools * this.places);
    this.expiresAtMs = new Float64Array(this.pools * this.places);
    this.holder = new Int32Array(this.pools * this.places).fill(-1);
    this.lines = Array.from({ length: this.pools }, () => new WaitingLine(context));
    this.makerFreeAtMs = new Float64Array(this.pools);
    this.wakesAtMs = new Float64Array(this.pools).fill(Infinity);
    this.openIn = new Int32Array(this.pools);
    this.lifetimes = context.drawsOf(`${purpose}/lifetime`);
    this.backoffs = context.drawsOf(`${purpose}/backoff`);
  }

  /** The request asks for a connection: `connected`, at once or later, or `notConnected`. */
  acquire(request: number, server: number): void {
    this.begin();
    const pool = this.poolOf(server);
    const line = this.lines[pool]!;
    if (line.first() < 0) {
      const free = this.free(pool);
      if (free >= 0) {
        this.grant(request, free);
        return;
      }
    }
    if (this.settings.pooling === "none") {
      if (!this.isReachable || !this.make(pool, this.context.nowMs)) {
        this.user.notConnected(request);
        return;
      }
    } else if (this.isReachable && this.openIn[pool]! < this.places) {
      this.make(pool, Math.max(this.context.nowMs, this.makerFreeAtMs[pool]!));
    }
    line.push(request);
    this.arm(pool);
  }

  /** The request needs its connection until `atMs`, sooner or later than was said; without effect once that has broken. */
  holdUntil(request: number, atMs: number): void {
    if (!this.holds(request)) return;
    const connection = this.connectionOf[request]!;
    this.freeAtMs[connection] = atMs;
    const pool = Math.floor(connection / this.places);
    if (atMs <= this.context.nowMs) this.serveLine(pool);
    else this.arm(pool);
  }

  /** Whether the request still has its connection. */
  holds(request: number): boolean {
    const connection = this.connectionOf[request] ?? -1;
    return connection >= 0 && this.holder[connection] === request && this.status[connection] !== CLOSED;
  }

  /** The request is done with its connection, if it has one. */
  release(request: number): void {
    if (!this.holds(request)) return;
    const connection = this.connectionOf[request]!;
    this.holdUntil(request, this.context.nowMs);
    this.holder[connection] = -1;
  }

  /** An alarm that `wakePool` asked for. */
  elapsed(pool: number): void {
    // One that was overtaken by an earlier alarm has nothing left to do.
    if (this.context.nowMs < this.wakesAtMs[pool]!) return;
    this.wakesAtMs[pool] = Infinity;
    this.serveLine(pool);
  }

  serverStarted(server: number): void {
    this.begin(server);
    if (this.settings.pooling !== "per-server") return;
    this.fill(server, this.context.nowMs);
  }

  serverStopped(server: number): void {
    this.begin();
    if (this.settings.pooling === "central") return;
    this.closeAll(server);
    this.lines[server]!.clear();
    // Its connections make room for those that others have been waiting for.
    for (let pool = 0; pool < this.pools; pool++) {
      if (this.lines[pool]!.first() < 0 || this.openIn[pool]! >= this.places || !this.isReachable) continue;
      this.make(pool, Math.max(this.context.nowMs, this.makerFreeAtMs[pool]!));
      this.arm(pool);
    }
  }

  /** The database is gone: all connections break, and none can be made. */
  disconnect(): void {
    this.begin();
    this.isReachable = false;
    for (let pool = 0; pool < this.pools; pool++) this.closeAll(pool);
  }

  /** The database takes connections again. Every pool finds out by itself, when its thread tries the next time. */
  reconnect(): void {
    this.isReachable = true;
    this.outages++;
    if (this.settings.pooling === "none") return;
    for (let pool = 0; pool < this.pools; pool++) {
      if (this.settings.pooling === "per-server" && !this.context.servers.isUp(pool)) continue;
      const triesInMs = this.backoffs.at(pool, this.outages).uniform() * this.settings.reconnectBackoffMs;
      this.fill(pool, this.context.nowMs + triesInMs);
      this.arm(pool);
    }
  }

  /** The node that a server's connections led to is gone, and it connects to another one; who waits goes on waiting. */
  moveOn(server: number): void {
    this.begin();
    const pool = this.poolOf(server);
    this.closeAll(pool);
    if (this.settings.pooling === "none") return;
    this.fill(pool, this.context.nowMs);
    this.arm(pool);
  }

  /** Open connections of the whole fleet, those included that are being made. */
  get openCount(): number {
    this.begin();
    return this.openInAll;
  }

  private poolOf(server: number): number {
    return this.settings.pooling === "central" ? 0 : server;
  }

  /** Servers that are there from the start have had the time to connect. */
  private begin(starting = -1): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    if (this.settings.pooling === "none" || !this.isReachable) return;
    for (let pool = 0; pool < this.pools; pool++) {
      if (this.settings.pooling === "per-server" && (pool === starting || !this.context.servers.isUp(pool))) continue;
      for (let made = 0; made < this.settings.minimumIdle; made++) this.open(pool, 0);
    }
  }

  private fill(pool: number, fromMs: number): void {
    this.makerFreeAtMs[pool] = fromMs;
    while (this.openIn[pool]! < this.settings.minimumIdle && this.make(pool, this.makerFreeAtMs[pool]!));
  }

  /** Has a connection made from `fromMs` on; false where the database has no room for one. */
  private make(pool: number, fromMs: number): boolean {
    const readyMs = fromMs + this.settings.connectMs;
    if (!this.open(pool, readyMs)) return false;
    this.makerFreeAtMs[pool] = readyMs;
    return true;
  }

  private open(pool: number, readyMs: number): boolean {
    if (this.openInAll >= this.settings.maxConnections) this.closeWhatIsOver();
    if (this.openInAll >= this.settings.maxConnections) return false;
    const first = pool * this.places;
    for (let connection = first; connection < first + this.places; connection++) {
      if (this.status[connection] !== CLOSED) continue;
      this.status[connection] = NEW;
      this.freeAtMs[connection] = readyMs;
      this.expiresAtMs[connection] = readyMs + this.lifetimeMs(pool);
      this.holder[connection] = -1;
      this.openIn[pool]!++;
      this.openInAll++;
      return true;
    }
    return false;
  }

  /** HikariCP takes up to 2.5 % off each connection's life, so that they do not all end at once. */
  private lifetimeMs(pool: number): number {
    return this.settings.maxLifetimeMs * (1 - 0.025 * this.lifetimes.at(pool, this.connectionsMade++).uniform());
  }

  private close(connection: number): void {
    this.status[connection] = CLOSED;
    this.openIn[Math.floor(connection / this.places)]!--;
    this.openInAll--;
  }

  private closeAll(pool: number): void {
    for (let connection = pool * this.places; connection < (pool + 1) * this.places; connection++) {
      if (this.status[connection] !== CLOSED) this.close(connection);
    }
  }

  private closeWhatIsOver(): void {
    for (let connection = 0; connection < this.status.length; connection++) this.age(connection);
  }

  /** What has happened to a connection since it became free. */
  private age(connection: number): void {
    const { nowMs } = this.context;
    const freeMs = this.freeAtMs[connection]!;
    if (this.status[connection] === CLOSED || freeMs > nowMs) return;
    const { pooling, minimumIdle, idleTimeoutMs, connectMs } = this.settings;
    const pool = Math.floor(connection / this.places);
    if (pooling === "none") {
      if (this.status[connection] === USED) this.close(connection);
    } else if (this.openIn[pool]! > minimumIdle && nowMs - freeMs >= idleTimeoutMs) {
      this.close(connection);
    } else {
      while (this.freeAtMs[connection]! <= nowMs && this.expiresAtMs[connection]! <= nowMs) {
        const readyMs = Math.max(this.freeAtMs[connection]!, this.expiresAtMs[connection]!) + connectMs;
        this.freeAtMs[connection] = readyMs;
        this.expiresAtMs[connection] = readyMs + this.lifetimeMs(pool);
      }
    }
  }

  /** The free connection of the pool that was used last, or -1. */
  private free(pool: number): number {
    const { nowMs } = this.context;
    let best = -1;
    for (let connection = pool * this.places; connection < (pool + 1) * this.places; connection++) {
      this.age(connection);
      if (this.status[connection] === CLOSED || this.freeAtMs[connection]! > nowMs) continue;
      if (best < 0 || this.freeAtMs[connection]! > this.freeAtMs[best]!) best = connection;
    }
    return best;
  }

  private grant(request: number, connection: number): void {
    this.connectionOf = withRoomFor(this.connectionOf, request);
    this.connectionOf[request] = connection;
    this.holder[connection] = request;
    this.status[connection] = USED;
    this.freeAtMs[connection] = this.user.connected(request);
  }

  private serveLine(pool: number): void {
    const line = this.lines[pool]!;
    for (let request = line.first(); request >= 0; request = line.first()) {
      const free = this.free(pool);
      if (free >= 0) {
        line.shift();
        this.grant(request, free);
      } else if (this.context.nowMs >= line.sinceMs() + this.settings.connectionTimeoutMs) {
        line.shift();
        this.user.notConnected(request);
      } else {
        this.arm(pool);
        return;
      }
    }
  }

  /** Asks to be woken when the first in line gets a connection or gives up, if there is somebody. */
  private arm(pool: number): void {
    const line = this.lines[pool]!;
    if (line.first() < 0) return;
    let nextMs = line.sinceMs() + this.settings.connectionTimeoutMs;
    for (let connection = pool * this.places; connection < (pool + 1) * this.places; connection++) {
      if (this.status[connection] !== CLOSED) nextMs = Math.min(nextMs, this.freeAtMs[connection]!);
    }
    nextMs = Math.max(nextMs, this.context.nowMs);
    if (nextMs >= this.wakesAtMs[pool]!) return;
    this.wakesAtMs[pool] = nextMs;
    this.user.wakePool(nextMs, pool);
  }
}
