import { describe, expect, it } from "vitest";
import { PENDING, WRITTEN } from "./backend.ts";
import { Bench, told } from "./testing/bench.ts";

const made = (servers: number, sessions = 1) => {
  const bench = new Bench("one-backup", servers, { roundTripMs: 1, perKibMs: 0.5 });
  for (let session = 0; session < sessions; session++) bench.begin(session);
  return bench;
};

/** A read that waits, if it has to, until it is done. */
const readNow = (bench: Bench, session: number, server: number) => {
  const read = bench.read(session, server);
  bench.settle();
  return told(read);
};

describe("one backup", () => {
  it("acknowledges a write when the backup has it: a round trip, and the time for the session's size", () => {
    const bench = made(3);
    bench.bytes.set(0, 2048);
    const write = bench.write(0, 0, 1);
    expect(write).toMatchObject({ outcome: PENDING, atMs: 2 });
    bench.settle();
    expect(write.outcome).toBe(WRITTEN);
    expect(bench).toMatchObject({ replicationMessages: 1, replicationBytes: 2048 });
    expect([bench.backend.copies(5), bench.backend.copies(1)]).toEqual([2, 1]);
  });

  it("is read at once on the two servers that hold it, after a fetch on any other", () => {
    const bench = made(4);
    bench.write(0, 1, 1);
    bench.settle();
    const atOnce = [0, 1, 2, 3].filter((server) => bench.read(0, server).outcome !== PENDING);
    expect(atOnce).toHaveLength(2);
    expect(atOnce).toContain(1);
    for (const server of [0, 1, 2, 3]) expect(readNow(bench, 0, server)).toBe(1);
  });

  it("deals the backups out in turn over the servers that are up, never to the primary", () => {
    const bench = made(5, 12);
    bench.crash(4);
    const holders = new Array<number>(12).fill(-1).map((_, session) => {
      bench.write(session, 0, 1);
      bench.settle();
      return [1, 2, 3].find((server) => bench.read(session, server).outcome !== PENDING);
    });
    expect(holders).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
  });

  it("writes nothing for a request that changes nothing, as long as both copies stand", () => {
    const bench = made(3);
    bench.write(0, 0, 1);
    bench.settle();
    expect(bench.write(0, 0, 1, false).outcome).toBe(WRITTEN);
    expect(bench.replicationMessages).toBe(1);
  });

  it("makes a server that takes the session over the primary, and keeps the backup where it was", () => {
    const bench = made(3);
    bench.write(0, 0, 1);
    bench.settle();
    // Without a change too: the session moves to where it is used.
    expect(bench.write(0, 2, 1, false).outcome).toBe(PENDING);
    bench.settle();
    expect([0, 1, 2].map((server) => bench.read(0, server).outcome === PENDING)).toEqual([true, false, false]);
  });

  it("survives the crash of either holder, whoever is asked", () => {
    for (const crashed of [0, 1]) {
      const bench = made(3);
      bench.write(0, 0, 4);
      bench.settle();
      bench.crash(crashed);
      expect(readNow(bench, 0, 2)).toBe(4);
      expect(readNow(bench, 0, 1 - crashed)).toBe(4);
    }
  });

  it("loses the sessions that lay on two servers that die together, and no others", () => {
    const bench = made(4, 30);
    for (let session = 0; session < 30; session++) bench.write(session, session % 4, 1);
    bench.settle();
    const holders = Array.from({ length: 30 }, (_, session) =>
      [0, 1, 2, 3].filter((server) => bench.read(session, server).outcome !== PENDING),
    );
    bench.settle();
    bench.crash(0, 1);
    let lost = 0;
    for (let session = 0; session < 30; session++) {
      const survives = holders[session]!.some((server) => server >= 2);
      if (!survives) lost++;
      expect(readNow(bench, session, 2)).toBe(survives ? 1 : "missing: crash");
    }
    expect(lost).toBeGreaterThan(0);
  });

  it("has two copies again after the next write, so that one crash after the other loses nothing", () => {
    const bench = made(4);
    let contains = 1;
    bench.write(0, 0, contains);
    bench.settle();
    for (const [crashed, next] of [
      [0, 1],
      [1, 2],
      [2, 3],
    ] as const) {
      bench.crash(crashed);
      expect(readNow(bench, 0, next)).toBe(contains);
      bench.write(0, next, ++contains);
      bench.settle();
    }
    expect(readNow(bench, 0, 3)).toBe(4);
  });

  it("replaces a backup that died also when the request changes nothing", () => {
    const bench = made(3);
    bench.write(0, 0, 1);
    bench.settle();
    bench.crash(1);
    expect(bench.write(0, 0, 1, false).outcome).toBe(PENDING);
    bench.settle();
    bench.crash(0);
    expect(readNow(bench, 0, 2)).toBe(1);
  });

  it("does not find what its holder took along while the request was waiting for it", () => {
    const bench = made(4);
    bench.write(0, 0, 1);
    bench.settle();
    const read = bench.read(0, 3);
    bench.crash(0, 1);
    bench.settle();
    expect(told(read)).toBe("missing: crash");
  });

  it("leaves the old copies when the writer dies before the acknowledgement", () => {
    const bench = made(3);
    bench.write(0, 0, 1);
    bench.settle();
    bench.write(0, 0, 2);
    bench.crash(0);
    bench.settle();
    expect(readNow(bench, 0, 1)).toBe(1);
  });

  it("keeps one copy on the last server, and a backup again when there is another", () => {
    const bench = made(2);
    bench.crash(1);
    expect(bench.write(0, 0, 1).outcome).toBe(WRITTEN);
    bench.start(1);
    expect(bench.write(0, 0, 2).outcome).toBe(PENDING);
    bench.settle();
    bench.crash(0);
    expect(readNow(bench, 0, 1)).toBe(2);
  });

  it("begins anew in a slot that another session had", () => {
    const bench = made(3);
    bench.write(0, 0, 1);
    bench.settle();
    bench.begin(0);
    expect(readNow(bench, 0, 0)).toMatch(/^missing/);
  });
});
