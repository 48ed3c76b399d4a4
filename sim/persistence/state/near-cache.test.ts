import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { Draws } from "../../engine/draws.ts";
import { expectShare } from "../../engine/testing/fit.ts";
import { ALL_NODES } from "./backend.ts";
import { Bench, told } from "./testing/bench.ts";

const made = (knobs: Knobs = {}, servers = 4) => {
  const instant = { roundTripMs: 0, operationMs: 0, perKibMs: 0, touches: false, persistence: "none" };
  const bench = new Bench("near-cache", servers, { ...instant, ...knobs });
  for (let session = 0; session < 10; session++) bench.begin(session);
  return bench;
};
const pass = (bench: Bench, ms: number) => bench.to(bench.nowMs + ms);
const read = (bench: Bench, session: number, server: number) => {
  const operation = bench.read(session, server);
  pass(bench, 0);
  return told(operation);
};
const write = (bench: Bench, session: number, server: number, contains: number) => {
  bench.write(session, server, contains);
  pass(bench, 0);
};
/** Whether a read was answered without asking the store. */
const hits = (bench: Bench, session: number, server: number) => {
  const before = bench.storeOperations;
  read(bench, session, server);
  return bench.storeOperations === before;
};

describe("a copy in the server", () => {
  it("answers at once what it wrote or read before, for as long as it is trusted", () => {
    const bench = made({ roundTripMs: 1, cacheTtlMs: 500 });
    bench.write(0, 0, 1);
    pass(bench, 1);
    expect(hits(bench, 0, 0)).toBe(true);
    expect(hits(bench, 0, 1)).toBe(false);
    pass(bench, 10);
    expect(hits(bench, 0, 1)).toBe(true);
    pass(bench, 500);
    expect(hits(bench, 0, 0)).toBe(false);
  });

  it("is out of date until the other server's invalidation arrives", () => {
    const bench = made({ invalidationMs: 50 });
    write(bench, 0, 0, 1);
    read(bench, 0, 1);
    write(bench, 0, 0, 2);
    pass(bench, 49);
    expect(read(bench, 0, 1)).toBe(1);
    expect(bench.backend.cause).toBe("near-cache");
    pass(bench, 1);
    expect(read(bench, 0, 1)).toBe(2);
  });

  it("is out of date until its time is up where the invalidation is lost", () => {
    const bench = made({ invalidationMs: 0, invalidationLossFraction: 1, cacheTtlMs: 1000 });
    write(bench, 0, 0, 1);
    read(bench, 0, 1);
    write(bench, 0, 0, 2);
    pass(bench, 999);
    expect(read(bench, 0, 1)).toBe(1);
    pass(bench, 1);
    expect(read(bench, 0, 1)).toBe(2);
  });

  it("is not dropped for a write that it has already seen", () => {
    const bench = made({ invalidationMs: 50 });
    read(bench, 0, 1);
    write(bench, 0, 1, 1);
    write(bench, 0, 0, 2);
    write(bench, 0, 1, 3);
    pass(bench, 60);
    expect(hits(bench, 0, 1)).toBe(true);
  });

  it("makes room for another when there are too many, the one used longest ago first", () => {
    const bench = made({ cacheEntries: 2 });
    for (const session of [0, 1]) write(bench, session, 0, 1);
    read(bench, 0, 0);
    write(bench, 2, 0, 1);
    expect([0, 2].map((session) => hits(bench, session, 0))).toEqual([true, true]);
    expect(hits(bench, 1, 0)).toBe(false);
  });

  it("goes with its server, and with its session", () => {
    const bench = made();
    write(bench, 0, 0, 1);
    write(bench, 1, 1, 1);
    bench.crash(0);
    bench.start(0);
    expect(hits(bench, 0, 0)).toBe(false);
    bench.begin(1);
    expect(read(bench, 1, 1)).toBe("missing: elsewhere");
  });

  it("serves while the store is away and after it has lost everything", () => {
    const bench = made();
    write(bench, 0, 0, 1);
    bench.backend.storeFaultBegins("crash", ALL_NODES);
    expect([read(bench, 0, 0), read(bench, 0, 1)]).toEqual([1, "unavailable"]);
    bench.backend.storeFaultEnds("crash", ALL_NODES);
    expect([read(bench, 0, 0), read(bench, 0, 1)]).toEqual([1, "missing: store-crash"]);
  });
});

describe("the share of reads that hit", () => {
  const rounds = 5000;
  const share = (serverAt: (round: number) => number) => {
    const bench = made({ invalidationMs: 0 }, 8);
    write(bench, 0, 0, 1);
    let hit = 0;
    for (let round = 0; round < rounds; round++) {
      if (hits(bench, 0, serverAt(round))) hit++;
      write(bench, 0, serverAt(round), round + 2);
    }
    return hit;
  };

  it("is 1/N where requests go anywhere and each one writes: only the last server's copy is left", () => {
    const draws = new Draws(1, "servers");
    expectShare(
      share((round) => draws.at(0, round).below(8)),
      rounds,
      1 / 8,
    );
  });

  it("is all of them where an affinity leads every request to the same server", () => {
    expect(share(() => 0)).toBe(rounds);
  });
});
