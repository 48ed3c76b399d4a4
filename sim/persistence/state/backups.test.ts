import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { PENDING, WRITTEN } from "./backend.ts";
import { Bench, type Setting, told } from "./testing/bench.ts";

/** Sending takes no time and deaths are noticed at once unless a test says so. */
const made = (servers: number, sessions = 1, knobs: Knobs = {}, setting: Setting = {}) => {
  const plain = { roundTripMs: 1, perKibMs: 0.5, sendPerKibMs: 0, detectionMs: 0 };
  const bench = new Bench("backups", servers, { ...plain, ...knobs }, setting);
  for (let session = 0; session < sessions; session++) bench.begin(session);
  return bench;
};

/** A read that waits, if it has to, until it is done. */
const readNow = (bench: Bench, session: number, server: number) => {
  const read = bench.read(session, server);
  bench.settle();
  return told(read);
};

/** Who can answer for the session without asking anybody. */
const holdersOf = (bench: Bench, session: number, servers: readonly number[]) => {
  const holders = servers.filter((server) => bench.read(session, server).outcome !== PENDING);
  bench.settle();
  return holders;
};

describe("backups", () => {
  it("acknowledge a write when they have it: a round trip, and the time for the session's size", () => {
    const bench = made(3);
    bench.bytes.set(0, 2048);
    const write = bench.write(0, 0, 1);
    expect(write).toMatchObject({ outcome: PENDING, atMs: 2 });
    bench.settle();
    expect(write.outcome).toBe(WRITTEN);
    expect([bench.backend.copies(5), bench.backend.copies(1)]).toEqual([2, 1]);
  });

  it("are sent the session once and then its changes, one message each, while the others get to know where it lies", () => {
    const bench = made(6, 1, { backups: 2 });
    bench.bytes.set(0, 2048);
    bench.write(0, 0, 1);
    bench.settle();
    // Two copies, and a hundred bytes for each of three others.
    expect(bench).toMatchObject({ replicationMessages: 5, replicationBytes: 2 * 2048 + 300 });
    bench.write(0, 0, 2);
    bench.settle();
    expect(bench).toMatchObject({ replicationMessages: 7, replicationBytes: 2 * 2048 + 300 + 2 * 256 });
  });

  it("cost one sender's time each, so that the next write waits for it", () => {
    const bench = made(4, 2, { backups: 2, perKibMs: 0, sendPerKibMs: 3 });
    expect(bench.write(0, 0, 1)).toMatchObject({ outcome: PENDING, atMs: 7 });
    expect(bench.write(1, 0, 1)).toMatchObject({ outcome: PENDING, atMs: 13 });
  });

  it("answer a read at once, and any other server after a fetch", () => {
    const bench = made(4);
    bench.write(0, 1, 1);
    bench.settle();
    const holders = holdersOf(bench, 0, [0, 1, 2, 3]);
    expect(holders).toHaveLength(2);
    expect(holders).toContain(1);
    for (const server of [0, 1, 2, 3]) expect(readNow(bench, 0, server)).toBe(1);
  });

  it("are dealt out in turn over the servers that are up, never to the primary", () => {
    const bench = made(5, 12);
    bench.crash(4);
    const holders = Array.from({ length: 12 }, (_, session) => {
      bench.write(session, 0, 1);
      bench.settle();
      return holdersOf(bench, session, [1, 2, 3])[0];
    });
    expect(holders).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
  });

  it("lie with the next in the list where servers have buddies", () => {
    const bench = made(5, 5, { backups: 2, placement: "buddy" });
    const holders = [0, 1, 2, 3, 4].map((primary) => {
      bench.write(primary, primary, 1);
      bench.settle();
      return holdersOf(bench, primary, [0, 1, 2, 3, 4]);
    });
    expect(holders).toEqual([
      [0, 1, 2],
      [1, 2, 3],
      [2, 3, 4],
      [0, 3, 4],
      [0, 1, 4],
    ]);
  });

  it("lie in another zone while there is one", () => {
    const bench = made(4, 8, { avoidOwnZone: true }, { zones: ["a", "a", "b", "b"] });
    for (let session = 0; session < 8; session++) {
      bench.write(session, 0, 1);
      bench.settle();
      expect(holdersOf(bench, session, [0, 1])).toEqual([0]);
    }
    bench.crash(2, 3);
    bench.settle();
    expect(holdersOf(bench, 0, [0, 1])).toEqual([0, 1]);
  });

  it("are sent nothing for a request that changes nothing, as long as the session stays where it is", () => {
    const bench = made(3);
    bench.write(0, 0, 1);
    bench.settle();
    const { replicationMessages } = bench;
    expect(bench.write(0, 0, 1, false).outcome).toBe(WRITTEN);
    expect(bench.replicationMessages).toBe(replicationMessages);
  });

  it("stay where they are when another server takes the session over, the old primary's copy being dropped", () => {
    const bench = made(3);
    bench.write(0, 0, 1);
    bench.settle();
    // Without a change too: the session moves to where it is used.
    expect(bench.write(0, 2, 1, false).outcome).toBe(PENDING);
    bench.settle();
    expect(holdersOf(bench, 0, [0, 1, 2])).toEqual([1, 2]);
  });

  it("keep what concurrent requests change on one server, for they work on one object", () => {
    const bench = made(3);
    bench.write(0, 0, 1);
    bench.settle();
    bench.write(0, 0, 2);
    bench.write(0, 0, 2);
    bench.settle();
    expect(readNow(bench, 0, 1)).toBe(3);
  });

  it("begin anew in a slot that another session had", () => {
    const bench = made(3, 1, { mode: "async" });
    bench.write(0, 0, 1);
    bench.to(0.6);
    bench.begin(0);
    bench.settle();
    for (const server of [0, 1, 2]) expect(readNow(bench, 0, server)).toMatch(/^missing: elsewhere/);
  });
});

describe("a crash", () => {
  it("of either holder loses nothing, whoever is asked", () => {
    for (const crashed of [0, 1]) {
      const bench = made(3);
      for (let writes = 1; writes <= 4; writes++) {
        bench.write(0, 0, writes);
        bench.settle();
      }
      bench.crash(crashed);
      expect(readNow(bench, 0, 2)).toBe(4);
      expect(readNow(bench, 0, 1 - crashed)).toBe(4);
    }
  });

  it("of f servers at once loses what lay on just those", () => {
    for (const backups of [1, 2]) {
      const bench = made(6, 60, { backups, placement: "random", detectionMs: 1000 });
      for (let session = 0; session < 60; session++) bench.write(session, session % 6, 1);
      bench.settle();
      const all = [0, 1, 2, 3, 4, 5];
      const holders = Array.from({ length: 60 }, (_, session) => holdersOf(bench, session, all));
      for (const held of holders) expect(held).toHaveLength(backups + 1);
      bench.crash(0, 1, 2);
      for (let session = 0; session < 60; session++) {
        const survives = holders[session]!.some((server) => server > 2);
        expect(readNow(bench, session, 5)).toBe(survives ? 1 : "missing: crash");
      }
    }
  });

  it("is made good when it is noticed: one after the other, but for the last, loses nothing", () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(order, fc.integer({ min: 1, max: 3 }), fc.constantFrom("sync", "async"), (crashed, backups, mode) => {
        const bench = made(5, 10, { backups, mode, detectionMs: 300, sendPerKibMs: 1 });
        for (let session = 0; session < 10; session++) bench.write(session, session % 5, 1);
        bench.settle();
        for (const server of crashed) {
          bench.crash(server);
          bench.settle();
        }
        const left = [0, 1, 2, 3, 4].find((server) => !crashed.includes(server))!;
        for (let session = 0; session < 10; session++) expect(told(bench.read(session, left))).toBe(1);
      }),
    );
  });

  it("that comes before the one before has been noticed, or made good, takes the session", () => {
    // Noticed after 100 ms; the session is then 1024 ms on its way.
    const lostAt = (secondMs: number) => {
      const bench = made(3, 1, { detectionMs: 100, perKibMs: 0, sendPerKibMs: 1024, roundTripMs: 0 });
      bench.write(0, 0, 1);
      bench.settle();
      const firstMs = bench.nowMs;
      bench.crash(1);
      bench.to(firstMs + secondMs);
      bench.crash(0);
      return readNow(bench, 0, 2);
    };
    expect([50, 1000, 1123].map(lostAt)).toEqual(["missing: crash", "missing: crash", "missing: crash"]);
    expect(lostAt(1125)).toBe(1);
  });

  it("of a backup lets writes wait for it until it is given up", () => {
    const bench = made(3, 1, { detectionMs: 4000, sendTimeoutMs: 3000, sendRetries: 1, perKibMs: 0 });
    bench.write(0, 0, 1);
    bench.settle();
    const sentMs = bench.nowMs;
    bench.crash(1);
    const write = bench.write(0, 0, 2);
    expect(write).toMatchObject({ outcome: PENDING, atMs: sentMs + 6000 });
    bench.settle();
    bench.crash(0);
    expect(readNow(bench, 0, 2)).toBe(2);
  });

  it("of a backup lets a fetch wait for it before the primary is asked", () => {
    const bench = made(4, 1, { detectionMs: 4000, perKibMs: 0 });
    bench.write(0, 0, 1);
    bench.settle();
    const askedMs = bench.nowMs;
    bench.crash(1);
    const read = bench.read(0, 3);
    expect(read).toMatchObject({ outcome: PENDING, atMs: askedMs + 4000 + 1 });
    bench.settle();
    expect(told(read)).toBe(1);
  });

  it("of all holders while the request was waiting for them leaves nothing to find", () => {
    const bench = made(4);
    bench.write(0, 0, 1);
    bench.settle();
    const read = bench.read(0, 3);
    bench.crash(0, 1);
    bench.settle();
    expect(told(read)).toBe("missing: crash");
  });

  it("of the writer before the acknowledgement leaves the old copies", () => {
    const bench = made(3);
    bench.write(0, 0, 1);
    bench.settle();
    bench.write(0, 0, 2);
    bench.crash(0);
    bench.settle();
    expect(readNow(bench, 0, 1)).toBe(1);
  });

  it("of all but one server leaves one copy, and a backup again when another one starts", () => {
    const bench = made(2);
    bench.crash(1);
    expect(bench.write(0, 0, 1).outcome).toBe(WRITTEN);
    bench.start(1);
    bench.settle();
    bench.crash(0);
    expect(readNow(bench, 0, 1)).toBe(1);
  });
});

describe("asynchronous backups", () => {
  const async = (knobs: Knobs = {}) => made(3, 1, { mode: "async", perKibMs: 0, roundTripMs: 10, ...knobs });

  it("acknowledge as soon as the session is serialised", () => {
    const bench = async({ perKibMs: 2 });
    const write = bench.write(0, 0, 1);
    expect(write).toMatchObject({ outcome: PENDING, atMs: 2 });
  });

  it("lose with a crash what was on its way, and nothing else", () => {
    const bench = async();
    bench.write(0, 0, 1);
    bench.settle();
    const write = bench.write(0, 0, 2);
    bench.to(bench.nowMs + 4);
    expect(write.outcome).toBe(WRITTEN);
    expect(told(bench.read(0, 1))).toBe(1);
    expect(bench.backend.cause).toBe("replication-lag");
    bench.crash(0);
    bench.settle();
    expect(readNow(bench, 0, 1)).toBe(1);
    expect(bench.backend.cause).toBe("write-behind");
  });

  it("lose a session that no backup has received", () => {
    const bench = async();
    bench.write(0, 0, 1);
    bench.to(4);
    bench.crash(0);
    bench.settle();
    expect(readNow(bench, 0, 1)).toBe("missing: write-behind");
  });
});
