import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { PENDING, WRITTEN } from "./backend.ts";
import { Bench, told } from "./testing/bench.ts";

/** Sending takes no time unless a test says so. */
const made = (mode: string, servers: number, knobs: Knobs = {}, sessions = 1) => {
  const bench = new Bench("replicated", servers, {
    delayMs: 2,
    perKibMs: 0,
    sendPerKibMs: 0,
    contents: "whole",
    mode,
    ...knobs,
  });
  for (let session = 0; session < sessions; session++) bench.begin(session);
  return bench;
};
const async = (servers: number, knobs: Knobs = {}) => made("async", servers, knobs);
const sync = (servers: number, knobs: Knobs = {}) => made("sync-processed", servers, knobs);
const everywhere = (bench: Bench, servers: readonly number[], session = 0) =>
  servers.map((server) => told(bench.read(session, server)));

describe("asynchronous replication", () => {
  it("acknowledges at once, and has the copies everywhere after the delay", () => {
    const bench = async(3);
    expect(bench.write(0, 0, 1).outcome).toBe(WRITTEN);
    expect(told(bench.read(0, 0))).toBe(1);
    bench.to(1.9);
    expect(told(bench.read(0, 1))).toBe("missing: replication-lag");
    bench.to(2);
    expect(everywhere(bench, [0, 1, 2])).toEqual([1, 1, 1]);
  });

  it("acknowledges when the request has serialised the session", () => {
    const bench = async(3, { perKibMs: 0.5 });
    bench.bytes.set(0, 4096);
    const write = bench.write(0, 0, 1);
    expect(write).toMatchObject({ outcome: PENDING, atMs: 2 });
    bench.to(2);
    expect(write.outcome).toBe(WRITTEN);
    expect(told(bench.read(0, 1))).toBe("missing: replication-lag");
    bench.to(4);
    expect(told(bench.read(0, 1))).toBe(1);
  });

  it("gives a stale copy elsewhere while the next write is on its way", () => {
    const bench = async(2);
    bench.write(0, 0, 1);
    bench.settle();
    bench.write(0, 0, 2);
    expect(told(bench.read(0, 1))).toBe(1);
    expect(bench.backend.cause).toBe("replication-lag");
    bench.settle();
    expect(told(bench.read(0, 1))).toBe(2);
  });

  it("loses with a crash what had not been delivered, and nothing else", () => {
    const bench = made("async", 3, {}, 2);
    bench.write(0, 0, 1);
    bench.write(1, 0, 1);
    bench.settle();
    bench.write(1, 0, 2);
    bench.crash(0);
    bench.settle();
    expect(told(bench.read(0, 1))).toBe(1);
    expect(told(bench.read(1, 1))).toBe(1);
    expect(bench.backend.cause).toBe("write-behind");
  });

  it("loses a session that was never delivered at all", () => {
    const bench = async(3);
    bench.write(0, 0, 1);
    bench.crash(0);
    bench.settle();
    expect(told(bench.read(0, 1))).toBe("missing: write-behind");
    bench.start(0);
    bench.settle();
    expect(told(bench.read(0, 0))).toBe("missing: write-behind");
  });

  it("does not deliver to a new session what the slot's last one had sent", () => {
    const bench = async(2);
    bench.write(0, 0, 7);
    bench.begin(0);
    bench.to(1);
    bench.write(0, 0, 1);
    bench.to(2.4);
    expect(told(bench.read(0, 1))).toMatch(/^missing/);
    bench.settle();
    expect(told(bench.read(0, 1))).toBe(1);
  });

  it("lets the last of two writers on two servers win, also where it contains less", () => {
    const bench = async(3);
    bench.write(0, 0, 1);
    bench.settle();
    for (const contains of [2, 3]) bench.write(0, 0, contains);
    bench.to(bench.nowMs + 1);
    expect(bench.write(0, 1, 2).found).toBe(2);
    bench.settle();
    expect(everywhere(bench, [0, 1, 2])).toEqual([2, 2, 2]);
  });

  it("sends to each of the others in turn, and lets the next message wait for it", () => {
    const bench = made("async", 4, { sendPerKibMs: 1 }, 2);
    bench.write(0, 0, 1);
    bench.write(1, 0, 1);
    bench.to(4.9);
    expect(everywhere(bench, [1, 3])).toEqual(["missing: replication-lag", "missing: replication-lag"]);
    bench.to(5);
    expect(everywhere(bench, [1, 3])).toEqual([1, 1]);
    bench.to(7.9);
    expect(told(bench.read(1, 1))).toBe("missing: replication-lag");
    bench.to(8);
    expect(told(bench.read(1, 1))).toBe(1);
  });

  it("makes the request send by itself, and wait, when the queue is full", () => {
    const bench = made("async", 2, { sendPerKibMs: 1, queueBytes: 2048 }, 4);
    expect([0, 1, 2].map((session) => bench.write(session, 0, 1).outcome)).toEqual([WRITTEN, WRITTEN, PENDING]);
    expect(bench.write(3, 1, 1).outcome).toBe(WRITTEN);
    bench.to(2);
    expect(bench.write(3, 0, 2).outcome).toBe(WRITTEN);
    bench.to(5);
    expect(everywhere(bench, [0, 1], 2)).toEqual([1, 1]);
  });

  it("drops the message when the queue is full, if told so", () => {
    const bench = made("async", 2, { sendPerKibMs: 1, queueBytes: 1024, whenFull: "drop" }, 2);
    bench.write(0, 0, 1);
    expect(bench.write(1, 0, 1).outcome).toBe(WRITTEN);
    bench.settle();
    expect([told(bench.read(0, 1)), told(bench.read(1, 1))]).toEqual([1, "missing: replication-lag"]);
    expect(told(bench.read(1, 0))).toBe(1);
  });

  it("lets messages overtake one another, which undoes newer data only where nothing puts them in order", () => {
    const last = (ordered: boolean) => {
      const bench = made("async", 2, { jitterMs: 50, ordered }, 200);
      for (let session = 0; session < 200; session++) for (const contains of [1, 2]) bench.write(session, 0, contains);
      bench.settle();
      return Array.from({ length: 200 }, (_, session) => told(bench.read(session, 1)));
    };
    expect(new Set(last(true))).toEqual(new Set([2]));
    // The second of two equal delays is the shorter one half the time: 100 of 200, with a deviation of 7.1.
    const undone = last(false).filter((contains) => contains === 1).length;
    expect(Math.abs(undone - 100)).toBeLessThan(4 * 7.1);
  });
});

describe("batched replication", () => {
  it("acknowledges at once, and sends each changed session once at its server's next flush", () => {
    const bench = made("batched", 3, { flushMs: 1000, contents: "delta" });
    bench.bytes.set(0, 5000);
    for (let writes = 1; writes <= 3; writes++) expect(bench.write(0, 0, writes).outcome).toBe(WRITTEN);
    expect(told(bench.read(0, 1))).toBe("missing: replication-lag");
    bench.to(1002);
    expect(everywhere(bench, [0, 1, 2])).toEqual([3, 3, 3]);
    expect(bench).toMatchObject({ replicationMessages: 2, replicationBytes: 10_000 });
    // Two changes of 256 bytes each, to two others.
    for (let writes = 4; writes <= 5; writes++) bench.write(0, 0, writes);
    bench.settle();
    expect(bench).toMatchObject({ replicationMessages: 4, replicationBytes: 10_000 + 1024 });
  });
});

describe("synchronous replication", () => {
  it("acknowledges when all others have the copy", () => {
    const bench = sync(3, { perKibMs: 0.5, sendPerKibMs: 1 });
    const write = bench.write(0, 0, 1);
    bench.to(4.4);
    expect(write.outcome).toBe(PENDING);
    // 0.5 ms to serialise, 1 ms for each of two receivers, 2 ms on the way.
    bench.to(4.5);
    expect(write.outcome).toBe(WRITTEN);
    expect(everywhere(bench, [0, 1, 2])).toEqual([1, 1, 1]);
  });

  it("loses nothing that was acknowledged while one server is left to tell", () => {
    const write = fc.record({ session: fc.nat(3), server: fc.nat(2) });
    fc.assert(
      fc.property(
        fc.array(write, { maxLength: 12 }),
        fc.nat(2),
        fc.double({ min: 0, max: 40, noNaN: true }),
        fc.constantFrom("delta", "whole"),
        (writes, survivor, crashAtMs, contents) => {
          const bench = made("sync-processed", 3, { contents, perKibMs: 0.5 }, 4);
          const acknowledged = [0, 0, 0, 0];
          let crashed = false;
          const others = [0, 1, 2].filter((server) => server !== survivor);
          writes.forEach(({ session, server }, i) => {
            if (!crashed && i * 3 >= crashAtMs) {
              bench.crash(...others);
              crashed = true;
            }
            bench.to(Math.max(bench.nowMs, i * 3));
            const done = bench.write(session, crashed ? survivor : server, acknowledged[session]! + 1);
            bench.settle();
            if (done.outcome === WRITTEN) acknowledged[session]!++;
          });
          if (!crashed) bench.crash(...others);
          for (let session = 0; session < 4; session++) {
            if (acknowledged[session]! > 0) expect(told(bench.read(session, survivor))).toBe(acknowledged[session]);
          }
        },
      ),
    );
  });

  it("leaves the old copy everywhere when the writer dies before the acknowledgement", () => {
    const bench = sync(2);
    bench.write(0, 0, 1);
    bench.settle();
    const second = bench.write(0, 0, 2);
    bench.crash(0);
    bench.settle();
    expect(second.outcome).toBe(PENDING);
    expect(told(bench.read(0, 1))).toBe(1);
  });

  it("acknowledged on receipt, loses what nobody lived to apply", () => {
    for (const [crashed, left] of [
      [[0], 1],
      [[0, 1], 1],
    ] as const) {
      const bench = made("sync-received", 3, { applyMs: 1 });
      const write = bench.write(0, 0, 1);
      bench.to(2);
      expect(write.outcome).toBe(WRITTEN);
      expect(told(bench.read(0, 2))).toBe("missing: replication-lag");
      bench.crash(...crashed);
      bench.settle();
      expect(told(bench.read(0, 2))).toBe(left);
    }
    const bench = made("sync-received", 3, { applyMs: 1 });
    bench.write(0, 0, 1);
    bench.to(2);
    bench.crash(0, 1, 2);
    bench.start(2);
    bench.settle();
    expect(told(bench.read(0, 2))).toMatch(/^missing: /);
  });

  it("waits for a member that died until it is given up, and no longer once it is missed", () => {
    const bench = sync(3, { detectionMs: 4000, sendTimeoutMs: 3000, sendRetries: 1 });
    bench.write(0, 0, 1);
    bench.settle();
    bench.to(10_000);
    bench.crash(2);
    const took = () => {
      const sentMs = bench.nowMs;
      const write = bench.write(0, 0, 2);
      while (write.outcome === PENDING) bench.to(write.atMs);
      return write.atMs - sentMs;
    };
    expect(took()).toBe(6000);
    expect(took()).toBe(2);
    expect(told(bench.read(0, 1))).toBe(3);
  });

  it("does not wait for a server that was stopped, for it says goodbye", () => {
    const bench = sync(3);
    bench.stop(2);
    expect(bench.write(0, 0, 1)).toMatchObject({ outcome: PENDING, atMs: 2 });
  });
});

describe.each([
  ["asynchronous", async],
  ["synchronous", sync],
] as const)("%s replication", (_mode, make) => {
  it("sends a copy to each of the others for every change", () => {
    const bench = make(4, { detectionMs: 0 });
    bench.bytes.set(0, 2000);
    bench.write(0, 0, 1);
    bench.settle();
    expect(bench).toMatchObject({ replicationMessages: 3, replicationBytes: 6000 });
    expect(bench.write(0, 0, 1, false).outcome).toBe(WRITTEN);
    expect(bench.replicationMessages).toBe(3);
    bench.crash(3);
    bench.write(0, 0, 2);
    expect(bench.replicationMessages).toBe(5);
    expect(bench.backend.copies(4)).toBe(4);
  });

  it("sends only the changed bytes, after a first message that carries everything", () => {
    const bench = make(3, { contents: "delta" });
    bench.bytes.set(0, 2000);
    bench.write(0, 0, 1);
    bench.settle();
    bench.write(0, 0, 2);
    bench.settle();
    expect(bench.replicationBytes).toBe(2 * 2000 + 2 * 256);
    expect(told(bench.read(0, 2))).toBe(2);
  });

  it("keeps what concurrent requests change on one server, for they work on one object", () => {
    const bench = make(3);
    bench.write(0, 0, 1);
    bench.settle();
    bench.write(0, 0, 2);
    bench.write(0, 0, 2);
    bench.settle();
    expect(told(bench.read(0, 1))).toBe(3);
  });

  it("gives it also what was written while the last server was alone", () => {
    const bench = make(2, { detectionMs: 0 });
    bench.crash(1);
    expect(bench.write(0, 0, 1).outcome).toBe(WRITTEN);
    expect(bench.replicationMessages).toBe(0);
    bench.start(1);
    bench.settle();
    expect(told(bench.read(0, 1))).toBe(1);
    bench.crash(0);
    expect(told(bench.read(0, 1))).toBe(1);
  });

  it("loses everything when no server is left for a moment", () => {
    const bench = make(2);
    bench.write(0, 0, 1);
    bench.settle();
    bench.crash(0, 1);
    bench.start(0);
    bench.start(1);
    bench.settle();
    expect(told(bench.read(0, 0))).toBe("missing: crash");
    expect(told(bench.read(0, 1))).toBe("missing: crash");
    bench.begin(0);
    bench.write(0, 1, 1);
    bench.settle();
    expect(told(bench.read(0, 0))).toBe(1);
  });
});
