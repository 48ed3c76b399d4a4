import { describe, expect, it } from "vitest";
import { Draws } from "../../engine/draws.ts";
import { expectShare } from "../../engine/testing/fit.ts";
import { erlangDelay, meanWait } from "../../theory/queues.ts";
import type { StateContext } from "./backend.ts";
import { ConnectionPools } from "./connection-pool.ts";
import type { PoolSettings } from "./pool-settings.ts";

const usual: PoolSettings = {
  pooling: "per-server",
  size: 2,
  minimumIdle: 2,
  connectionTimeoutMs: 100,
  idleTimeoutMs: 1000,
  maxLifetimeMs: 1e9,
  connectMs: 20,
  reconnectBackoffMs: 0,
  maxConnections: 100,
};

/** Pools, the requests that use them for as long as `holdMs` says, and a clock. */
class Rig {
  nowMs = 0;
  readonly isUp: boolean[];
  readonly pools: ConnectionPools;
  /** What became of each request: when it was given a connection, or was refused one. */
  readonly begunAt = new Map<number, number>();
  readonly refusedAt = new Map<number, number>();
  readonly gone = new Set<number>();
  holdMs: (request: number) => number = () => 10;
  private alarms: { readonly atMs: number; readonly pool: number }[] = [];

  constructor(settings: Partial<PoolSettings> = {}, servers = 2, upFromStart = servers) {
    this.isUp = Array.from({ length: servers }, (_, server) => server < upFromStart);
    const rig = this;
    const context = {
      get nowMs() {
        return rig.nowMs;
      },
      servers: { count: servers, isUp: (server: number) => rig.isUp[server]! },
      attemptOf: (request: number) => (rig.gone.has(request) ? -1 : request),
      drawsOf: (purpose: string) => new Draws(1, purpose),
    } as unknown as StateContext;
    this.pools = new ConnectionPools(context, { ...usual, ...settings }, this, "pool");
  }

  connected(request: number): number {
    this.begunAt.set(request, this.nowMs);
    return this.nowMs + this.holdMs(request);
  }
  notConnected(request: number): void {
    this.refusedAt.set(request, this.nowMs);
  }
  wakePool(atMs: number, pool: number): void {
    let at = this.alarms.length;
    while (at > 0 && this.alarms[at - 1]!.atMs > atMs) at--;
    this.alarms.splice(at, 0, { atMs, pool });
  }
  to(atMs: number): void {
    while (this.alarms.length > 0 && this.alarms[0]!.atMs <= atMs) {
      const { atMs: dueMs, pool } = this.alarms.shift()!;
      this.nowMs = dueMs;
      this.pools.elapsed(pool);
    }
    this.nowMs = atMs;
  }
  ask(...requests: readonly number[]): void {
    for (const request of requests) this.pools.acquire(request, 0);
  }
}

const times = (map: ReadonlyMap<number, number>, ...requests: readonly number[]) =>
  requests.map((request) => map.get(request));

describe("a connection pool", () => {
  it("gives a free connection at once; whoever finds none waits, first come first served", () => {
    const rig = new Rig();
    rig.ask(0);
    rig.to(4);
    rig.ask(1, 2, 3);
    rig.to(50);
    expect(times(rig.begunAt, 0, 1, 2, 3)).toEqual([0, 4, 10, 14]);
  });

  it("throws at whoever has waited for as long as the time-out", () => {
    const rig = new Rig({ connectionTimeoutMs: 30 });
    rig.holdMs = () => 1000;
    rig.ask(0, 1);
    rig.to(5);
    rig.ask(2);
    rig.to(200);
    expect(times(rig.refusedAt, 0, 1, 2)).toEqual([undefined, undefined, 35]);
  });

  it("does not give a connection to a request that has gone", () => {
    const rig = new Rig({ size: 1, minimumIdle: 1 });
    rig.ask(0, 1, 2);
    rig.gone.add(1);
    rig.to(50);
    expect(times(rig.begunAt, 0, 1, 2)).toEqual([0, undefined, 10]);
  });

  it("keeps a connection whose end is not known until it is told of it", () => {
    const rig = new Rig({ size: 1, minimumIdle: 1 });
    rig.holdMs = (request) => (request === 0 ? Infinity : 10);
    rig.ask(0, 1, 2);
    rig.to(42);
    rig.pools.holdUntil(0, 42);
    rig.to(99);
    expect(times(rig.begunAt, 1, 2)).toEqual([42, 52]);
    rig.pools.holdUntil(0, 1e6);
    rig.ask(3);
    expect(times(rig.begunAt, 3)).toEqual([99]);
  });

  it("of a server that starts connects one connection after the other, and the first requests wait for that", () => {
    const rig = new Rig({}, 2, 1);
    rig.to(1000);
    rig.isUp[1] = true;
    rig.pools.serverStarted(1);
    for (const request of [0, 1, 2]) rig.pools.acquire(request, 1);
    rig.to(1100);
    expect(times(rig.begunAt, 0, 1, 2)).toEqual([1020, 1030, 1040]);
  });

  it("with fewer idle connections than it may have makes one when it is wanted, and drops it when it is not", () => {
    const rig = new Rig({ minimumIdle: 1, size: 3 });
    rig.holdMs = () => 500;
    rig.ask(0, 1);
    rig.to(600);
    expect(times(rig.begunAt, 0, 1)).toEqual([0, 20]);
    expect(rig.pools.openCount).toBe(2 + 1);
    rig.to(5000);
    rig.ask(2);
    expect(rig.pools.openCount).toBe(1 + 1);
  });

  it("replaces a connection that has reached its age: whoever needs it meanwhile waits until it is made", () => {
    const rig = new Rig({ size: 1, minimumIdle: 1, maxLifetimeMs: 1000 });
    rig.to(1001);
    rig.ask(0);
    rig.to(1100);
    // Up to 2.5 % are taken off the life of each.
    expect(rig.begunAt.get(0)).toBeLessThanOrEqual(1020);
    const young = new Rig({ size: 1, minimumIdle: 1, maxLifetimeMs: 1000, connectionTimeoutMs: 1000 });
    young.holdMs = () => 200;
    young.to(900);
    young.ask(0);
    young.to(950);
    young.ask(1);
    young.to(2000);
    // It is not taken from who has it; the next in line gets the new one.
    expect(times(young.begunAt, 0, 1)).toEqual([900, 1120]);
  });
});

describe("a fleet of pools", () => {
  it("has no more connections than the database takes: a server too many gets none, and its requests fail", () => {
    const rig = new Rig({ size: 10, minimumIdle: 10, maxConnections: 40 }, 5);
    rig.pools.acquire(0, 0);
    expect(rig.pools.openCount).toBe(40);
    for (let request = 1; request <= 5; request++) rig.pools.acquire(request, request - 1);
    rig.to(1000);
    expect(times(rig.begunAt, 1, 2, 3, 4)).toEqual([0, 0, 0, 0]);
    expect(times(rig.refusedAt, 5)).toEqual([100]);
  });

  it("lets those in who wait when a server goes", () => {
    const rig = new Rig({ size: 10, minimumIdle: 10, maxConnections: 10 });
    rig.pools.acquire(0, 1);
    rig.to(30);
    rig.isUp[0] = false;
    rig.pools.serverStopped(0);
    rig.to(99);
    expect(times(rig.begunAt, 0)).toEqual([50]);
  });

  it("breaks with the database, makes everybody wait while it is away, and connects anew when it is back", () => {
    const rig = new Rig({ connectionTimeoutMs: 1000 });
    rig.ask(0);
    rig.to(5);
    rig.pools.disconnect();
    expect(rig.pools.openCount).toBe(0);
    rig.ask(1);
    rig.to(500);
    rig.pools.reconnect();
    rig.ask(2);
    rig.to(900);
    expect(times(rig.begunAt, 1, 2)).toEqual([520, 530]);
    const late = new Rig({ connectionTimeoutMs: 100 });
    late.pools.disconnect();
    late.ask(0);
    late.to(500);
    expect(times(late.refusedAt, 0)).toEqual([100]);
  });

  it("connects to another node when its own is gone, and keeps the line of those who wait", () => {
    const rig = new Rig();
    rig.holdMs = () => 1000;
    rig.ask(0, 1, 2);
    rig.to(30);
    rig.pools.moveOn(0);
    rig.to(60);
    expect([rig.pools.openCount, rig.begunAt.get(2)]).toEqual([4, 50]);
  });

  it("tries again at its own moment after an outage: on average half the longest interval later", () => {
    const rig = new Rig({ reconnectBackoffMs: 5000, connectionTimeoutMs: 1e6, connectMs: 0 }, 400);
    rig.pools.disconnect();
    for (let server = 0; server < 400; server++) rig.pools.acquire(server, server);
    rig.pools.reconnect();
    rig.to(5000);
    // Uniform on [0, 5000): 4.5 standard errors of the mean of 100, a hundredth of whom the database has room for.
    const begun = [...rig.begunAt.values()];
    expect(begun).toHaveLength(50);
    const mean = begun.reduce((sum, atMs) => sum + atMs, 0) / begun.length;
    expect(Math.abs(mean - 2500)).toBeLessThan((4.5 * 5000) / Math.sqrt(12 * begun.length));
  });

  it("shares the connections of a central pooler, which no server's crash breaks", () => {
    const rig = new Rig({ pooling: "central" });
    rig.pools.acquire(0, 0);
    rig.pools.acquire(1, 1);
    rig.pools.acquire(2, 1);
    rig.isUp[0] = false;
    rig.pools.serverStopped(0);
    expect(rig.pools.openCount).toBe(2);
    rig.to(50);
    expect(times(rig.begunAt, 0, 1, 2)).toEqual([0, 0, 10]);
  });
});

describe("without a pool", () => {
  it("every operation pays for a connection of its own, and one too many is turned away at once", () => {
    const rig = new Rig({ pooling: "none", maxConnections: 3 });
    rig.ask(0, 1, 2, 3);
    expect(times(rig.refusedAt, 3)).toEqual([0]);
    rig.to(31);
    expect(times(rig.begunAt, 0, 1, 2)).toEqual([20, 20, 20]);
    rig.ask(4);
    rig.to(60);
    expect(times(rig.begunAt, 4)).toEqual([51]);
  });
});

describe("the wait for a connection", () => {
  /** Poisson requests that hold a connection for an exponential time of mean 1. */
  const measured = (settings: Partial<PoolSettings>, load: number, count: number, seed: number) => {
    const rig = new Rig({ maxConnections: 1000, connectionTimeoutMs: 1e9, ...settings }, 1);
    const holds = new Draws(seed, "holds");
    const gaps = new Draws(seed, "gaps");
    rig.holdMs = (request) => holds.at(request, 0).exponential();
    const asked: number[] = [];
    let atMs = 0;
    for (let request = 0; request < count; request++) {
      atMs += gaps.at(request, 0).exponential() / load;
      rig.to(atMs);
      asked.push(atMs);
      rig.ask(request);
    }
    rig.to(atMs + 1e6);
    return { rig, asked };
  };

  it("is that of M/M/c, c being the size of the pool: Erlang C", () => {
    // Means of 24 independent runs; four standard errors, which are to be worth 5 %.
    const load = 3;
    const runs = Array.from({ length: 24 }, (_, seed) => {
      const { rig, asked } = measured({ size: 4, minimumIdle: 4 }, load, 30_000, seed + 1);
      return asked.reduce((sum, atMs, request) => sum + rig.begunAt.get(request)! - atMs, 0) / asked.length;
    });
    const mean = runs.reduce((a, b) => a + b, 0) / runs.length;
    const squares = runs.reduce((a, b) => a + (b - mean) * (b - mean), 0);
    const standardError = Math.sqrt(squares / (runs.length - 1) / runs.length);
    const expected = meanWait(4, load);
    expect(4 * standardError).toBeLessThan(0.05 * expected);
    expect(Math.abs(mean - expected)).toBeLessThan(4 * standardError);
  });

  it("ends in an error where it would exceed the time-out", () => {
    // By level crossing, the unfinished work w beyond c services that an arrival finds has the density
    // λ p e^{-(c-λ)w} below the limit τ and λ p e^{λτ - cw} above it, where p is the chance of c - 1 busy connections.
    const [c, load, limit] = [4, 3.6, 1.5];
    const weight = (n: number): number => (n === 0 ? 1 : (weight(n - 1) * load) / n);
    const below = [0, 1, 2, 3].reduce((sum, n) => sum + weight(n), 0);
    const rate = load * weight(c - 1);
    const decay = Math.exp(-(c - load) * limit);
    const late = (rate * decay) / c;
    const expected = late / (below + (rate * (1 - decay)) / (c - load) + late);
    // As a check of the formula: without a limit, all who wait are Erlang C's.
    expect(rate / (c - load) / (below + rate / (c - load))).toBeCloseTo(erlangDelay(c, load), 12);
    const count = 300_000;
    const { rig } = measured({ size: c, minimumIdle: c, connectionTimeoutMs: limit }, load, count, 1);
    // Refusals come in bunches of several: as few independent events as if there were an eighth of them.
    expectShare(rig.refusedAt.size / 8, count / 8, expected);
  });
});
