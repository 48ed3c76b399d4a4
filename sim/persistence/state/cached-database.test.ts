import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { Draws } from "../../engine/draws.ts";
import { expectMean } from "../../engine/testing/fit.ts";
import { ALL_NODES } from "./backend.ts";
import { Bench, type Operation, told } from "./testing/bench.ts";

/** Nodes of the store. */
const CACHE = 0;
const DATABASE = 1;

const plain = {
  roundTripMs: 1,
  readMs: 1,
  writeMs: 2,
  commitMs: 3,
  perKibMs: 0,
  levelMs: 0,
  connectMs: 0,
  reconnectBackoffMs: 0,
  connectionTimeoutMs: 1000,
  cacheRoundTripMs: 0.5,
  cacheOperationMs: 0.25,
  cachePerKibMs: 0,
  cacheTimeoutMs: 100,
  touches: false,
};
const CACHE_MS = 0.75;
const READ_MS = 2;
const WRITE_MS = 6;

const made = (knobs: Knobs = {}, sessions = 10) => {
  const bench = new Bench("cached-database", 3, { ...plain, ...knobs });
  for (let session = 0; session < sessions; session++) bench.begin(session);
  return bench;
};
const pass = (bench: Bench, ms: number) => bench.to(bench.nowMs + ms);
const finished = (bench: Bench, operation: Operation, ms = 20) => {
  pass(bench, ms);
  return told(operation);
};
const stored = (bench: Bench, session: number, contains: number, server = 0) =>
  expect(finished(bench, bench.write(session, server, contains))).toBe(contains);
const readNow = (bench: Bench, session: number) => finished(bench, bench.read(session, 1));
/** How long an operation takes. */
const took = (bench: Bench, operation: Operation) => {
  const sentMs = bench.nowMs;
  pass(bench, 50);
  return operation.atMs - sentMs;
};
const behind = { writes: "write-behind" };

describe("a cache in front of a database", () => {
  it("is written after the database, and read instead of it", () => {
    const bench = made();
    expect(took(bench, bench.write(0, 0, 1))).toBeCloseTo(WRITE_MS + CACHE_MS, 9);
    expect(took(bench, bench.read(0, 1))).toBeCloseTo(CACHE_MS, 9);
  });

  it("may be lost: the next read misses, goes to the database and fills the cache again", () => {
    const bench = made();
    stored(bench, 0, 1);
    bench.backend.storeFaultBegins("crash", CACHE);
    expect(took(bench, bench.read(0, 1))).toBeCloseTo(0.5 + READ_MS, 9);
    bench.backend.storeFaultEnds("crash", CACHE);
    const miss = bench.read(0, 1);
    expect(took(bench, miss)).toBeCloseTo(2 * CACHE_MS + READ_MS, 9);
    expect(told(miss)).toBe(1);
    expect(took(bench, bench.read(0, 1))).toBeCloseTo(CACHE_MS, 9);
  });

  it("makes everybody wait for its time-out when it says nothing, and has old rows afterwards", () => {
    const bench = made();
    stored(bench, 0, 1);
    bench.backend.storeFaultBegins("hang", CACHE);
    const read = bench.read(0, 1);
    pass(bench, 200);
    expect([told(read), read.atMs]).toEqual([1, 20 + 100 + READ_MS]);
    stored(bench, 0, 2);
    bench.backend.storeFaultEnds("hang", CACHE);
    expect([readNow(bench, 0), bench.backend.cause]).toEqual([1, "old-copy"]);
  });

  it("answers for a database that is away, for what it has", () => {
    const bench = made();
    stored(bench, 0, 1);
    stored(bench, 1, 1);
    bench.backend.storeFaultBegins("flush", CACHE);
    expect(readNow(bench, 0)).toBe(1);
    bench.backend.storeFaultBegins("crash", DATABASE);
    expect(readNow(bench, 0)).toBe(1);
    expect(finished(bench, bench.read(1, 0), 1100)).toBe("unavailable");
    expect(finished(bench, bench.write(0, 0, 2), 1100)).toBe("unavailable");
    bench.backend.storeFaultEnds("crash", DATABASE);
    expect(readNow(bench, 1)).toBe(1);
  });

  it("is emptied with everything", () => {
    const bench = made();
    stored(bench, 0, 1);
    bench.backend.storeFaultBegins("flush", ALL_NODES);
    expect(readNow(bench, 0)).toBe("missing: store-flush");
    expect(readNow(bench, 1)).toBe("missing: elsewhere");
    expect(bench.backend.copies(3)).toBe(3);
  });

  it("meets the session rules where two requests write at once", () => {
    for (const writes of ["write-through", "cache-aside", "write-behind"]) {
      const bench = made({ writes });
      bench.contentOf = (held, contains) => (held === contains - 1 ? contains : -1);
      stored(bench, 0, 1);
      const both = [bench.write(0, 0, 2), bench.write(0, 1, 2)];
      pass(bench, 50);
      expect(both.map(told)).toEqual([2, "conflict"]);
    }
  });
});

describe("a cache aside", () => {
  it("forgets what is written, so that the next read goes to the database", () => {
    const bench = made({ writes: "cache-aside" });
    stored(bench, 0, 1);
    expect(took(bench, bench.read(0, 1))).toBeCloseTo(2 * CACHE_MS + READ_MS, 9);
    expect(took(bench, bench.read(0, 1))).toBeCloseTo(CACHE_MS, 9);
  });

  it("keeps an old row when a reader that missed is overtaken by a writer", () => {
    const bench = made({ writes: "cache-aside", cacheRoundTripMs: 20 });
    finished(bench, bench.write(0, 0, 1), 100);
    bench.to(1000);
    // The reader misses at 1020.25, has the row at 1022.25, and it is in the cache at 1042.5.
    const read = bench.read(0, 0);
    bench.to(1018);
    const write = bench.write(0, 1, 2);
    pass(bench, 100);
    expect([told(read), told(write)]).toEqual([1, 2]);
    expect([finished(bench, bench.read(0, 2), 100), bench.backend.cause]).toEqual([1, "concurrent-request"]);
  });
});

describe("writing behind", () => {
  it("acknowledges what the cache has, and brings it to the database at the next full interval", () => {
    const bench = made({ ...behind, flushIntervalMs: 1000 });
    expect(took(bench, bench.write(0, 0, 1))).toBeCloseTo(CACHE_MS, 9);
    bench.to(1100);
    bench.backend.storeFaultBegins("flush", CACHE);
    expect(readNow(bench, 0)).toBe(1);
  });

  it("loses with the cache's node what was still in the queue", () => {
    const bench = made({ ...behind, flushIntervalMs: 1000 });
    stored(bench, 0, 1);
    bench.to(1100);
    stored(bench, 0, 2);
    stored(bench, 1, 1);
    bench.backend.storeFaultBegins("crash", CACHE);
    expect([readNow(bench, 0), bench.backend.cause]).toEqual([1, "write-behind"]);
    expect(readNow(bench, 1)).toBe("missing: write-behind");
    // Without the cache, writes go to the database themselves, and nothing is lacking any more.
    stored(bench, 0, 2);
    expect([readNow(bench, 0), bench.backend.cause]).toEqual([2, null]);
  });

  it("does not take an old row for a new one because it was touched", () => {
    const bench = made({ ...behind, touches: true });
    stored(bench, 0, 1);
    pass(bench, 2000);
    stored(bench, 0, 2);
    bench.backend.storeFaultBegins("crash", CACHE);
    bench.backend.storeFaultEnds("crash", CACHE);
    expect(readNow(bench, 0)).toBe(1);
    finished(bench, bench.write(0, 0, 1, false));
    pass(bench, 2000);
    expect([readNow(bench, 0), bench.backend.cause]).toEqual([1, "write-behind"]);
  });

  it("loses with a server its own queue; the cache still has it, and when it is lost as well nobody does", () => {
    const bench = made({ ...behind, queueOn: "server" });
    stored(bench, 0, 1, 0);
    stored(bench, 1, 1, 1);
    bench.crash(0);
    pass(bench, 2000);
    expect(readNow(bench, 0)).toBe(1);
    bench.backend.storeFaultBegins("flush", CACHE);
    expect(readNow(bench, 0)).toBe("missing: write-behind");
    expect(readNow(bench, 1)).toBe(1);
  });

  it("stores one row for a session that was written often", () => {
    const operations = (coalesces: boolean) => {
      const bench = made({ ...behind, coalesces, batchSize: 2, flushIntervalMs: 1000 });
      for (let contains = 1; contains <= 6; contains++) stored(bench, 0, contains);
      const before = bench.storeOperations;
      bench.to(2000);
      return bench.storeOperations - before;
    };
    expect([operations(true), operations(false)]).toEqual([1, 3]);
  });

  it("keeps what the database does not take, and tries again", () => {
    const bench = made({ ...behind, flushIntervalMs: 1000 });
    stored(bench, 0, 1);
    bench.backend.storeFaultBegins("crash", DATABASE);
    bench.to(5500);
    bench.backend.storeFaultEnds("crash", DATABASE);
    bench.to(6100);
    bench.backend.storeFaultBegins("flush", CACHE);
    expect(readNow(bench, 0)).toBe(1);
  });

  it("when its queue is full makes writers wait, or writes itself, or keeps the write in the cache only", () => {
    const full = (whenFull: string) => {
      const bench = made({ ...behind, whenFull, queueSize: 1, flushIntervalMs: 1000 });
      stored(bench, 0, 1);
      const write = bench.write(1, 0, 1);
      const sentMs = bench.nowMs;
      pass(bench, 1500);
      bench.backend.storeFaultBegins("flush", CACHE);
      return [told(write), Math.round(write.atMs - sentMs), readNow(bench, 1)];
    };
    // The queue is emptied at 1,000 ms, 6 ms and a row later it has room; the writer's row goes at 2,000 ms.
    expect(full("block")).toEqual([1, 1006 - 20, "missing: write-behind"]);
    expect(full("synchronous")).toEqual([1, 7, 1]);
    expect(full("drop")).toEqual([1, 1, "missing: write-behind"]);
  });

  it("touches a session in the queue, where it costs the database next to nothing", () => {
    const bench = made({ ...behind, touches: true });
    stored(bench, 0, 1);
    for (let touch = 0; touch < 5; touch++) finished(bench, bench.write(0, 0, 1, false));
    const before = bench.storeOperations;
    bench.to(5000);
    expect(bench.storeOperations - before).toBe(1);
  });

  it("loses half an interval's writes on average: rate × interval / 2", () => {
    // 0.05 writes per ms, each of another session, an interval of 400 ms: mean 10. At a uniform moment of the interval the
    // number is Poisson with a uniform mean: variance w Δ / 2 + (w Δ)² / 12.
    const [rate, intervalMs, runs] = [0.05, 400, 300];
    const draws = new Draws(4, "crash");
    const lost = Array.from({ length: runs }, (_, run) => {
      const bench = made({ ...behind, flushIntervalMs: intervalMs, cacheRoundTripMs: 0, cacheOperationMs: 0 }, 0);
      const crashMs = intervalMs * (1 + draws.at(run, 0).uniform());
      let session = 0;
      for (let atMs = 0; ; session++) {
        atMs += draws.at(run, session + 1).exponential() / rate;
        if (atMs > crashMs) break;
        bench.begin(session);
        bench.to(atMs);
        bench.write(session, 0, 1);
      }
      bench.to(crashMs);
      bench.backend.storeFaultBegins("crash", CACHE);
      const reads = Array.from({ length: session }, (_, each) => bench.read(each, 0));
      pass(bench, 500);
      return reads.filter((read) => told(read) === "missing: write-behind").length;
    });
    const mean = (rate * intervalMs) / 2;
    // A batch is under way for 6 ms and its rows: those who crash it in that time lose it as well, 20 writes each.
    const underWay = (20 * (WRITE_MS + 20 * 0.02)) / intervalMs;
    const deviation = Math.sqrt(mean + (rate * intervalMs * rate * intervalMs) / 12);
    expectMean(lost, mean + underWay, deviation);
  });
});
