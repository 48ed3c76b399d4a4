import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { Draws } from "../../engine/draws.ts";
import { expectShare } from "../../engine/testing/fit.ts";
import { ALL_NODES } from "./backend.ts";
import { Bench, type Operation, told } from "./testing/bench.ts";

const plain = {
  roundTripMs: 1,
  readMs: 1,
  writeMs: 2,
  commitMs: 3,
  perKibMs: 0,
  levelMs: 0,
  applyMs: 1,
  replicationDelayMs: 4,
  connectMs: 0,
};
const READ_MS = 0.5 + 1 + 0.5;
/** Without the way to the others and back, which certification adds. */
const WRITE_MS = 0.5 + 2 + 3 + 0.5;
const ORDERED_MS = WRITE_MS + 2 * 4;

/** Server n works with node n. */
const made = (knobs: Knobs = {}, servers = 3) => {
  const bench = new Bench("multi-primary-database", servers, { ...plain, ...knobs });
  for (let session = 0; session < 10; session++) bench.begin(session);
  return bench;
};
const pass = (bench: Bench, ms: number) => bench.to(bench.nowMs + ms);
const finished = (bench: Bench, operation: Operation, ms = ORDERED_MS) => {
  pass(bench, ms);
  return told(operation);
};
const readOn = (bench: Bench, server: number) => finished(bench, bench.read(0, server), READ_MS);
const lastWriter = { kind: "last-writer-wins" };

describe("nodes that certify", () => {
  it("order a write among all of them before its commit, and have it elsewhere a moment later", () => {
    const bench = made();
    expect(bench.write(0, 0, 1).atMs).toBe(ORDERED_MS);
    pass(bench, ORDERED_MS);
    expect([readOn(bench, 0), readOn(bench, 1)]).toEqual([1, "missing: replication-lag"]);
    pass(bench, 4);
    expect([1, 2].map((server) => readOn(bench, server))).toEqual([1, 1]);
  });

  it("are never behind where reads wait for what was committed anywhere", () => {
    const bench = made({ causalReads: true });
    for (let contains = 1; contains < 5; contains++) {
      expect(finished(bench, bench.write(0, 0, contains))).toBe(contains);
      const read = bench.read(0, 1);
      expect(finished(bench, read, 20)).toBe(contains);
    }
  });

  it("let the first committer win: a statement that began before the other's write was there is rolled back", () => {
    const bench = made();
    finished(bench, bench.write(0, 0, 1));
    pass(bench, 100);
    const first = bench.write(0, 0, 2);
    pass(bench, 3);
    const second = bench.write(0, 1, 2);
    pass(bench, ORDERED_MS);
    expect([told(first), told(second)]).toEqual([2, "conflict"]);
    pass(bench, 5);
    expect(finished(bench, bench.write(0, 1, 3))).toBe(3);
  });

  it("roll back what two writers on two nodes do at once: 1 - e^(-a w) of the writes, about 2 a b w a second", () => {
    // Each writes at rate a = b; a statement takes the time to its order, and a write is there 5 ms after its own.
    const [rate, windowMs] = [0.002, ORDERED_MS + 4 + 1];
    const bench = made({}, 2);
    bench.write(0, 0, 1);
    pass(bench, 1000);
    const gaps = new Draws(5, "writers");
    const due = [bench.nowMs, bench.nowMs];
    const counts = [0, 0];
    const writes: Operation[] = [];
    while (writes.length < 12_000) {
      const writer = due[0]! < due[1]! ? 0 : 1;
      bench.to(due[writer]!);
      writes.push(bench.write(0, writer, 1));
      due[writer]! += gaps.at(writer, counts[writer]!++).exponential() / rate;
    }
    pass(bench, 1000);
    const lost = writes.filter((write) => told(write) === "conflict").length;
    // Only those that committed are in the way of others.
    let share = 0;
    for (let round = 0; round < 50; round++) share = 1 - Math.exp(-rate * (1 - share) * windowMs);
    expectShare(lost, writes.length, share);
    expect(Math.abs(share - rate * windowMs)).toBeLessThan(0.08 * share);
  });

  it("make every commit wait for the node that is furthest behind", () => {
    const bench = made({ slowestApplyFactor: 20, replicationDelayMs: 0 });
    // The last node needs 20 ms for each write. It may be 16 √3 behind; then a writer is as fast as it is, and no faster.
    const times = Array.from({ length: 120 }, (_, write) => {
      const { atMs } = bench.write(write % 10, 0, 1);
      const tookMs = atMs - bench.nowMs;
      bench.to(atMs);
      return tookMs;
    });
    expect(times.slice(0, 30).every((ms) => Math.abs(ms - WRITE_MS) < 1e-9)).toBe(true);
    expect(times.slice(60).every((ms) => Math.abs(ms - 20) < 1e-9)).toBe(true);
  });

  it("lose nothing with one of them, and stop for as long as it takes to exclude it", () => {
    const bench = made();
    finished(bench, bench.write(0, 0, 1), 100);
    bench.backend.storeFaultBegins("crash", 0);
    const write = bench.write(0, 0, 2);
    pass(bench, 4990);
    expect([told(write), readOn(bench, 0)]).toEqual(["pending", 1]);
    expect(finished(bench, write)).toBe(2);
    bench.backend.storeFaultEnds("crash", 0);
    pass(bench, 10_000);
    expect(readOn(bench, 0)).toBe(2);
  });

  it("answer nobody on the smaller side of a partition, whose servers go to the other one", () => {
    const bench = made();
    finished(bench, bench.write(0, 0, 1));
    pass(bench, 10);
    bench.backend.storeFaultBegins("cut-off", 2);
    const caught = bench.write(0, 2, 2);
    pass(bench, 6000);
    expect(told(caught)).toBe("unavailable");
    expect(finished(bench, bench.write(0, 2, 2))).toBe(2);
    pass(bench, 10);
    expect([0, 1, 2].map((server) => readOn(bench, server))).toEqual([2, 2, 2]);
  });

  it("all stop when two of three go at once, and have everything when those are back", () => {
    const bench = made();
    finished(bench, bench.write(0, 0, 1));
    pass(bench, 10);
    bench.backend.storeFaultBegins("crash", 1);
    bench.backend.storeFaultBegins("crash", 2);
    pass(bench, 6000);
    expect(readOn(bench, 0)).toBe("unavailable");
    bench.backend.storeFaultEnds("crash", 1);
    bench.backend.storeFaultEnds("crash", 2);
    pass(bench, 10);
    expect([0, 1, 2].map((server) => readOn(bench, server))).toEqual([1, 1, 1]);
  });
});

describe("nodes whose newest stamp stays", () => {
  it("commit by themselves, and go on while others are away", () => {
    const bench = made(lastWriter);
    expect(bench.write(0, 0, 1).atMs).toBe(WRITE_MS);
    pass(bench, 100);
    bench.backend.storeFaultBegins("cut-off", 1);
    expect(finished(bench, bench.write(0, 0, 2), WRITE_MS)).toBe(2);
    expect([readOn(bench, 1), bench.backend.cause]).toEqual([1, "split-brain"]);
    bench.backend.storeFaultEnds("cut-off", 1);
    pass(bench, 10);
    expect(readOn(bench, 1)).toBe(2);
  });

  it("lack what a node had not sent before it crashed, until it is back", () => {
    const bench = made(lastWriter);
    const write = bench.write(0, 0, 1);
    pass(bench, WRITE_MS + 1);
    expect(told(write)).toBe(1);
    bench.backend.storeFaultBegins("crash", 0);
    expect(readOn(bench, 0)).toBe("missing: store-failover");
    bench.backend.storeFaultEnds("crash", 0);
    pass(bench, 10);
    expect([0, 1].map((server) => readOn(bench, server))).toEqual([1, 1]);
  });

  it("undo, without a word, a write that a slow clock stamps before the one that it follows", () => {
    const bench = made({ ...lastWriter, nodes: 2, clockSkewMs: 1000 }, 2);
    finished(bench, bench.write(0, 0, 1), 100);
    const write = bench.write(0, 1, 2);
    pass(bench, 100);
    // Acknowledged, and yet the newest row is the one from before.
    expect(told(write)).toBe(1);
    expect(bench.backend.writeCause).toBe("clock-skew");
    pass(bench, 1000);
    expect(finished(bench, bench.write(0, 1, 2), 100)).toBe(2);
  });

  it("undo on the slow node what is written within the skew after a write on the fast one: 1 - e^(-a s)", () => {
    // The fast node is written at rate a, the slow one every 400 ms, long after its last write's own effect.
    const [rate, skewMs, writes] = [1 / 300, 200, 4000];
    const bench = made({ ...lastWriter, nodes: 2, clockSkewMs: skewMs, replicationDelayMs: 0, applyMs: 0 }, 2);
    const gaps = new Draws(8, "fast");
    let fastMs = 0;
    let k = 0;
    let undone = 0;
    finished(bench, bench.write(0, 0, 1), 1000);
    for (let write = 0; write < writes; write++) {
      const atMs = 1000 + 400 * (write + 1);
      for (fastMs = Math.max(fastMs, bench.nowMs); fastMs < atMs; fastMs += gaps.at(0, k++).exponential() / rate) {
        bench.to(fastMs);
        bench.write(0, 0, 1);
      }
      bench.to(atMs);
      bench.write(0, 1, 2);
      bench.to(atMs + WRITE_MS);
      if (bench.backend.writeCause === "clock-skew") undone++;
    }
    expectShare(undone, writes, 1 - Math.exp(-rate * skewMs));
  });

  it("lose no write to clocks that agree", () => {
    const bench = made(lastWriter, 3);
    for (let contains = 1; contains < 30; contains++) {
      expect(finished(bench, bench.write(0, contains % 3, contains), 20)).toBe(contains);
      expect(bench.backend.writeCause).toBe(null);
    }
  });
});

describe("a database of equal nodes", () => {
  it("that is emptied has lost every session", () => {
    const bench = made();
    finished(bench, bench.write(0, 0, 1), 100);
    bench.backend.storeFaultBegins("flush", ALL_NODES);
    expect(readOn(bench, 2)).toBe("missing: store-flush");
  });

  it("keeps everybody waiting while a node hangs, if it agrees with nobody", () => {
    const bench = made({ ...lastWriter, socketTimeoutMs: 100_000 });
    finished(bench, bench.write(0, 0, 1), 100);
    bench.backend.storeFaultBegins("hang", 1);
    const read = bench.read(0, 1);
    expect(finished(bench, read, 60_000)).toBe("pending");
    bench.backend.storeFaultEnds("hang", 1);
    expect(finished(bench, read, 0)).toBe(1);
    bench.backend.storeFaultBegins("hang", 1);
    expect(finished(bench, bench.read(0, 1), 100_000 + READ_MS)).toBe("unavailable");
    expect(bench.backend.copies(5)).toBe(3);
  });
});
