import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { ALL_NODES, PENDING, WRITTEN } from "./backend.ts";
import { Bench, told } from "./testing/bench.ts";

const made = (knobs: Knobs = {}) => {
  const bench = new Bench("redis", 3, {
    roundTripMs: 1,
    operationMs: 0.25,
    perKibMs: 0.5,
    persistence: "none",
    ...knobs,
  });
  for (let session = 0; session < 10; session++) bench.begin(session);
  return bench;
};

const stored = (bench: Bench, session: number, contains: number) => {
  const write = bench.write(session, 0, contains);
  bench.settle();
  expect(write.outcome).toBe(WRITTEN);
};

const readNow = (bench: Bench, session: number, server = 0) => {
  const read = bench.read(session, server);
  bench.settle();
  return told(read);
};

const durable = { persistence: "always", fsyncMs: 0 };

describe("a single Redis", () => {
  it("gives every server the newest copy, whatever servers do", () => {
    const bench = made();
    stored(bench, 0, 1);
    expect([0, 1, 2].map((server) => readNow(bench, 0, server))).toEqual([1, 1, 1]);
    bench.crash(0);
    stored(bench, 0, 2);
    expect([1, 2].map((server) => readNow(bench, 0, server))).toEqual([2, 2]);
    expect(bench.backend.copies(3)).toBe(1);
  });

  it("takes half a round trip, its time for the operation and the session's size, and half a round trip", () => {
    const bench = made();
    bench.bytes.set(0, 2048);
    expect(bench.write(0, 0, 1)).toMatchObject({ outcome: PENDING, atMs: 0.5 + 0.25 + 1 + 0.5 });
    expect(bench.storeOperations).toBe(1);
  });

  it("works off operations one after the other, in the order in which they come", () => {
    // 1 KiB: 0.75 ms each, however close they come; Lindley's recursion gives the end of each.
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 2, noNaN: true }), { minLength: 1, maxLength: 20 }), (gaps) => {
        const bench = made();
        let sentMs = 0;
        let freeMs = 0;
        for (const gap of gaps) {
          sentMs += gap;
          bench.to(sentMs);
          freeMs = Math.max(sentMs + 0.5, freeMs) + 0.75;
          expect(bench.read(gaps.length % 10, 0).atMs).toBeCloseTo(freeMs + 0.5, 9);
        }
      }),
    );
  });

  it("refreshes the expiry of a session that is only read, unless told not to", () => {
    const touching = made();
    stored(touching, 0, 1);
    expect(touching.write(0, 0, 1, false).outcome).toBe(PENDING);
    touching.settle();
    expect(touching.storeOperations).toBe(2);
    expect(readNow(touching, 0)).toBe(1);
    const silent = made({ touches: false });
    stored(silent, 0, 1);
    expect(silent.write(0, 0, 1, false).outcome).toBe(WRITTEN);
    expect(silent.storeOperations).toBe(1);
  });

  it("does not answer while it is down: its machine refuses after a round trip", () => {
    const bench = made();
    stored(bench, 0, 1);
    bench.backend.storeFaultBegins("crash", ALL_NODES);
    bench.to(100);
    const [read, write] = [bench.read(0, 0), bench.write(0, 1, 2)];
    expect([read.atMs, write.atMs]).toEqual([101, 101]);
    bench.settle();
    expect([told(read), told(write)]).toEqual(["unavailable", "unavailable"]);
    expect(bench.storeOperations).toBe(1);
  });

  it("has refused what was sent to it while it was down, though it is back when the refusal arrives", () => {
    const bench = made(durable);
    stored(bench, 0, 1);
    bench.backend.storeFaultBegins("crash", ALL_NODES);
    bench.to(100);
    const read = bench.read(0, 0);
    bench.to(100.5);
    bench.backend.storeFaultEnds("crash", ALL_NODES);
    bench.settle();
    expect(told(read)).toBe("unavailable");
  });

  it("never answers what was sent to it before it crashed", () => {
    const bench = made(durable);
    stored(bench, 0, 1);
    const [read, write] = [bench.read(0, 0), bench.write(1, 0, 5)];
    bench.to(bench.nowMs + 0.1);
    bench.backend.storeFaultBegins("crash", ALL_NODES);
    bench.to(bench.nowMs + 0.1);
    bench.backend.storeFaultEnds("crash", ALL_NODES);
    bench.settle();
    expect([told(read), told(write)]).toEqual(["unavailable", "unavailable"]);
    expect(readNow(bench, 0)).toBe(1);
  });

  it("has lost everything after a crash, and keeps what is stored from then on", () => {
    const bench = made();
    stored(bench, 0, 3);
    bench.backend.storeFaultBegins("crash", ALL_NODES);
    bench.to(50);
    bench.backend.storeFaultEnds("crash", ALL_NODES);
    bench.to(51);
    expect(readNow(bench, 0)).toBe("missing: store-crash");
    bench.begin(0);
    stored(bench, 0, 1);
    expect(readNow(bench, 0)).toBe(1);
  });

  it("has everything after a crash when it is durable", () => {
    const bench = made(durable);
    stored(bench, 0, 3);
    bench.backend.storeFaultBegins("crash", ALL_NODES);
    bench.to(50);
    bench.backend.storeFaultEnds("crash", ALL_NODES);
    bench.to(51);
    expect(readNow(bench, 0)).toBe(3);
  });

  it("does not bring back by a refreshed expiry what a crash took", () => {
    const bench = made();
    stored(bench, 0, 3);
    bench.backend.storeFaultBegins("crash", ALL_NODES);
    bench.backend.storeFaultEnds("crash", ALL_NODES);
    bench.to(10);
    bench.write(0, 0, 3, false);
    bench.settle();
    expect(readNow(bench, 0)).toBe("missing: store-crash");
  });

  it("is idle when it comes back, whatever was waiting", () => {
    const bench = made();
    for (let session = 0; session < 10; session++) bench.write(session, 0, 1);
    bench.backend.storeFaultBegins("crash", ALL_NODES);
    bench.to(1);
    bench.backend.storeFaultEnds("crash", ALL_NODES);
    bench.to(2);
    expect(bench.write(0, 0, 1).atMs).toBe(2 + 0.5 + 0.75 + 0.5);
  });
});
