import { describe, expect, it } from "vitest";
import { affinityLetters } from "../../record.ts";
import type { BalancerFault, Cluster } from "../../scenario.ts";
import { withRules } from "../testing/bound.ts";
import { type Line, type ReplayParts, replay } from "../testing/replay.ts";
import { group } from "../testing/scenario.ts";

const restart = (parts: Partial<BalancerFault> = {}): BalancerFault => ({
  kind: "balancer-restart",
  atMs: 100,
  balancers: [0],
  endsAfterMs: null,
  ...parts,
});
const first = (...times: readonly number[]): Line[] => times.map((atMs, session) => ({ atMs, session, isFirst: true }));

const run = (lines: readonly Line[], fault: BalancerFault, parts: ReplayParts = {}) =>
  replay(lines, [], { faults: [fault], serviceMs: 50, ...parts });

/** Answered, refused, failed, timed out. */
const endsOf = ({ simulation }: ReturnType<typeof replay>) => [...simulation.meter.ended];
const queue: Cluster["balancers"]["queue"] = { limit: null, perServerLimit: null, timeoutMs: null };

describe("a balancer that restarts", () => {
  it("breaks what it has under way, on servers and in its queue, and counts none of it any more", () => {
    const servers = [group({ workers: 10, maxConnections: 2 })];
    const found = run(first(80, 85, 90, 200), restart(), { servers, balancers: { queue } });
    expect(endsOf(found)).toEqual([1, 0, 3, 0]);
    expect([...found.simulation.fleets[0]!.inFlight]).toEqual([0]);
    // The servers do not know, and work on.
    expect(found.simulation.integrals().busyMs[0]).toBe(150);
  });

  it("is sent to again by those who retry", () => {
    const retry = { attempts: 1, backoffMs: 10, backoffCapMs: 10, jitter: "none" } as const;
    expect(endsOf(run(first(80), restart(), { users: { retry } }))).toEqual([1, 0, 0, 0]);
  });

  it("and is away for a while refuses everybody, where there is no other", () => {
    const found = run(first(90, 110, 190, 210), restart({ endsAfterMs: 100 }));
    expect(endsOf(found)).toEqual([1, 2, 1, 0]);
    expect(found.decisions.map(({ atMs }) => atMs)).toEqual([90, 210]);
  });

  it("leaves its users to the others meanwhile", () => {
    const lines = first(...Array.from({ length: 200 }, (_, i) => 150 + i));
    const found = run(lines, restart({ endsAfterMs: 150 }), {
      servers: [group({ count: 2, workers: 100 })],
      balancers: { count: 3 },
    });
    expect(endsOf(found)).toEqual([200, 0, 0, 0]);
    const share = (from: number, to: number, balancer: number) => {
      const within = found.decisions.filter(({ atMs }) => atMs >= from && atMs < to);
      return within.filter((decision) => decision.balancer === balancer).length / within.length;
    };
    expect(share(100, 250, 0)).toBe(0);
    // Of 100 requests half go to each of the others, with a standard error of 5 %; of 100 later ones a third, 4.7 %.
    expect(Math.abs(share(100, 250, 1) - 1 / 2)).toBeLessThan(4 * 0.05);
    expect(Math.abs(share(250, 400, 0) - 1 / 3)).toBeLessThan(4 * 0.047);
  });

  it("is away as long as any of its restarts says, and is told by name", () => {
    const faults = [restart({ endsAfterMs: 100 }), restart({ atMs: 150, endsAfterMs: 200, balancers: [0] })];
    const found = replay(first(220, 340, 360), [], { faults, serviceMs: 5 });
    expect(endsOf(found)).toEqual([1, 2, 0, 0]);
    expect(found.simulation.outages.record(1000)).toEqual([
      { atMs: 100, untilMs: 200, kind: "balancer-restart", target: "balancer-1" },
      { atMs: 150, untilMs: 350, kind: "balancer-restart", target: "balancer-1" },
    ]);
  });

  it("forgets nothing that clients carry", () => {
    const lines: Line[] = [
      { atMs: 10, session: 0, isFirst: true },
      { atMs: 200, session: 0 },
    ];
    const affinity = { name: "balancer-cookie", knobs: withRules({}) };
    const { simulation } = run(lines, restart({ endsAfterMs: 20 }), { strategy: { affinity } });
    expect(affinityLetters.map((letter, code) => letter.repeat(simulation.meter.outcomes[code]!)).join("")).toBe("NV");
  });
});

describe("a balancer that is reloaded", () => {
  it("lets the old process finish, while the new one counts from nothing", () => {
    const found = run(first(80, 90, 120), restart({ kind: "balancer-reload" }), {
      servers: [group({ workers: 10, maxConnections: 2 })],
    });
    expect(endsOf(found)).toEqual([3, 0, 0, 0]);
    expect(found.simulation.fleets[0]!.inFlight[0]).toBe(0);
  });

  it("still gives up on what takes too long", () => {
    const found = run(first(80), restart({ kind: "balancer-reload" }), { balancers: { requestTimeoutMs: 40 } });
    expect(endsOf(found)).toEqual([0, 0, 0, 1]);
    expect([...found.simulation.fleets[0]!.inFlight]).toEqual([0, 0]);
  });
});
