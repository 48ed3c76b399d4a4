import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { PENDING, UNAVAILABLE, WRITTEN } from "./backend.ts";
import { Bench, type Operation, told } from "./testing/bench.ts";

const plain = { roundTripMs: 2, operationMs: 0, perKibMs: 0, movePerKibMs: 0, detectionMs: 0 };
const made = (servers: number, knobs: Knobs = {}, sessions = 40) => {
  const bench = new Bench("memory-grid", servers, { ...plain, ...knobs });
  for (let session = 0; session < sessions; session++) bench.begin(session);
  return bench;
};
const writeAll = (bench: Bench, contains: number, server = 0, sessions = 40) => {
  for (let session = 0; session < sessions; session++) bench.write(session, server, contains);
  bench.settle();
};
/** How long it takes from now, with the outcome. */
const took = (bench: Bench, operation: Operation) => {
  const sentMs = bench.nowMs;
  while (operation.outcome === PENDING) bench.to(operation.atMs);
  return operation.atMs - sentMs;
};
const readNow = (bench: Bench, session: number, server: number) => {
  const read = bench.read(session, server);
  bench.settle();
  return told(read);
};
/** The servers on which a read of the session takes no way. */
const ownersOf = (bench: Bench, servers: readonly number[], sessions = 40) =>
  Array.from({ length: sessions }, (_, session) =>
    servers.find((server) => took(bench, bench.read(session, server)) === 0),
  );

describe("a grid", () => {
  it("gives a session to any server that asks, at once to its owner and after a round trip to the others", () => {
    const bench = made(4);
    writeAll(bench, 1);
    for (let session = 0; session < 40; session++) {
      const times = [0, 1, 2, 3].map((server) => took(bench, bench.read(session, server)));
      expect([...times].sort()).toEqual([0, 2, 2, 2]);
      expect(readNow(bench, session, 0)).toBe(1);
    }
  });

  it("sends one message for each backup of a write, and one more where the writer is not the owner", () => {
    for (const [backups, copies] of [
      [0, 1],
      [1, 2],
      [2, 3],
    ] as const) {
      const bench = made(5, { backups });
      writeAll(bench, 1);
      const owners = ownersOf(bench, [0, 1, 2, 3, 4]);
      for (let session = 0; session < 40; session++) {
        bench.replicationMessages = 0;
        bench.write(session, 0, 2);
        bench.settle();
        expect(bench.replicationMessages).toBe(owners[session] === 0 ? copies - 1 : copies);
      }
      expect(bench.backend.copies(5)).toBe(copies);
    }
  });

  it("acknowledges a write when its synchronous backups have it", () => {
    const time = (knobs: Knobs) => {
      const bench = made(3, knobs);
      writeAll(bench, 1);
      const owner = ownersOf(bench, [0, 1, 2])[0]!;
      return [took(bench, bench.write(0, owner, 2)), took(bench, bench.write(0, (owner + 1) % 3, 3))];
    };
    expect(time({})).toEqual([2, 4]);
    expect(time({ backups: 0, asyncBackups: 1 })).toEqual([0, 2]);
  });

  it("lets operations queue for the owner's threads", () => {
    const bench = made(1, { operationMs: 3, threads: 2 });
    const times = [0, 1, 2].map((session) => bench.write(session, 0, 1).atMs);
    expect(times).toEqual([3, 3, 6]);
  });

  it("begins anew in a slot that another session had", () => {
    const bench = made(3);
    writeAll(bench, 5);
    bench.begin(7);
    expect(readNow(bench, 7, 1)).toBe("missing: elsewhere");
  });
});

describe("a member that crashes", () => {
  it("takes nothing where every partition has a backup, however often it happens one by one", () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(order, fc.integer({ min: 1, max: 2 }), fc.nat(500), (crashed, backups, detectionMs) => {
        const bench = made(5, { backups, detectionMs, movePerKibMs: 0.1 });
        writeAll(bench, 1);
        for (const server of crashed) {
          bench.crash(server);
          bench.settle();
        }
        const left = [0, 1, 2, 3, 4].find((server) => !crashed.includes(server))!;
        for (let session = 0; session < 40; session++) expect(readNow(bench, session, left)).toBe(1);
      }),
      { numRuns: 25 },
    );
  });

  it("takes its partitions where they have none", () => {
    const bench = made(4, { backups: 0 });
    writeAll(bench, 1);
    const owners = ownersOf(bench, [0, 1, 2, 3]);
    bench.crash(2);
    bench.settle();
    const found = owners.map((_, session) => readNow(bench, session, 0));
    expect(found).toEqual(owners.map((owner) => (owner === 2 ? "missing: crash" : 1)));
    expect(found).toContain("missing: crash");
    bench.write(owners.indexOf(2), 0, 1);
    expect(readNow(bench, owners.indexOf(2), 1)).toBe(1);
  });

  it("makes calls to its partitions wait until it is missed, and nobody else", () => {
    const bench = made(4, { detectionMs: 1200 });
    writeAll(bench, 1);
    const owners = ownersOf(bench, [0, 1, 2, 3]);
    bench.crash(2);
    const reads = owners.map((_, session) => bench.read(session, 0));
    const crashedMs = bench.nowMs;
    bench.settle();
    reads.forEach((read, session) => {
      expect(told(read)).toBe(1);
      const waited = read.atMs - crashedMs;
      if (owners[session] === 2) expect(waited).toBeGreaterThanOrEqual(1200);
      else expect(waited).toBeLessThanOrEqual(2);
    });
  });

  it("makes calls fail that would wait for longer than they may", () => {
    const bench = made(4, { detectionMs: 60_000, operationTimeoutMs: 15_000 });
    writeAll(bench, 1);
    const owners = ownersOf(bench, [0, 1, 2, 3]);
    bench.crash(2);
    const session = owners.indexOf(2);
    const read = bench.read(session, 0);
    expect(took(bench, read)).toBe(15_000);
    expect(read.outcome).toBe(UNAVAILABLE);
    bench.to(bench.nowMs + 60_000);
    expect(readNow(bench, session, 0)).toBe(1);
  });

  it("is missed at once when it starts anew, and calls that wait try again within half a second", () => {
    const bench = made(4, { detectionMs: 60_000 });
    writeAll(bench, 1);
    const session = ownersOf(bench, [0, 1, 2, 3]).indexOf(2);
    const startMs = bench.nowMs;
    bench.crash(2);
    const read = bench.read(session, 0);
    bench.to(startMs + 1200);
    bench.start(2);
    while (read.outcome === PENDING) bench.to(read.atMs);
    expect(told(read)).toBe(1);
    expect(read.atMs - startMs).toBeLessThan(1200 + 500 + 3);
  });

  it("lets writes wait where it held the backup: five seconds, and then they count, or they do not", () => {
    for (const [whenBackupSilent, outcome] of [
      ["acknowledge", WRITTEN],
      ["fail", UNAVAILABLE],
    ] as const) {
      const bench = made(2, { detectionMs: 60_000, backupTimeoutMs: 5000, whenBackupSilent });
      writeAll(bench, 1);
      const session = ownersOf(bench, [0, 1]).indexOf(0);
      bench.crash(1);
      const write = bench.write(session, 0, 2);
      expect(took(bench, write)).toBe(5000);
      expect(write.outcome).toBe(outcome);
    }
  });

  it("takes what an asynchronous backup had not received", () => {
    const bench = made(3, { backups: 0, asyncBackups: 1, roundTripMs: 20 });
    writeAll(bench, 1);
    const owners = ownersOf(bench, [0, 1, 2]);
    const session = owners.indexOf(1);
    bench.write(session, 1, 2);
    bench.to(bench.nowMs + 5);
    expect(told(bench.read(session, 1))).toBe("pending");
    bench.crash(1);
    bench.settle();
    expect(readNow(bench, session, 0)).toBe(1);
    expect(bench.backend.cause).toBe("write-behind");
  });

  it("together with the other holder takes what lay on just the two: all of it on a fleet of two", () => {
    const bench = made(2);
    writeAll(bench, 1);
    bench.crash(0, 1);
    bench.start(0);
    expect(readNow(bench, 3, 0)).toBe("missing: crash");
  });
});

describe("a member that joins", () => {
  it("is given its share, each partition from one moment to the next", () => {
    const bench = made(4, { movePerKibMs: 10 });
    bench.crash(3);
    writeAll(bench, 1);
    expect(ownersOf(bench, [0, 1, 2, 3])).not.toContain(3);
    bench.start(3);
    bench.settle();
    expect(ownersOf(bench, [0, 1, 2, 3])).toContain(3);
    for (let session = 0; session < 40; session++) expect(readNow(bench, session, 2)).toBe(1);
  });

  it("makes those wait whose partition is on the move, where that is locked", () => {
    const longest = (locksWhileMoving: boolean) => {
      const bench = made(4, { movePerKibMs: 100, locksWhileMoving, roundTripMs: 0 });
      bench.crash(3);
      writeAll(bench, 1);
      bench.start(3);
      const reads = Array.from({ length: 40 }, (_, session) => bench.read(session, 0));
      const startMs = bench.nowMs;
      bench.settle();
      return Math.max(...reads.map(({ atMs }) => atMs - startMs));
    };
    expect(longest(false)).toBe(0);
    expect(longest(true)).toBeGreaterThanOrEqual(100);
  });

  it("takes no traffic before that, where it is told so", () => {
    const joinMs = (knobs: Knobs) => {
      const bench = made(4, { movePerKibMs: 10, ...knobs });
      bench.crash(3);
      writeAll(bench, 1);
      bench.start(3);
      return bench.backend.joinMs(3);
    };
    expect(joinMs({})).toBe(0);
    expect(joinMs({ joinsWithState: true })).toBeGreaterThan(10);
    expect(joinMs({ joinsWithState: true, transferTimeoutMs: 7 })).toBe(7);
  });
});

it("a minimum of members: with fewer, as far as is known, nobody is answered", () => {
  const bench = made(3, { minimumMembers: 3, detectionMs: 1000 });
  writeAll(bench, 1);
  const owners = ownersOf(bench, [0, 1, 2]);
  bench.crash(2);
  expect(told(bench.read(owners.indexOf(0), 0))).toBe("pending");
  bench.settle();
  expect(readNow(bench, owners.indexOf(0), 0)).toBe("unavailable");
  bench.start(2);
  bench.settle();
  expect(readNow(bench, owners.indexOf(0), 0)).toBe(1);
});
