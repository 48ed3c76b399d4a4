import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PENDING, WRITTEN } from "./backend.ts";
import { Bench, told } from "./testing/bench.ts";

const knobs = { delayMs: 2, perKibMs: 0.5 };
const async = (servers: number) => {
  const bench = new Bench("replicated", servers, { ...knobs, mode: "async" });
  bench.begin(0);
  return bench;
};
const sync = (servers: number) => {
  const bench = new Bench("replicated", servers, { ...knobs, mode: "sync" });
  bench.begin(0);
  return bench;
};

describe("asynchronous replication", () => {
  it("acknowledges at once, and has the copies everywhere after the delay and the time for the session's size", () => {
    const bench = async(3);
    bench.bytes.set(0, 4096);
    expect(bench.write(0, 0, 1).outcome).toBe(WRITTEN);
    expect(told(bench.read(0, 0))).toBe(1);
    bench.to(3.9);
    expect(told(bench.read(0, 1))).toBe("missing: replication-lag");
    bench.to(4);
    expect([0, 1, 2].map((server) => told(bench.read(0, server)))).toEqual([1, 1, 1]);
  });

  it("gives a stale copy elsewhere while the next write is on its way", () => {
    const bench = async(2);
    bench.write(0, 0, 1);
    bench.settle();
    bench.write(0, 0, 2);
    expect(told(bench.read(0, 1))).toBe(1);
    bench.settle();
    expect(told(bench.read(0, 1))).toBe(2);
  });

  it("loses with a crash what had not been delivered, and nothing else", () => {
    const bench = async(3);
    bench.begin(1);
    bench.write(0, 0, 1);
    bench.write(1, 0, 1);
    bench.settle();
    bench.write(1, 0, 2);
    bench.crash(0);
    bench.settle();
    expect(told(bench.read(0, 1))).toBe(1);
    expect(told(bench.read(1, 1))).toBe(1);
  });

  it("loses a session that was never delivered at all", () => {
    const bench = async(3);
    bench.write(0, 0, 1);
    bench.crash(0);
    bench.settle();
    expect(told(bench.read(0, 1))).toBe("missing: replication-lag");
    bench.start(0);
    expect(told(bench.read(0, 0))).toBe("missing: replication-lag");
  });

  it("does not deliver to a new session what the slot's last one had sent", () => {
    const bench = async(2);
    bench.write(0, 0, 7);
    bench.begin(0);
    bench.write(0, 0, 1);
    bench.to(2.4);
    expect(told(bench.read(0, 1))).toMatch(/^missing/);
    bench.settle();
    expect(told(bench.read(0, 1))).toBe(1);
  });

  it("never goes back to an older copy when messages overtake one another", () => {
    const bench = async(3);
    bench.bytes.set(0, 100 * 1024);
    bench.write(0, 0, 1);
    bench.bytes.set(0, 1024);
    bench.write(0, 0, 2);
    bench.settle();
    expect(told(bench.read(0, 1))).toBe(2);
  });

  it("carries many messages at once", () => {
    const bench = new Bench("replicated", 2, { ...knobs, mode: "async" });
    for (let session = 0; session < 200; session++) {
      bench.begin(session);
      bench.write(session, 0, session + 1);
    }
    bench.settle();
    for (let session = 0; session < 200; session++) expect(told(bench.read(session, 1))).toBe(session + 1);
  });
});

describe("synchronous replication", () => {
  it("acknowledges when all others have the copy", () => {
    const bench = sync(3);
    const write = bench.write(0, 0, 1);
    expect(write).toMatchObject({ outcome: PENDING, atMs: 2.5 });
    bench.settle();
    expect(write.outcome).toBe(WRITTEN);
    expect([0, 1, 2].map((server) => told(bench.read(0, server)))).toEqual([1, 1, 1]);
  });

  it("loses nothing that was acknowledged while one server is left to tell", () => {
    const write = fc.record({ session: fc.nat(3), server: fc.nat(2) });
    fc.assert(
      fc.property(
        fc.array(write, { maxLength: 12 }),
        fc.nat(2),
        fc.double({ min: 0, max: 40, noNaN: true }),
        (writes, survivor, crashAtMs) => {
          const bench = sync(3);
          for (let session = 0; session < 4; session++) bench.begin(session);
          const acknowledged = [0, 0, 0, 0];
          let crashed = false;
          const others = [0, 1, 2].filter((server) => server !== survivor);
          writes.forEach(({ session, server }, i) => {
            if (!crashed && i * 3 >= crashAtMs) {
              bench.crash(...others);
              crashed = true;
            }
            bench.to(i * 3);
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
});

describe.each([
  ["asynchronous", async],
  ["synchronous", sync],
] as const)("%s replication", (_mode, made) => {
  it("sends a copy to each of the others for every change, and nothing for a request that changes nothing", () => {
    const bench = made(4);
    bench.bytes.set(0, 2000);
    bench.write(0, 0, 1);
    bench.settle();
    expect(bench).toMatchObject({ replicationMessages: 3, replicationBytes: 6000 });
    expect(bench.write(0, 1, 1, false).outcome).toBe(WRITTEN);
    expect(bench.replicationMessages).toBe(3);
    bench.crash(3);
    bench.write(0, 1, 2);
    expect(bench.replicationMessages).toBe(5);
    expect(bench.backend.copies(4)).toBe(4);
  });

  it("gives a server that starts the state of the others", () => {
    const bench = made(3);
    bench.crash(2);
    bench.write(0, 0, 1);
    bench.settle();
    bench.start(2);
    bench.crash(0);
    expect(told(bench.read(0, 2))).toBe(1);
  });

  it("gives it also what was written while the last server was alone", () => {
    const bench = made(2);
    bench.crash(1);
    expect(bench.write(0, 0, 1).outcome).toBe(WRITTEN);
    expect(bench.replicationMessages).toBe(0);
    bench.start(1);
    expect(told(bench.read(0, 1))).toBe(1);
    bench.crash(0);
    expect(told(bench.read(0, 1))).toBe(1);
  });

  it("loses everything when no server is left for a moment", () => {
    const bench = made(2);
    bench.write(0, 0, 1);
    bench.settle();
    bench.crash(0, 1);
    bench.start(0);
    bench.start(1);
    expect(told(bench.read(0, 0))).toBe("missing: crash");
    expect(told(bench.read(0, 1))).toBe("missing: crash");
    bench.begin(0);
    bench.write(0, 1, 1);
    bench.settle();
    expect(told(bench.read(0, 0))).toBe(1);
  });
});
