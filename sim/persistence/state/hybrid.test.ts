import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { Bench, told } from "./testing/bench.ts";

const made = (knobs: Knobs = {}) => {
  const bench = new Bench("hybrid", 3, { roundTripMs: 2, operationMs: 0, perKibMs: 0, persistence: "none", ...knobs });
  bench.begin(0);
  return bench;
};
const reads = (bench: Bench, server: number) => {
  const read = bench.read(0, server);
  bench.settle();
  return told(read);
};
const writes = (bench: Bench, server: number, contains: number, changed = true) => {
  const write = bench.write(0, server, contains, changed);
  bench.settle();
  return write;
};

describe("a session in memory with a backup", () => {
  it("is read at home without asking the store, and written to it at every change, which waits", () => {
    const bench = made();
    expect(writes(bench, 0, 1).atMs).toBe(2);
    const read = bench.read(0, 0);
    expect([told(read), read.atMs]).toEqual([1, 2]);
    writes(bench, 0, 1, false);
    expect(bench.storeOperations).toBe(1);
  });

  it("survives its server: another one takes it over in one round trip, and is its home from then on", () => {
    const bench = made();
    writes(bench, 0, 1);
    bench.crash(0);
    const read = bench.read(0, 1);
    bench.settle();
    expect([told(read), read.atMs]).toEqual([1, 4]);
    expect(told(bench.read(0, 1))).toBe(1);
    expect(bench.storeOperations).toBe(2);
  });

  it("is not taken for the old copy when it comes back to a server that it has left", () => {
    const bench = made();
    writes(bench, 0, 1);
    reads(bench, 1);
    writes(bench, 1, 2);
    expect(reads(bench, 0)).toBe(2);
  });

  it("goes on at home while the store is down; only who has to move is turned away, and what was written is at risk", () => {
    const bench = made({ persistence: "always" });
    writes(bench, 0, 1);
    bench.backend.storeFaultBegins("crash", 0);
    expect(writes(bench, 0, 2).found).toBe(2);
    expect(reads(bench, 0)).toBe(2);
    bench.crash(0);
    expect(reads(bench, 1)).toBe("unavailable");
    bench.backend.storeFaultEnds("crash", 0);
    expect(reads(bench, 1)).toBe(1);
    expect(bench.backend.cause).toBe("crash");
    // And so it stays at its new home, until it is written.
    expect(reads(bench, 1)).toBe(1);
    expect(bench.backend.cause).toBe("crash");
  });

  it("keeps what two requests change at once in one memory", () => {
    const bench = made();
    writes(bench, 0, 1);
    writes(bench, 0, 2);
    expect(writes(bench, 0, 2).found).toBe(3);
    bench.crash(0);
    expect(reads(bench, 1)).toBe(3);
  });
});

describe("a session that is not worth a backup yet", () => {
  it("dies with its server, and cannot be found from another one", () => {
    const bench = made({ backup: "after-login" });
    bench.anonymous.add(0);
    writes(bench, 0, 1);
    expect(bench.storeOperations).toBe(0);
    expect(reads(bench, 1)).toBe("missing: elsewhere");
    bench.crash(0);
    expect(reads(bench, 1)).toBe("missing: crash");
    expect(bench.backend.copies(3)).toBe(1);
  });

  it("has one from the first request after the login on, though that one changes nothing", () => {
    const bench = made({ backup: "after-login" });
    bench.anonymous.add(0);
    writes(bench, 0, 1);
    bench.anonymous.delete(0);
    writes(bench, 0, 1, false);
    expect(bench.storeOperations).toBe(1);
    bench.crash(0);
    expect(reads(bench, 1)).toBe(1);
    expect(bench.backend.copies(3)).toBe(2);
  });

  it("is worth one from so many writes on, or so many bytes", () => {
    const byWrites = made({ backup: "on-value", valuableWrites: 3 });
    for (const contains of [1, 2]) writes(byWrites, 0, contains);
    expect(byWrites.storeOperations).toBe(0);
    writes(byWrites, 0, 3);
    expect(byWrites.storeOperations).toBe(1);

    const byBytes = made({ backup: "on-value", valuableWrites: 100, valuableBytes: 2000 });
    byBytes.bytes.set(0, 1999);
    writes(byBytes, 0, 1);
    expect(byBytes.storeOperations).toBe(0);
    byBytes.bytes.set(0, 2000);
    writes(byBytes, 0, 2);
    expect(byBytes.storeOperations).toBe(1);
  });

  it("does not leave the next one in its slot anything", () => {
    const bench = made();
    writes(bench, 0, 1);
    bench.begin(0);
    expect(reads(bench, 0)).toBe("missing: elsewhere");
  });
});
