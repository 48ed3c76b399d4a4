import { describe, expect, test } from "vitest";
import { fold } from "./fold.ts";
import { experimentOf, recordOf } from "./testing/records.ts";
import { poolTroubles, type Troubles, troubleRows, troublesOccurring } from "./troubles.ts";
import { whyLines } from "./why.ts";

const none: Troubles = {
  sessionsLostByCause: [],
  surpriseTimeoutsByCause: [],
  staleReadsByCause: [],
  writesLostByCause: [],
  transactionsInterruptedByCause: [],
};
const lost: Troubles = {
  ...none,
  sessionsLostByCause: [{ cause: "rehash", sessions: 3, writes: 6, requests: 12, ms: 900 }],
  staleReadsByCause: [
    { cause: "replication-lag", count: 8 },
    { cause: "near-cache", count: 2 },
  ],
};

describe("troubles", () => {
  test("become rows by kind and cause; work is known of sessions that ended before their time", () => {
    expect(troubleRows(lost)).toEqual([
      { kind: "sessionsLost", cause: "rehash", count: 3, work: { writes: 6, requests: 12, ms: 900 } },
      { kind: "staleReads", cause: "replication-lag", count: 8, work: null },
      { kind: "staleReads", cause: "near-cache", count: 2, work: null },
    ]);
    expect(troubleRows(none)).toEqual([]);
  });

  test("that occur anywhere are named once, in the order of kinds and of the catalogue", () => {
    const crash: Troubles = {
      ...none,
      sessionsLostByCause: [{ cause: "crash", sessions: 1, writes: 1, requests: 1, ms: 1 }],
    };
    expect(troublesOccurring([lost, none, crash, lost]).map(({ kind, cause }) => `${kind} ${cause}`)).toEqual([
      "sessionsLost crash",
      "sessionsLost rehash",
      "staleReads replication-lag",
      "staleReads near-cache",
    ]);
  });

  test("are averaged over runs, one without any counting as 0", () => {
    expect(poolTroubles([lost, none])).toEqual({
      ...none,
      sessionsLostByCause: [{ cause: "rehash", sessions: 1.5, writes: 3, requests: 6, ms: 450 }],
      staleReadsByCause: [
        { cause: "replication-lag", count: 4 },
        { cause: "near-cache", count: 1 },
      ],
    });
  });

  test("are told a strategy a line, the main causes first and at most four of a kind by name", () => {
    const many = (["crash", "rehash", "drain", "overflow", "failover", "no-affinity"] as const).map((cause, at) => ({
      cause,
      count: at + 1,
    }));
    const [strategy] = fold([recordOf({ strategy: "a" })], experimentOf(["a"], 1)).strategies;
    const { lines, spared } = whyLines([
      { ...strategy!, ...lost },
      { ...strategy!, name: "b", ...none, staleReadsByCause: many },
      { ...strategy!, name: "c", ...none },
    ]);
    expect(lines).toEqual([
      { strategy: "a", text: "sessions lost: 3 rehash; stale reads: 8 replication-lag, 2 near-cache" },
      { strategy: "b", text: "stale reads: 6 no-affinity, 5 failover, 4 overflow, 3 drain, 2 more causes" },
    ]);
    expect(spared).toBe("c");
  });

  test("that went with a lost session are not told again", () => {
    const [strategy] = fold([recordOf({ strategy: "a" })], experimentOf(["a"], 1)).strategies;
    const { lines } = whyLines([
      {
        ...strategy!,
        ...lost,
        writesLostByCause: [
          { cause: "rehash", count: 6 },
          { cause: "concurrent-request", count: 2 },
        ],
        transactionsInterruptedByCause: [
          { cause: "rehash", count: 1 },
          { cause: "request-failed", count: 4 },
        ],
      },
    ]);
    expect(lines[0]?.text).toBe(
      "sessions lost: 3 rehash; stale reads: 8 replication-lag, 2 near-cache; writes lost, their sessions kept: " +
        "2 concurrent-request; transactions interrupted, their sessions kept: 4 request-failed",
    );
  });
});
