import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { Draws } from "../../engine/draws.ts";
import { expectMean } from "../../engine/testing/fit.ts";
import { WRITTEN } from "./backend.ts";
import { Memory, type MemorySettings } from "./redis-memory.ts";
import { Bench, told } from "./testing/bench.ts";

const KEYS = 1000;

function full(policy: MemorySettings["policy"], ttlMs = 1e9): Memory {
  const limits = { maxMemoryBytes: 100 * KEYS, policy, overheadBytes: 0, ttlMs };
  const memory = new Memory(limits, 0, (purpose) => new Draws(1, purpose));
  memory.grow(4 * KEYS);
  for (let session = 0; session < KEYS; session++) memory.store(session, 100, session);
  return memory;
}

/** Whom a full memory evicts for `count` more keys. */
function evictedBy(memory: Memory, count: number): number[] {
  const gone: number[] = [];
  for (let one = 0; one < count; one++) {
    memory.store(KEYS + one, 100, KEYS + one);
    for (let session = memory.evict(); session !== null; session = memory.evict()) gone.push(session);
  }
  return gone;
}

describe("a full memory", () => {
  it("evicts old keys by LRU, though it looks at five at a time only: nearly all from the oldest quarter", () => {
    // Of 16 good ones from earlier draws the best goes: after a few evictions its age is that of the oldest of dozens drawn.
    const gone = evictedBy(full("allkeys-lru"), 100);
    expect(gone).toHaveLength(100);
    expect(new Set(gone).size).toBe(100);
    expect(gone.filter((session) => session < KEYS / 4).length).toBeGreaterThan(90);
    // True LRU would have a mean of 49.5, five without a memory 167.
    const mean = gone.reduce((sum, session) => sum + session, 0) / 100;
    expect(mean).toBeGreaterThan(50);
    expect(mean).toBeLessThan(130);
  });

  it("evicts without looking by lot", () => {
    expectMean(evictedBy(full("allkeys-random"), 100), KEYS / 2, KEYS / Math.sqrt(12));
  });

  it("spares what was used since, by LRU, and goes by the time to live where it is told so", () => {
    const lru = full("allkeys-lru");
    const ttl = full("volatile-ttl");
    for (const memory of [lru, ttl]) {
      for (let session = 0; session < KEYS / 2; session++) memory.touch(session, 5000, false);
    }
    // All five of the first draw from the half that was used: 1/32; later ones are held against the pool.
    expect(evictedBy(lru, 50).filter((session) => session >= KEYS / 2).length).toBeGreaterThan(40);
    expect(evictedBy(ttl, 100).filter((session) => session < KEYS / 4).length).toBeGreaterThan(90);
  });

  it("evicts nobody where the policy says so, or where no key has a time to live and only such keys may go", () => {
    expect(evictedBy(full("noeviction"), 2)).toEqual([]);
    expect(evictedBy(full("volatile-lru", Number.POSITIVE_INFINITY), 2)).toEqual([]);
    expect(full("noeviction").isFull()).toBe(false);
    const over = full("noeviction");
    over.store(KEYS, 1, 0);
    expect(over.isFull()).toBe(true);
  });
});

describe("expired keys", () => {
  it("take room until the cycle finds them, which leaves a tenth of them at most at first", () => {
    const memory = full("noeviction", 500);
    // Of keys stored at 0 … 999 half have expired at 1000.
    memory.expire(1000);
    const stale = memory.count - KEYS / 2;
    // It stops at the first 20 keys of which at most 2 are stale: that is more likely the fewer are left.
    expect(stale).toBeGreaterThanOrEqual(0);
    expect(stale).toBeLessThan(0.35 * memory.count);
    for (let cycle = 0; cycle < 1000; cycle++) memory.expire(1000);
    expect(memory.count).toBeLessThan(KEYS / 2 + 20);
    expect(memory.usedBytes).toBe(100 * memory.count);
  });

  it("are nobody's once their session's slot has another tenant, and take room all the same", () => {
    const memory = full("allkeys-lru");
    memory.detach(7);
    memory.store(7, 50, 1);
    expect(memory.count).toBe(KEYS + 1);
    expect(memory.usedBytes).toBe(100 * KEYS + 50);
    memory.remove(7);
    expect(memory.usedBytes).toBe(100 * KEYS);
  });
});

describe("a Redis whose memory is full", () => {
  const made = (knobs: Knobs) => {
    const station = { roundTripMs: 0, operationMs: 0, perKibMs: 0, persistence: "none", keyOverheadBytes: 24 };
    const bench = new Bench("redis", 1, { ...station, maxMemoryBytes: 10 * 1048, ...knobs });
    for (let session = 0; session < 20; session++) bench.begin(session);
    return bench;
  };
  const done = (bench: Bench, operation: Parameters<typeof told>[0]) => {
    bench.to(bench.nowMs + 1);
    return told(operation);
  };

  it("refuses to store under noeviction: logins and changes fail, reading works", () => {
    const bench = made({});
    const logins = Array.from({ length: 13 }, (_, session) => done(bench, bench.write(session, 0, 1)));
    // Redis looks before it stores, so that it goes over its limit by one key.
    expect(logins).toEqual([...Array<number>(11).fill(1), "unavailable", "unavailable"]);
    expect(done(bench, bench.read(0, 0))).toBe(1);
    const touch = bench.write(0, 0, 1, false);
    done(bench, touch);
    expect(touch.outcome).toBe(WRITTEN);
    expect(done(bench, bench.write(0, 0, 2))).toBe("unavailable");
  });

  it("lets sessions vanish without a word under allkeys-lru", () => {
    const bench = made({ maxMemoryPolicy: "allkeys-lru" });
    for (let session = 0; session < 20; session++) expect(done(bench, bench.write(session, 0, 1))).toBe(1);
    const found = Array.from({ length: 20 }, (_, session) => done(bench, bench.read(session, 0)));
    expect(found.filter((one) => one === "missing: store-eviction")).toHaveLength(9);
    expect(found[19]).toBe(1);
  });
});

describe("a time to live", () => {
  const made = (knobs: Knobs) => {
    const bench = new Bench("redis", 1, { roundTripMs: 0, operationMs: 0, perKibMs: 0, persistence: "none", ...knobs });
    bench.begin(0);
    bench.write(0, 0, 1);
    bench.to(0);
    return bench;
  };
  const readAt = (bench: Bench, atMs: number) => {
    bench.to(atMs);
    const read = bench.read(0, 0);
    bench.to(atMs);
    return told(read);
  };

  it("ends a session that is only read where reading does not refresh it", () => {
    const bench = made({ ttlMs: 1000, touches: false });
    expect(readAt(bench, 900)).toBe(1);
    bench.write(0, 0, 1, false);
    expect(readAt(bench, 1100)).toBe("missing: expired-early");
  });

  it("starts anew with every request otherwise", () => {
    const bench = made({ ttlMs: 1000 });
    expect(readAt(bench, 900)).toBe(1);
    bench.write(0, 0, 1, false);
    expect(readAt(bench, 1800)).toBe(1);
  });
});
