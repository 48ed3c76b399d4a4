import { describe, expect, it } from "vitest";
import { Acknowledgement, AT_ONCE, STALLED } from "./acknowledgement.ts";
import { Replica } from "./replica.ts";

/** Node 0 is the primary; each replica gets the write 3 ms later and applies it in so many ms. */
const committed = (
  mode: string,
  more: { acknowledgements?: number; waitsFor?: string; applyMs?: readonly number[] },
) => {
  const settings = { mode, acknowledgements: 1, waitsFor: "applied", semiSyncTimeoutMs: 10_000, loopWaitMs: 5000 };
  const acknowledgement = new Acknowledgement({ ...settings, replicationDelayMs: 3, ...more });
  const replicas = [0, ...(more.applyMs ?? [20, 10])].map((applyMs, node) => {
    const replica = new Replica(3);
    replica.grow(1);
    if (node > 0) replica.ship(0, 0, 1, 100, 100, applyMs);
    return replica;
  });
  return { acknowledgement, replicas, dueMs: () => acknowledgement.dueMs(replicas, 0, 100) };
};

describe("a commit is acknowledged", () => {
  it("at once where replication is asynchronous", () => {
    expect(committed("async", {}).dueMs()).toBe(AT_ONCE);
  });

  it("when the fastest replica has received it, or applied it, and said so", () => {
    expect(committed("semi-sync", {}).dueMs()).toBe(106);
    expect(committed("sync", { waitsFor: "received" }).dueMs()).toBe(106);
    expect(committed("sync", {}).dueMs()).toBe(116);
  });

  it("by as many replicas as it should be", () => {
    expect(committed("strict-sync", { acknowledgements: 2 }).dueMs()).toBe(126);
    expect(committed("strict-sync", { acknowledgements: 3 }).dueMs()).toBe(STALLED);
  });

  it("by none that is away or still catching up", () => {
    const { replicas, dueMs } = committed("semi-sync", { applyMs: [10] });
    replicas[1]!.readyAtMs = 101;
    expect(dueMs()).toBe(STALLED);
    replicas[1]!.readyAtMs = 0;
    replicas[1]!.detach(100);
    expect(dueMs()).toBe(STALLED);
  });

  it("by the primary alone once it has lost patience, which strict never does", () => {
    const { acknowledgement, dueMs } = committed("semi-sync", { applyMs: [] });
    expect([acknowledgement.patienceMs, dueMs()]).toEqual([10_000, STALLED]);
    acknowledgement.hasGivenUp = true;
    expect(dueMs()).toBe(AT_ONCE);
    expect(committed("sync", {}).acknowledgement.patienceMs).toBe(5000);
    expect(committed("strict-sync", {}).acknowledgement.patienceMs).toBe(Infinity);
  });
});
