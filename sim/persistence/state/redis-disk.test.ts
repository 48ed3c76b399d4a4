import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { ALL_NODES } from "./backend.ts";
import { Bench, told } from "./testing/bench.ts";

const made = (knobs: Knobs, sessions: number) => {
  const bench = new Bench("redis", 1, { roundTripMs: 0, operationMs: 0, perKibMs: 0, fsyncMs: 0, ...knobs });
  for (let session = 0; session < sessions; session++) bench.begin(session);
  return bench;
};
const writeAt = (bench: Bench, atMs: number, session: number, contains: number) => {
  bench.to(atMs);
  bench.write(session, 0, contains);
  bench.to(atMs);
};
const afterRestart = (bench: Bench, sessions: readonly number[]) => {
  bench.backend.storeFaultBegins("crash", ALL_NODES);
  bench.to(bench.nowMs + 5000);
  bench.backend.storeFaultEnds("crash", ALL_NODES);
  return sessions.map((session) => {
    const read = bench.read(session, 0);
    bench.to(bench.nowMs);
    return told(read);
  });
};

describe("after a restart", () => {
  it("there is nothing without a disk, and everything with a file that is flushed at every write", () => {
    for (const [persistence, expected] of [
      ["none", "missing: store-crash"],
      ["always", 1],
    ] as const) {
      const bench = made({ persistence }, 1);
      writeAt(bench, 10, 0, 1);
      expect(afterRestart(bench, [0])).toEqual([expected]);
    }
  });

  it("there is what was in the file at the last full second, where it is flushed every second", () => {
    const bench = made({ persistence: "everysec" }, 3);
    writeAt(bench, 1200, 0, 1);
    writeAt(bench, 1900, 1, 1);
    writeAt(bench, 2100, 0, 2);
    writeAt(bench, 2200, 2, 1);
    bench.to(2900);
    expect(afterRestart(bench, [0, 1, 2])).toEqual([1, 1, "missing: store-crash"]);
  });

  it("there is the last snapshot: a minute with 10,000 changes, five minutes with 100, an hour with one", () => {
    for (const [changes, afterMs] of [
      [10_000, 60_000],
      [100, 300_000],
      [1, 3_600_000],
    ] as const) {
      const early = made({}, 2);
      for (let change = 1; change <= changes; change++) writeAt(early, 0, 0, change);
      early.to(afterMs - 1);
      expect(afterRestart(early, [0])).toEqual(["missing: store-crash"]);

      const bench = made({}, 2);
      for (let change = 1; change <= changes; change++) writeAt(bench, 0, 0, change);
      bench.to(afterMs + 1);
      writeAt(bench, afterMs + 2, 0, changes + 1);
      writeAt(bench, afterMs + 2, 1, 1);
      expect(afterRestart(bench, [0, 1])).toEqual([changes, "missing: store-crash"]);
    }
  });
});

it("a snapshot stops the thread for a while for each GiB of sessions", () => {
  const bench = made({ forkMsPerGib: 20 }, 110);
  for (let session = 0; session < 110; session++) {
    bench.bytes.set(session, 16 * 1024 * 1024);
    bench.write(session, 0, 1);
  }
  bench.to(300_000);
  // 110 sessions of 1/64 GiB.
  expect(bench.read(0, 0).atMs).toBeCloseTo(300_000 + (110 / 64) * 20, 9);
});
