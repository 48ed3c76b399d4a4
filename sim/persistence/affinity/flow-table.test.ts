import { describe, expect, it } from "vitest";
import { Bench } from "./testing/bench.ts";

describe("the flow table", () => {
  it("keeps a client on its server until 350 s without a flow", () => {
    const bench = new Bench("flow-table");
    bench.answer(0, 2);
    bench.nowMs = 349_999;
    expect(bench.look(0).server).toBe(2);
    bench.nowMs += 350_000;
    expect(bench.look(0).server).toBe(-1);
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("binding-expired");
  });

  it("forgets everybody when any server's health changes, and says so", () => {
    const bench = new Bench("flow-table");
    bench.answer(0, 2);
    bench.answer(1, 1);
    bench.nowMs = 10;
    bench.fleets[0]!.setEligible(0, false);
    bench.mechanism.serverChanged(0, 0);
    expect([0, 1].map((session) => bench.look(session).server)).toEqual([-1, -1]);
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("binding-reset");
    // The server that comes back does it again: a flap loses twice.
    bench.answer(0, 1);
    bench.nowMs = 20;
    bench.fleets[0]!.setEligible(0, true);
    bench.mechanism.serverChanged(0, 0);
    expect(bench.look(0).server).toBe(-1);
  });

  it("forgets only the flows of a server that is out, where connections are tracked by it", () => {
    const bench = new Bench("flow-table", { knobs: { whenServersChange: "forget" } });
    bench.answer(0, 2);
    bench.answer(1, 1);
    bench.fleets[0]!.setEligible(1, false);
    bench.mechanism.serverChanged(0, 1);
    expect([0, 1].map((session) => bench.look(session).server)).toEqual([2, -1]);
    bench.fleets[0]!.setEligible(1, true);
    bench.mechanism.serverChanged(0, 1);
    expect([0, 1].map((session) => bench.look(session).server)).toEqual([2, -1]);
  });

  it("drops whom it saw longest ago when it is full, and moves users off a server that drains", () => {
    const bench = new Bench("flow-table", { knobs: { entries: 2 } });
    for (const session of [0, 1]) bench.answer(session, session);
    bench.look(0);
    bench.answer(2, 2);
    expect([0, 1, 2].map((session) => bench.look(session).server)).toEqual([0, -1, 2]);
    expect(bench.mechanism.rules).toMatchObject({ whenDraining: "move", whenDown: "move" });
  });
});
