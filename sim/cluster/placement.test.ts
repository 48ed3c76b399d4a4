import { describe, expect, it } from "vitest";
import type { Knobs } from "../catalogue.ts";
import { replay } from "./testing/replay.ts";
import { group } from "./testing/scenario.ts";

const requestsAt = (...times: readonly number[]) => times.map((atMs, session) => ({ atMs, session, isFirst: true }));
const helper = (name: string, knobs: Knobs) => ({ placement: [{ name, knobs }] });
const spread = { balancing: { name: "least-connections", knobs: { load: "local" } } };
const checked = { healthCheck: { intervalMs: 10, timeoutMs: 1, rise: 1, fall: 1 } };
const crash = (...servers: number[]) => [{ kind: "crash" as const, atMs: 100, servers, restartAfterMs: null }];
const serversOf = ({ decisions }: ReturnType<typeof replay>) => decisions.map(({ server }) => server);

describe("placement in a run", () => {
  it("keeps spare servers for when the others are down, though no strategy says so", () => {
    const run = replay(requestsAt(10, 20, 200, 210), [], {
      servers: [group({ name: "main", count: 2 }), group({ name: "spare", tier: 1 })],
      strategy: spread,
      balancers: checked,
      faults: crash(0, 1),
    });
    expect(serversOf(run)).toEqual(["main-1", "main-2", "spare-1", "spare-1"]);
  });

  it("spills to the spare when the others are full, if the strategy says so; else there is no room", () => {
    const served = (spill: string) =>
      serversOf(
        replay(requestsAt(10, 20, 30), [], {
          servers: [group({ name: "main", maxConnections: 2, workers: 9 }), group({ name: "spare", tier: 1 })],
          serviceMs: 500,
          strategy: { ...spread, ...helper("tiers", { spill, overprovisioning: 1.4, backups: "all" }) },
        }),
      );
    expect(served("full")).toEqual(["main-1", "main-1", "spare-1"]);
    expect(served("down")).toEqual(["main-1", "main-1", null]);
  });

  it("in panic tries servers that are down, even when all of them are", () => {
    const ends = (onPanic: string) => [
      ...replay(requestsAt(200, 210, 220), [], {
        servers: [group({ count: 3 })],
        strategy: { ...spread, ...helper("panic-threshold", { thresholdFraction: 0.5, onPanic }) },
        balancers: checked,
        faults: crash(0, 1, 2),
      }).simulation.meter.ended,
    ];
    // Answered, refused, failed, timed out: a dead machine fails, a balancer with nobody to ask refuses.
    expect(ends("use-all")).toEqual([0, 0, 3, 0]);
    expect(ends("refuse")).toEqual([0, 3, 0, 0]);
  });

  it("lets requests wait for the servers of a balancer's own subset only", () => {
    const run = replay(requestsAt(10, 20, 30, 40), [], {
      servers: [group({ count: 4, maxConnections: 1 })],
      serviceMs: 100,
      strategy: { ...spread, ...helper("subset", { size: 2, scheme: "rounds", fallback: "none" }) },
      balancers: { queue: { limit: null, perServerLimit: null, timeoutMs: null } },
    });
    expect(new Set(serversOf(run)).size).toBe(2);
    expect(run.decisions.map(({ atMs }) => atMs)).toEqual([10, 20, 110, 120]);
  });
});
