import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { ALL_NODES, PENDING, UNAVAILABLE, WRITTEN } from "./backend.ts";
import { Bench, type Operation, told } from "./testing/bench.ts";

const plain = { roundTripMs: 1, operationMs: 0, perKibMs: 0, commitMs: 0, recoveryMs: 0 };
const made = (servers: number, knobs: Knobs = {}, sessions = 1) => {
  const bench = new Bench("shared-files", servers, { ...plain, ...knobs });
  for (let session = 0; session < sessions; session++) bench.begin(session);
  return bench;
};
/** Lets time pass until the operation is done. */
const done = (bench: Bench, operation: Operation) => {
  while (operation.outcome === PENDING) bench.to(operation.atMs);
  return operation;
};
const readNow = (bench: Bench, session: number, server: number) => told(done(bench, bench.read(session, server)));
const took = (bench: Bench, operation: Operation) => {
  const sentMs = bench.nowMs;
  return done(bench, operation).atMs - sentMs;
};

describe("files that are shared", () => {
  it("show to whoever opens one what the last to close it wrote, wherever", () => {
    const step = fc.record({ session: fc.nat(2), server: fc.nat(2), writes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.constantFrom("close-to-open", "noac"), (steps, consistency) => {
        const bench = made(3, { consistency }, 3);
        const written = [0, 0, 0];
        for (const { session, server, writes } of steps) {
          const expected = written[session] === 0 ? "missing: elsewhere" : written[session];
          expect(readNow(bench, session, server)).toBe(expected);
          if (writes) done(bench, bench.write(session, server, ++written[session]!));
        }
      }),
    );
  });

  it("take one operation to look, one more to read what has changed, two to write, and one to touch", () => {
    const bench = made(2, { operationMs: 0.25 });
    expect(took(bench, bench.write(0, 0, 1))).toBe(2.5);
    expect(took(bench, bench.read(0, 0))).toBe(1.25);
    expect(took(bench, bench.read(0, 1))).toBe(2.5);
    expect(took(bench, bench.read(0, 1))).toBe(1.25);
    expect(took(bench, bench.write(0, 1, 1, false))).toBe(1.25);
    expect(bench.storeOperations).toBe(7);
    expect(bench.backend.copies(9)).toBe(1);
    const strict = made(2, { operationMs: 0.25, consistency: "noac" });
    strict.write(0, 0, 1);
    strict.settle();
    expect(took(strict, strict.read(0, 0))).toBe(2.5);
    const lazy = made(2, { touches: false });
    expect(lazy.write(0, 0, 0, false).outcome).toBe(WRITTEN);
  });

  it("make a write wait for the disk", () => {
    const bench = made(1, { commitMs: 5, perKibMs: 2 });
    bench.bytes.set(0, 2048);
    expect(took(bench, bench.write(0, 0, 1))).toBe(2 + 4 + 5);
  });

  it("share the threads of their server", () => {
    const bench = made(1, { operationMs: 3, threads: 2, roundTripMs: 0 }, 3);
    expect([0, 1, 2].map((session) => bench.write(session, 0, 1).atMs)).toEqual([6, 6, 12]);
  });

  it("take longer to find the more there are, where the directory is a list, until old ones are deleted", () => {
    const bench = made(1, { lookupPerFileMs: 0.5, cleanUpMs: 1000, scanPerFileMs: 0, roundTripMs: 0 }, 10);
    for (let session = 0; session < 10; session++) done(bench, bench.write(session, 0, 1));
    expect(took(bench, bench.read(0, 0))).toBe(5);
    for (let session = 4; session < 10; session++) bench.begin(session);
    expect(took(bench, bench.read(0, 0))).toBe(5);
    bench.to(1000);
    expect(took(bench, bench.read(0, 0))).toBe(2);
  });

  it("keep a thread busy while old ones are looked for", () => {
    const bench = made(1, { cleanUpMs: 1000, scanPerFileMs: 2, threads: 1, roundTripMs: 0 }, 10);
    for (let session = 0; session < 10; session++) done(bench, bench.write(session, 0, 1));
    bench.to(1005);
    expect(took(bench, bench.read(0, 0))).toBe(15);
  });

  it("are looked for again only when the last look is over, after all who came meanwhile", () => {
    const bench = made(1, { cleanUpMs: 10, scanPerFileMs: 20, threads: 1, roundTripMs: 0, operationMs: 1 }, 1);
    bench.write(0, 0, 1);
    // The file is there before the scan at 10; from then on one scan of 20 ms follows the other.
    bench.to(15);
    expect(took(bench, bench.read(0, 0))).toBe(15 + 1);
    bench.to(1025);
    expect(took(bench, bench.read(0, 0))).toBeLessThanOrEqual(20 + 1);
  });

  it("begin anew for another session", () => {
    const bench = made(2, { consistency: "attribute-cache" });
    done(bench, bench.write(0, 0, 7));
    bench.begin(0);
    expect(readNow(bench, 0, 0)).toBe("missing: elsewhere");
  });
});

describe("trusted attributes", () => {
  it("save the way, and show an old session for as long as they are trusted", () => {
    const bench = made(2, { consistency: "attribute-cache", roundTripMs: 0 });
    done(bench, bench.write(0, 0, 1));
    expect(readNow(bench, 0, 1)).toBe(1);
    done(bench, bench.write(0, 0, 2));
    const { storeOperations } = bench;
    bench.to(2999);
    expect(readNow(bench, 0, 1)).toBe(1);
    expect(bench.backend.cause).toBe("attribute-cache");
    expect(bench.storeOperations).toBe(storeOperations);
    bench.to(3000);
    expect(readNow(bench, 0, 1)).toBe(2);
  });

  it("show the writer what it wrote", () => {
    const bench = made(2, { consistency: "attribute-cache" });
    for (const contains of [1, 2, 3]) {
      done(bench, bench.write(0, 0, contains));
      expect(told(bench.read(0, 0))).toBe(contains);
    }
  });

  it("are gone with the server that trusted them", () => {
    const bench = made(2, { consistency: "attribute-cache", roundTripMs: 0 });
    done(bench, bench.write(0, 0, 1));
    expect(readNow(bench, 0, 1)).toBe(1);
    done(bench, bench.write(0, 0, 2));
    bench.crash(1);
    bench.start(1);
    expect(readNow(bench, 0, 1)).toBe(2);
  });
});

describe("a file server that is down", () => {
  for (const kind of ["crash", "hang"] as const) {
    it(`makes everybody wait for it, and has lost nothing (${kind})`, () => {
      const bench = made(3, { recoveryMs: 300 }, 4);
      for (let session = 0; session < 4; session++) done(bench, bench.write(session, 0, 1));
      const underWay = bench.read(3, 1);
      bench.backend.storeFaultBegins(kind, ALL_NODES);
      const reads = [0, 1, 2].map((session) => bench.read(session, 1));
      const write = bench.write(0, 2, 2);
      bench.to(1_000_000);
      const all = [underWay, ...reads, write];
      expect(all.map(({ outcome }) => outcome)).toEqual(all.map(() => PENDING));
      bench.backend.storeFaultEnds(kind, ALL_NODES);
      bench.to(1_000_299);
      expect(write.outcome).toBe(PENDING);
      bench.settle();
      expect([underWay, ...reads].map(told)).toEqual([1, 1, 1, 1]);
      expect(write.outcome).toBe(WRITTEN);
      expect(readNow(bench, 0, 0)).toBe(2);
    });
  }

  it("lets requests on a soft mount fail when they have been sent for the last time", () => {
    const bench = made(2, { mount: "soft", timeoutMs: 60_000, retransmissions: 2 }, 2);
    done(bench, bench.write(0, 0, 1));
    bench.backend.storeFaultBegins("hang", ALL_NODES);
    const startMs = bench.nowMs;
    const [read, write] = [bench.read(0, 0), bench.write(1, 0, 1)];
    bench.to(startMs + 179_999);
    expect([read.outcome, write.outcome]).toEqual([PENDING, PENDING]);
    bench.to(startMs + 180_000);
    expect([read.outcome, write.outcome]).toEqual([UNAVAILABLE, UNAVAILABLE]);
    const later = bench.read(0, 0);
    bench.to(startMs + 200_000);
    bench.backend.storeFaultEnds("hang", ALL_NODES);
    bench.settle();
    expect(told(later)).toBe(1);
  });

  it("forgets whoever died while waiting", () => {
    const bench = made(2);
    done(bench, bench.write(0, 0, 1));
    bench.backend.storeFaultBegins("hang", ALL_NODES);
    const read = bench.read(0, 0);
    bench.crash(0);
    bench.backend.storeFaultEnds("hang", ALL_NODES);
    bench.settle();
    expect(read.outcome).toBe(PENDING);
  });

  it("is nobody's trouble when only its other nodes are, for it has none", () => {
    const bench = made(1);
    bench.backend.storeFaultBegins("cut-off", ALL_NODES);
    bench.backend.storeFaultBegins("crash", 1);
    expect(took(bench, bench.write(0, 0, 1))).toBe(2);
  });

  it("loses everything only where somebody deletes everything", () => {
    const bench = made(1);
    done(bench, bench.write(0, 0, 1));
    bench.backend.storeFaultBegins("flush", ALL_NODES);
    expect(readNow(bench, 0, 0)).toBe("missing: store-flush");
    done(bench, bench.write(0, 0, 1));
    expect(readNow(bench, 0, 0)).toBe(1);
  });
});

describe("clients that write back later", () => {
  it("acknowledge at once, and show others the old session until then", () => {
    const bench = made(2, { writeBackMs: 500 });
    expect(bench.write(0, 0, 1).outcome).toBe(WRITTEN);
    expect(told(bench.read(0, 0))).toBe(1);
    expect(readNow(bench, 0, 1)).toBe("missing: replication-lag");
    bench.settle();
    bench.write(0, 0, 2);
    bench.write(0, 0, 3);
    expect(readNow(bench, 0, 1)).toBe(1);
    bench.settle();
    expect(readNow(bench, 0, 1)).toBe(3);
  });

  it("take with them, when they crash, what they had not written back", () => {
    const bench = made(2, { writeBackMs: 500 }, 2);
    bench.write(0, 0, 1);
    bench.settle();
    bench.write(0, 0, 2);
    bench.write(1, 0, 1);
    bench.crash(0);
    bench.settle();
    expect(readNow(bench, 0, 1)).toBe(1);
    expect(bench.backend.cause).toBe("write-behind");
    expect(readNow(bench, 1, 1)).toBe("missing: write-behind");
  });
});
