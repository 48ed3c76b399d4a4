import { describe, expect, it } from "vitest";
import { ALL_NODES, WRITTEN } from "./backend.ts";
import { told } from "./testing/bench.ts";
import { finished, made, pass, READ_MS, readNow, stored, WRITE_MS } from "./testing/database.ts";

describe("sessions in a database", () => {
  it("are the newest on every server, whatever servers do", () => {
    const bench = made();
    stored(bench, 0, 1);
    bench.crash(0);
    expect(readNow(bench, 0)).toBe(1);
    expect(bench.backend.copies(3)).toBe(2);
  });

  it("take a statement over a connection, and a commit that is flushed", () => {
    const bench = made();
    expect(bench.write(0, 0, 1).atMs).toBe(WRITE_MS);
    bench.to(10);
    expect(bench.read(0, 1).atMs).toBe(10 + READ_MS);
    expect(bench.storeOperations).toBe(2);
  });

  it("wait for a connection of their server's pool, and fail when none comes in time", () => {
    const bench = made({ poolSize: 2, connectionTimeoutMs: 7 });
    const writes = Array.from({ length: 5 }, (_, session) => bench.write(session, 0, 1));
    const elsewhere = bench.write(5, 1, 1);
    bench.to(50);
    expect(writes.map(told)).toEqual([1, 1, 1, 1, "unavailable"]);
    expect(writes.map(({ atMs }) => atMs)).toEqual([6, 6, 12, 12, 7]);
    expect(elsewhere.atMs).toBe(6);
  });

  it("can keep their connection from the read to the end of the request, its work included", () => {
    const bench = made({ poolSize: 1, holds: "request", connectionTimeoutMs: 1000 });
    const read = bench.read(1, 0);
    const next = bench.read(2, 0);
    pass(bench, 200);
    expect([told(read), told(next)]).toEqual(["missing: elsewhere", "pending"]);
    bench.backend.holding?.ended(read.request);
    pass(bench, READ_MS);
    expect([told(next), next.atMs]).toEqual(["missing: elsewhere", 200 + READ_MS]);
    expect(made().backend.holding).toBe(null);
  });

  it("wait for a worker of the database", () => {
    const bench = made({ workers: 1 });
    const writes = [0, 1, 2].map((session) => bench.write(session, session, 1));
    bench.to(50);
    expect(writes.map(({ atMs }) => atMs)).toEqual([WRITE_MS, WRITE_MS + 2, WRITE_MS + 4]);
  });

  it("are touched by a request that changes nothing, unless that was done a moment ago or not at all", () => {
    const bench = made({ touchIntervalMs: 1000 });
    stored(bench, 0, 1);
    expect(bench.write(0, 0, 1, false).outcome).toBe(WRITTEN);
    pass(bench, 1000);
    finished(bench, bench.write(0, 0, 1, false));
    expect(bench.storeOperations).toBe(2);
    const silent = made({ touches: false });
    expect(silent.write(0, 0, 1, false).outcome).toBe(WRITTEN);
  });

  it("meet as the session rules say when two requests write at once", () => {
    const bench = made();
    bench.contentOf = (held, contains) => (held === contains - 1 ? contains : -1);
    stored(bench, 0, 1);
    const [first, second] = [bench.write(0, 0, 2), bench.write(0, 1, 2)];
    pass(bench, WRITE_MS);
    expect([told(first), told(second)]).toEqual([2, "conflict"]);
  });

  it("take longer to find the more there are, where there is no index", () => {
    const bench = made({ indexed: false, perRowMs: 0.1, initialRows: 100, cleanupIntervalMs: null });
    expect(bench.read(0, 0).atMs).toBe(READ_MS + 10);
    bench.to(50);
    for (let session = 0; session < 10; session++) bench.write(session, 0, 1);
    bench.to(500);
    expect(bench.read(0, 0).atMs).toBeCloseTo(500 + READ_MS + 11, 9);
  });

  it("leave their rows behind until they have expired and been cleaned up", () => {
    const bench = made({ indexed: false, perRowMs: 0.1, cleanupIntervalMs: 1000 });
    bench.rules = { ...bench.rules, idleTimeoutMs: 2500 };
    stored(bench, 0, 1);
    bench.begin(0);
    bench.to(2900);
    expect(bench.read(1, 0).atMs).toBeCloseTo(2900 + READ_MS + 0.1, 9);
    bench.to(3500);
    expect(bench.read(1, 0).atMs).toBeCloseTo(3500 + READ_MS, 9);
  });
});

describe("reading from a replica", () => {
  it("finds what has been applied there: an old row, or none at all, until the lag is over", () => {
    const bench = made({ routing: "replica" });
    stored(bench, 0, 1);
    expect(readNow(bench, 0)).toBe("missing: replication-lag");
    pass(bench, 50);
    stored(bench, 0, 2);
    expect(readNow(bench, 0)).toBe(1);
    expect(bench.backend.cause).toBe("replication-lag");
    pass(bench, 50);
    expect(readNow(bench, 0)).toBe(2);
    expect(bench.backend.cause).toBe(null);
  });

  it("is never behind for a user whose own writes are read on the primary", () => {
    const bench = made({ routing: "read-your-writes", primaryAfterWriteMs: 100 });
    for (let contains = 1; contains < 30; contains++) {
      stored(bench, 0, contains);
      for (let read = 0; read < 40; read++) expect(readNow(bench, 0)).toBe(contains);
    }
  });

  it("falls further and further behind on one that is cut off from the primary", () => {
    const bench = made({ routing: "replica" });
    stored(bench, 0, 1);
    pass(bench, 100);
    bench.backend.storeFaultBegins("cut-off", 1);
    stored(bench, 0, 2);
    pass(bench, 1e5);
    expect(readNow(bench, 0)).toBe(1);
    bench.backend.storeFaultEnds("cut-off", 1);
    expect(readNow(bench, 0)).toBe(2);
  });

  it("goes on on the primary when the replica is away, and while it catches up", () => {
    const bench = made({ routing: "replica", applyMs: 100 });
    bench.backend.storeFaultBegins("crash", 1);
    stored(bench, 0, 1);
    expect(readNow(bench, 0)).toBe(1);
    bench.backend.storeFaultEnds("crash", 1);
    stored(bench, 0, 2);
    expect(readNow(bench, 0)).toBe(2);
  });
});

describe("a table that is emptied", () => {
  it("has lost every session, on all nodes", () => {
    const bench = made({ routing: "replica" });
    stored(bench, 0, 1);
    bench.backend.storeFaultBegins("flush", ALL_NODES);
    pass(bench, 1000);
    expect(readNow(bench, 0)).toBe("missing: store-flush");
    expect(readNow(bench, 1)).toBe("missing: elsewhere");
  });
});
