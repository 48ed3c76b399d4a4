/** The database without its primary, or without the replicas that it waits for. */
import { describe, expect, it } from "vitest";
import { ALL_NODES, WRITTEN } from "./backend.ts";
import { told } from "./testing/bench.ts";
import { finished, made, pass, READ_MS, readNow, stored, WRITE_MS } from "./testing/database.ts";

describe("a primary that crashes", () => {
  const failingOver = { failover: "managed", failoverMinMs: 60_000, failoverMaxMs: 60_000 };

  it("loses nothing when it is back before anybody has taken its place, but answers nobody meanwhile", () => {
    const bench = made({ connectionTimeoutMs: 1000, ...failingOver });
    stored(bench, 0, 1);
    const [read, write] = [bench.read(0, 0), bench.write(1, 0, 1)];
    bench.backend.storeFaultBegins("crash", 0);
    const late = bench.read(0, 0);
    pass(bench, 1000);
    expect([read, write, late].map(told)).toEqual(["unavailable", "unavailable", "unavailable"]);
    bench.backend.storeFaultEnds("crash", 0);
    expect(readNow(bench, 0)).toBe(1);
    pass(bench, 1e6);
    expect(readNow(bench, 0)).toBe(1);
  });

  it("takes with it, when a replica is promoted, what had not reached that one, and nothing else", () => {
    const bench = made({ ...failingOver, connectionTimeoutMs: 100_000 });
    stored(bench, 0, 1);
    stored(bench, 1, 1);
    pass(bench, 60);
    stored(bench, 1, 2);
    stored(bench, 2, 1);
    bench.backend.storeFaultBegins("crash", 0);
    const waiting = bench.read(0, 0);
    pass(bench, 60_000 + READ_MS);
    expect([told(waiting), waiting.atMs]).toEqual([1, bench.nowMs]);
    expect(readNow(bench, 1)).toBe(1);
    expect(bench.backend.cause).toBe("store-failover");
    expect(readNow(bench, 2)).toBe("missing: store-failover");
    stored(bench, 1, 2);
    expect([readNow(bench, 1), bench.backend.cause]).toEqual([2, null]);
  });

  it("follows the new one when it is back, and can take its place again", () => {
    const bench = made({ ...failingOver });
    stored(bench, 0, 1);
    pass(bench, 60);
    bench.backend.storeFaultBegins("crash", 0);
    pass(bench, 60_001);
    stored(bench, 0, 2);
    bench.backend.storeFaultEnds("crash", 0);
    stored(bench, 0, 3);
    pass(bench, 60);
    bench.backend.storeFaultBegins("crash", 1);
    pass(bench, 60_001);
    expect(readNow(bench, 0)).toBe(3);
  });

  it("is replaced by the replica that lacks least, once that has applied what it has", () => {
    const bench = made({ ...failingOver, replicas: 2, applyMs: 100_000, connectionTimeoutMs: 1e6 });
    bench.backend.storeFaultBegins("cut-off", 1);
    stored(bench, 0, 1);
    pass(bench, 60);
    bench.backend.storeFaultEnds("cut-off", 1);
    bench.backend.storeFaultBegins("cut-off", 1);
    stored(bench, 0, 2);
    pass(bench, 60);
    bench.backend.storeFaultBegins("crash", 0);
    bench.backend.storeFaultEnds("cut-off", 1);
    const read = bench.read(0, 0);
    pass(bench, 300_000);
    expect(told(read)).toBe(2);
    // It received them at 56 and 122 ms and has one applier: 100 s each.
    expect(read.atMs).toBeCloseTo(56 + 200_000 + READ_MS, 6);
  });

  it("is not replaced by a replica that lacks too much, under Patroni", () => {
    const patroni = { failover: "patroni", ttlMs: 30_000, loopWaitMs: 10_000, maximumLagBytes: 1023 };
    const bench = made({ ...patroni, connectionTimeoutMs: 40_000 });
    stored(bench, 0, 1);
    bench.backend.storeFaultBegins("crash", 0);
    const read = bench.read(0, 0);
    pass(bench, 40_000);
    expect(told(read)).toBe("unavailable");
    bench.backend.storeFaultEnds("crash", 0);
    expect(readNow(bench, 0)).toBe(1);
  });

  it("that hangs is replaced as well, and by then all is sent", () => {
    const bench = made({ ...failingOver, connectionTimeoutMs: 1e6, socketTimeoutMs: 1e6 });
    stored(bench, 0, 1);
    const write = bench.write(0, 0, 2);
    bench.backend.storeFaultBegins("hang", 0);
    pass(bench, 59_000);
    expect(told(write)).toBe("pending");
    pass(bench, 2000);
    expect(told(write)).toBe("unavailable");
    expect(readNow(bench, 0)).toBe(1);
    expect(bench.backend.cause).toBe(null);
  });

  it("that is cut off from its replicas keeps taking writes, which are discarded", () => {
    const bench = made({ ...failingOver, connectionTimeoutMs: 1e6 });
    stored(bench, 0, 1);
    pass(bench, 60);
    bench.backend.storeFaultBegins("cut-off", 0);
    pass(bench, 30_000);
    stored(bench, 0, 2);
    expect(readNow(bench, 0)).toBe(2);
    pass(bench, 30_000);
    expect([readNow(bench, 0), bench.backend.cause]).toEqual([1, "split-brain"]);
  });

  it("takes down everything when no replica is left, and brings everything back", () => {
    const bench = made({ ...failingOver, connectionTimeoutMs: 1000 });
    stored(bench, 0, 1);
    bench.backend.storeFaultBegins("crash", ALL_NODES);
    const read = bench.read(0, 0);
    pass(bench, 100_000);
    expect(told(read)).toBe("unavailable");
    bench.backend.storeFaultEnds("crash", ALL_NODES);
    expect(readNow(bench, 0)).toBe(1);
  });

  it("that hangs answers everybody when it speaks again", () => {
    const bench = made();
    stored(bench, 0, 1);
    const write = bench.write(0, 0, 2);
    bench.backend.storeFaultBegins("hang", 0);
    const read = bench.read(0, 1);
    pass(bench, 500);
    expect([told(read), told(write)]).toEqual(["pending", "pending"]);
    bench.backend.storeFaultEnds("hang", 0);
    pass(bench, WRITE_MS);
    expect([told(read), told(write)]).toEqual([1, 2]);
  });
});

describe("a commit", () => {
  it("that waits for nobody knows what fails when the driver gives up, and leaves its connection to the next", () => {
    const bench = made({ mode: "strict-sync", poolSize: 1, socketTimeoutMs: 500 });
    bench.backend.storeFaultBegins("crash", 1);
    const write = bench.write(0, 0, 1);
    const read = bench.read(1, 0);
    pass(bench, WRITE_MS + 500 + READ_MS);
    expect([told(write), told(read), read.atMs]).toEqual(["unavailable", "missing: elsewhere", bench.nowMs]);
  });

  it("under semi-sync waits until a replica has it: a way there and a way back", () => {
    const bench = made({ mode: "semi-sync" });
    const write = bench.write(0, 0, 1);
    expect(finished(bench, write, WRITE_MS + 99)).toBe("pending");
    expect(finished(bench, write, 1)).toBe(1);
  });

  it("under semi-sync stalls once for 10 s when the replica is gone, and then nobody waits any more", () => {
    const bench = made({ mode: "semi-sync" });
    bench.backend.storeFaultBegins("crash", 1);
    const first = bench.write(0, 0, 1);
    pass(bench, 4000);
    const second = bench.write(1, 0, 1);
    pass(bench, 10_000);
    expect([first.atMs, second.atMs]).toEqual([WRITE_MS + 10_000, WRITE_MS + 10_000]);
    stored(bench, 2, 1);
    bench.backend.storeFaultEnds("crash", 1);
    pass(bench, 1);
    expect(bench.write(3, 0, 1).atMs).toBe(bench.nowMs + WRITE_MS);
    expect(finished(bench, bench.write(4, 0, 1))).toBe("pending");
  });

  it("that stalls is acknowledged when the replica is back", () => {
    const bench = made({ mode: "strict-sync" });
    bench.backend.storeFaultBegins("hang", 1);
    const write = bench.write(0, 0, 1);
    pass(bench, 20_000);
    expect(told(write)).toBe("pending");
    bench.backend.storeFaultEnds("hang", 1);
    expect(finished(bench, write, 100)).toBe(1);
  });

  it("under strict sync keeps its connection while it stalls: the pool runs out", () => {
    const bench = made({ mode: "strict-sync", poolSize: 2, connectionTimeoutMs: 1000 });
    bench.backend.storeFaultBegins("crash", 1);
    const writes = [0, 1, 2].map((session) => bench.write(session, 0, 1));
    pass(bench, 1000);
    expect(writes.map(told)).toEqual(["pending", "pending", "unavailable"]);
  });

  it.each(["semi-sync", "sync", "strict-sync"])(
    "that was acknowledged under %s outlives the primary's crash",
    (mode) => {
      const failover = { failover: "managed", failoverMinMs: 5000, failoverMaxMs: 5000 };
      for (let crashMs = 0; crashMs < 400; crashMs += 7) {
        const bench = made({ mode, ...failover, applyMs: 3 });
        const writes = Array.from({ length: 10 }, (_, session) => bench.write(session, session % 3, 1));
        bench.to(crashMs);
        const acknowledged = writes.filter(({ outcome }) => outcome === WRITTEN).map(({ session }) => session);
        bench.backend.storeFaultBegins("crash", 0);
        pass(bench, 5000 + 100);
        for (const session of acknowledged) expect(readNow(bench, session)).toBe(1);
      }
    },
  );

  it("is on a replica when it is acknowledged under remote_apply, so that reading there is never behind", () => {
    const bench = made({ mode: "sync", waitsFor: "applied", routing: "replica", applyMs: 30 });
    for (let contains = 1; contains < 6; contains++) {
      expect(finished(bench, bench.write(0, 0, contains), 200)).toBe(contains);
      expect(readNow(bench, 0)).toBe(contains);
    }
  });
});
