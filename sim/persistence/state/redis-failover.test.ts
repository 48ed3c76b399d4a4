import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { Draws } from "../../engine/draws.ts";
import { expectMean } from "../../engine/testing/fit.ts";
import { ALL_NODES } from "./backend.ts";
import { Bench, told } from "./testing/bench.ts";

const fast = { roundTripMs: 0, operationMs: 0, perKibMs: 0, persistence: "none", fsyncMs: 0 };

/** A Redis in which nothing takes time but failures, with some sessions stored in it. */
function made(knobs: Knobs, sessions = 20): Bench {
  const bench = new Bench("redis", 4, { ...fast, ...knobs });
  for (let session = 0; session < sessions; session++) bench.begin(session);
  return bench;
}

const read = (bench: Bench, session: number, server = 0) => {
  const operation = bench.read(session, server);
  bench.to(bench.nowMs);
  return told(operation);
};
const write = (bench: Bench, session: number, contains: number, server = 0) => {
  const operation = bench.write(session, server, contains);
  bench.to(bench.nowMs);
  return told(operation);
};
const pass = (bench: Bench, ms: number) => bench.to(bench.nowMs + ms);

describe("a primary with Sentinels", () => {
  const sentinel = { topology: "sentinel", replicationLagMs: 100 };

  it("is gone from the crash until another has been promoted and the server knows it", () => {
    const bench = made(sentinel);
    write(bench, 0, 1);
    pass(bench, 1000);
    bench.backend.storeFaultBegins("crash", 0);
    pass(bench, 29_000);
    expect(read(bench, 0)).toBe("unavailable");
    pass(bench, 6000);
    expect([0, 1, 2, 3].map((server) => read(bench, 0, server))).toEqual([1, 1, 1, 1]);
  });

  it("loses the writes that were acknowledged and had not reached the replica: of a session born then, all", () => {
    const bench = made(sentinel);
    write(bench, 0, 1);
    pass(bench, 101);
    write(bench, 0, 2);
    write(bench, 1, 1);
    bench.backend.storeFaultBegins("crash", 0);
    pass(bench, 35_000);
    const behind = bench.read(0, 0);
    bench.to(bench.nowMs);
    expect(told(behind)).toBe(1);
    expect(bench.backend.cause).toBe("store-failover");
    expect(read(bench, 1)).toBe("missing: store-failover");
  });

  it("loses w × l writes in a failover, a Poisson number, for writes at rate w and a lag of l", () => {
    // 200/s and 50 ms: 10. Over 300 failovers the mean has a standard error of 0.18, the variance over the mean one of 0.08.
    const lost = Array.from({ length: 300 }, (_, run) => {
      const bench = made({ ...sentinel, replicationLagMs: 50, downAfterMs: 0 }, 0);
      const gaps = new Draws(run, "gaps");
      let [atMs, session] = [0, 0];
      for (;;) {
        atMs += gaps.at(0, session).exponential() * 5;
        if (atMs > 200) break;
        bench.to(atMs);
        bench.begin(session);
        write(bench, session++, 1);
      }
      bench.to(200);
      bench.backend.storeFaultBegins("crash", 0);
      bench.to(10_000);
      return Array.from({ length: session }, (_, one) => read(bench, one)).filter((one) => typeof one === "string")
        .length;
    });
    expectMean(lost, 10, Math.sqrt(10));
    const mean = lost.reduce((sum, one) => sum + one, 0) / lost.length;
    const variance = lost.reduce((sum, one) => sum + (one - mean) * (one - mean), 0) / (lost.length - 1);
    expect(Math.abs(variance / mean - 1)).toBeLessThan(4.5 * Math.sqrt(2 / lost.length));
  });

  it("loses nothing that WAIT saw arrive, and every write takes the lag longer", () => {
    const bench = made({ ...sentinel, waitReplicas: 1 });
    const waiting = bench.write(0, 0, 1);
    bench.to(bench.nowMs);
    expect(waiting.atMs).toBe(100);
    pass(bench, 100);
    expect(told(waiting)).toBe(1);
    bench.backend.storeFaultBegins("crash", 0);
    pass(bench, 35_000);
    expect(read(bench, 0)).toBe(1);
  });

  it("has nothing any more when a primary without a disk is back before anybody noticed: the replica copies its emptiness", () => {
    const bench = made(sentinel);
    write(bench, 0, 1);
    pass(bench, 1000);
    bench.backend.storeFaultBegins("crash", 0);
    pass(bench, 5000);
    bench.backend.storeFaultEnds("crash", 0);
    expect(read(bench, 0)).toBe("missing: store-crash");
    pass(bench, 60_000);
    expect(read(bench, 0)).toBe("missing: store-crash");
  });

  it("serves what has been waiting when a primary that hung goes on, and fails what waited too long", () => {
    const bench = made({ ...sentinel, timeoutMs: 2000 });
    write(bench, 0, 1);
    bench.backend.storeFaultBegins("hang", 0);
    const early = bench.read(0, 0);
    pass(bench, 1500);
    const late = bench.read(0, 0);
    pass(bench, 600);
    bench.backend.storeFaultEnds("hang", 0);
    pass(bench, 20);
    expect([told(early), told(late)]).toEqual(["unavailable", 1]);
    expect(early.atMs).toBe(2000);
  });

  it("gives up what a hung primary had not sent on, once another has taken its place", () => {
    const bench = made(sentinel);
    write(bench, 0, 1);
    pass(bench, 1000);
    write(bench, 0, 2);
    bench.backend.storeFaultBegins("hang", 0);
    pass(bench, 40_000);
    expect(read(bench, 0)).toBe(1);
    bench.backend.storeFaultEnds("hang", 0);
    pass(bench, 1000);
    expect(read(bench, 0)).toBe(1);
    bench.backend.storeFaultBegins("crash", 1);
    pass(bench, 40_000);
    expect(read(bench, 0)).toBe(1);
  });

  it("elects nobody while every node is down, and goes on with what is on disk when they are back", () => {
    const bench = made({ ...sentinel, persistence: "always" });
    write(bench, 0, 3);
    bench.backend.storeFaultBegins("crash", ALL_NODES);
    pass(bench, 100_000);
    expect(read(bench, 0)).toBe("unavailable");
    bench.backend.storeFaultEnds("crash", ALL_NODES);
    pass(bench, 2000);
    expect(read(bench, 0)).toBe(3);
  });
});

describe("a primary that is cut off from its replicas and Sentinels, while servers reach it", () => {
  const split = { topology: "sentinel", replicationLagMs: 0, isolatedFraction: 0.25 };

  it("keeps taking writes until another is promoted, and from the servers on its side until the two meet again", () => {
    const bench = made(split);
    write(bench, 0, 1);
    write(bench, 1, 1);
    pass(bench, 1);
    bench.backend.storeFaultBegins("cut-off", 0);
    pass(bench, 1000);
    write(bench, 0, 2, 3);
    pass(bench, 39_000);
    expect(read(bench, 0, 3)).toBe(1);
    expect(bench.backend.cause).toBe("split-brain");
    // Server 0 is the quarter that does not hear of the new primary.
    expect(read(bench, 0, 0)).toBe(2);
    write(bench, 1, 2, 0);
    write(bench, 2, 1, 0);
    expect(read(bench, 2, 3)).toBe("missing: split-brain");
    bench.backend.storeFaultEnds("cut-off", 0);
    pass(bench, 1);
    expect([read(bench, 0, 0), read(bench, 1, 0), read(bench, 2, 0)]).toEqual([1, 1, "missing: split-brain"]);
  });

  it("takes no more than min-replicas-max-lag of writes where it must have a replica", () => {
    const bench = made({ ...split, minReplicas: 1 });
    pass(bench, 1);
    bench.backend.storeFaultBegins("cut-off", 0);
    pass(bench, 9999);
    expect(write(bench, 0, 1)).toBe(1);
    pass(bench, 2);
    expect(write(bench, 1, 1)).toBe("unavailable");
    expect(read(bench, 0)).toBe(1);
  });

  it("leaves a new primary that has no replica yet without writes, until the old one follows it", () => {
    const bench = made({ ...split, replicas: 1, minReplicas: 1 });
    write(bench, 0, 1);
    bench.backend.storeFaultBegins("crash", 0);
    pass(bench, 60_000);
    expect([read(bench, 0), write(bench, 0, 2)]).toEqual([1, "unavailable"]);
    bench.backend.storeFaultEnds("crash", 0);
    expect(write(bench, 0, 2)).toBe(2);
  });

  it("loses nothing when the cut heals before the others agree", () => {
    const bench = made(split);
    bench.backend.storeFaultBegins("cut-off", 0);
    write(bench, 0, 1);
    pass(bench, 20_000);
    bench.backend.storeFaultEnds("cut-off", 0);
    pass(bench, 60_000);
    expect(read(bench, 0, 3)).toBe(1);
  });
});

describe("reads from a replica", () => {
  it("are behind by the lag, and far behind where the replica is cut off", () => {
    const bench = made({ replicas: 1, readFrom: "replica", replicationLagMs: 100 });
    write(bench, 0, 1);
    expect(read(bench, 0)).toBe("missing: replication-lag");
    pass(bench, 100);
    write(bench, 0, 2);
    expect(read(bench, 0)).toBe(1);
    expect(bench.backend.cause).toBe("replication-lag");
    bench.backend.storeFaultBegins("cut-off", 1);
    pass(bench, 10_000);
    expect(read(bench, 0)).toBe(1);
    bench.backend.storeFaultEnds("cut-off", 1);
    expect(read(bench, 0)).toBe(2);
  });

  it("go to the primary when no replica is up", () => {
    const bench = made({ replicas: 1, readFrom: "replica", replicationLagMs: 100 });
    write(bench, 0, 1);
    bench.backend.storeFaultBegins("crash", 1);
    expect(read(bench, 0)).toBe(1);
  });
});

describe("a cluster of three primaries with a replica each", () => {
  const cluster = { topology: "cluster", replicationLagMs: 0 };
  const all = Array.from({ length: 20 }, (_, session) => session);
  const stored = (knobs: Knobs = {}) => {
    const bench = made({ ...cluster, ...knobs });
    for (const session of all) write(bench, session, 1);
    pass(bench, 10);
    return bench;
  };
  const served = (bench: Bench) => all.filter((session) => read(bench, session) === 1).length;

  it("deals its sessions out over the shards by their slots", () => {
    const bench = stored();
    const lost = [0, 1, 2].map((node) => {
      bench.backend.storeFaultBegins("crash", node);
      const some = all.length - served(bench);
      bench.backend.storeFaultEnds("crash", node);
      for (const session of all) write(bench, session, 1);
      return some;
    });
    expect(lost.reduce((sum, some) => sum + some, 0)).toBe(20);
    expect(Math.min(...lost)).toBeGreaterThan(1);
  });

  it("refuses a shard's share at first, everything once the failure is known, and nothing after the promotion", () => {
    const bench = stored();
    bench.backend.storeFaultBegins("crash", 0);
    pass(bench, 14_000);
    const share = served(bench);
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(20);
    // The replica waits for half a second before it asks for votes.
    let [isAnyAllOut, atMs] = [false, bench.nowMs];
    for (; served(bench) < 20; atMs = bench.nowMs) {
      if (served(bench) === 0) isAnyAllOut = true;
      pass(bench, 100);
    }
    expect(isAnyAllOut).toBe(true);
    expect(atMs).toBeGreaterThan(15_500);
    expect(atMs).toBeLessThan(19_100);
  });

  it("goes on with the other shards where full coverage is not required", () => {
    const bench = stored({ requireFullCoverage: false, replicas: 0 });
    bench.backend.storeFaultBegins("crash", 0);
    pass(bench, 60_000);
    expect(served(bench)).toBeGreaterThan(0);
    expect(served(bench)).toBeLessThan(20);
  });

  it("has no majority, and so no failover, when two of three primaries are down", () => {
    const bench = stored({ persistence: "always" });
    bench.backend.storeFaultBegins("crash", 0);
    bench.backend.storeFaultBegins("crash", 1);
    pass(bench, 120_000);
    expect(served(bench)).toBe(0);
    bench.backend.storeFaultEnds("crash", 1);
    pass(bench, 2000);
    expect(served(bench)).toBe(20);
  });

  it("stops a primary that is cut off after the node timeout: what it took in until then is discarded", () => {
    const bench = stored({ isolatedFraction: 1 });
    bench.backend.storeFaultBegins("cut-off", 0);
    for (const session of all) write(bench, session, 2);
    pass(bench, 14_900);
    expect(all.map((session) => read(bench, session))).toEqual(all.map(() => 2));
    pass(bench, 10_000);
    const during = all.map((session) => read(bench, session));
    expect(during).toContain("unavailable");
    expect(during).toContain(2);
    bench.backend.storeFaultEnds("cut-off", 0);
    pass(bench, 10);
    expect(all.map((session) => read(bench, session))).toEqual(during.map((found) => (found === 2 ? 2 : 1)));
  });
});

it("a flush deletes everything, on the replicas as well", () => {
  const bench = made({ replicas: 1, persistence: "always" });
  write(bench, 0, 1);
  bench.backend.storeFaultBegins("flush", ALL_NODES);
  bench.backend.storeFaultEnds("flush", ALL_NODES);
  expect(read(bench, 0)).toBe("missing: store-flush");
});
