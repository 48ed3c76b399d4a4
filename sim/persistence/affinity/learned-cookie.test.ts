import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { NONE, VALID } from "./mechanism.ts";
import { Bench } from "./testing/bench.ts";

/** One client that logs in: its first answer brings id 500. */
function learned(knobs: Knobs = {}, balancers = 1): Bench {
  const bench = new Bench("learned-cookie", { knobs, balancers });
  for (let session = 0; session < 8; session++) bench.begin(session);
  return bench;
}
function login(bench: Bench, session: number, id: number, server: number, balancer = 0): void {
  bench.answeredId.set(session, id);
  bench.answer(session, server, balancer);
  bench.carriedId.set(session, id);
}

describe("a learned cookie", () => {
  it("binds the session to the server whose answer gave out its id", () => {
    const bench = learned();
    expect(bench.tracksIds).toBe(true);
    expect(bench.look(0)).toEqual({ server: -1, outcome: NONE });
    login(bench, 0, 500, 2);
    expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
    // Nothing of the balancer's own travels.
    expect(bench.cookieBytes).toBe(0);
  });

  it("follows a new id, which it learns with the answer that brings it", () => {
    const bench = learned();
    login(bench, 0, 500, 2);
    login(bench, 0, 501, 2);
    expect(bench.look(0).server).toBe(2);
    // The old id is still known until its time is over.
    bench.carriedId.set(0, 500);
    expect(bench.look(0).server).toBe(2);
  });

  it("moves a session that it knows with its failover, and never learns one that it does not know", () => {
    const bench = learned();
    login(bench, 0, 500, 2);
    bench.answer(0, 1);
    expect(bench.look(0).server).toBe(1);
    bench.nowMs = 1000;
    bench.mechanism.balancerRestarted(0, false);
    expect(bench.look(0).server).toBe(-1);
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("balancer-restart");
    // The session goes on under its id, which no answer gives out any more.
    bench.answer(0, 1);
    expect(bench.look(0).server).toBe(-1);
    login(bench, 0, 777, 0);
    expect(bench.look(0).server).toBe(0);
  });

  it("learned from requests, is late by one: the first answer binds nobody", () => {
    const bench = learned({ learns: "carried" });
    login(bench, 0, 500, 2);
    expect(bench.look(0).server).toBe(-1);
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("no-affinity");
    bench.answer(0, 1);
    expect(bench.look(0).server).toBe(1);
    // But it learns again what a restart has lost.
    bench.mechanism.balancerRestarted(0, false);
    bench.answer(0, 1);
    expect(bench.look(0).server).toBe(1);
  });

  it("learned from both, does both", () => {
    const bench = learned({ learns: "both" });
    login(bench, 0, 500, 2);
    expect(bench.look(0).server).toBe(2);
    bench.mechanism.balancerRestarted(0, false);
    bench.answer(0, 1);
    expect(bench.look(0).server).toBe(1);
  });

  it("is nginx's by default: 4,000 sessions to the MiB, ten minutes, the least recent goes, a reload keeps the zone", () => {
    const bench = learned({ entries: 2 });
    for (const session of [0, 1]) login(bench, session, 500 + session, session);
    bench.look(0);
    login(bench, 2, 502, 2);
    expect([0, 1, 2].map((session) => bench.look(session).server)).toEqual([0, -1, 2]);
    expect(bench.mechanism.whyElsewhere(1, 0)).toBe("binding-evicted");
    bench.mechanism.balancerRestarted(0, true);
    expect(bench.look(0).server).toBe(0);
    bench.nowMs = 600_000;
    expect(bench.look(0).server).toBe(-1);
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("binding-expired");
  });

  it("leads nobody who refuses cookies", () => {
    const bench = learned();
    bench.refusesCookies.add(0);
    login(bench, 0, 500, 2);
    expect(bench.look(0).server).toBe(-1);
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("cookie-refused");
  });

  it("is known to one balancer of two: the race between a session's first two requests", () => {
    const bench = learned({}, 2);
    login(bench, 0, 500, 2, 0);
    expect([0, 1].map((balancer) => bench.look(0, balancer).server)).toEqual([2, -1]);
    expect(bench.mechanism.whyElsewhere(0, 1)).toBe("unsynchronised-balancer");
    const synchronised = learned({ peers: true, peerDelayMs: 5 }, 2);
    login(synchronised, 0, 500, 2, 0);
    synchronised.nowMs = 5;
    expect(synchronised.look(0, 1).server).toBe(2);
  });
});
