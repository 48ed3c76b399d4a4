import { describe, expect, it } from "vitest";
import { IDLE_EXPIRED, NONE, VALID } from "./mechanism.ts";
import { Bench } from "./testing/bench.ts";

const table = (knobs: { readonly entries?: number; readonly expireMs?: number } = {}, balancers = 1) =>
  new Bench("source-table", { balancers, knobs });

describe("the source table", () => {
  it("binds an address to the server that answered it, from the answer on", () => {
    const bench = table();
    expect(bench.look(0)).toEqual({ server: -1, outcome: NONE });
    // A second first request, sent before the first answer, is balanced on its own.
    expect(bench.look(0)).toEqual({ server: -1, outcome: NONE });
    bench.answer(0, 2);
    expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
  });

  it("leads all clients behind one address to the server that answered the last of them", () => {
    const bench = table();
    for (const session of [0, 1]) bench.address.set(session, 77);
    bench.answer(0, 1);
    expect(bench.look(1)).toEqual({ server: 1, outcome: VALID });
    bench.answer(1, 0);
    expect(bench.look(0)).toEqual({ server: 0, outcome: VALID });
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("shared-address");
  });

  it("forgets an address that was not seen for longer than the limit", () => {
    const bench = table({ expireMs: 1000 });
    bench.answer(0, 2);
    bench.nowMs = 1000;
    expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
    // The look itself began the entry's life anew.
    bench.nowMs = 2000;
    expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
    bench.nowMs = 3000.5;
    expect(bench.look(0)).toEqual({ server: -1, outcome: IDLE_EXPIRED });
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("binding-expired");
    bench.answer(0, 1);
    expect(bench.look(0)).toEqual({ server: 1, outcome: VALID });
  });

  it("makes room for a new address by dropping the one used longest ago", () => {
    const bench = table({ entries: 2 });
    bench.answer(0, 0);
    bench.answer(1, 1);
    bench.nowMs = 1;
    bench.look(0);
    bench.answer(2, 2);
    expect([0, 1, 2].map((session) => bench.look(session).server)).toEqual([0, -1, 2]);
    expect(bench.mechanism.whyElsewhere(1, 0)).toBe("binding-evicted");
  });

  it("is each balancer's own: what one learned, the other does not know", () => {
    const bench = table({}, 2);
    bench.answer(0, 2, 0);
    expect(bench.look(0, 0)).toEqual({ server: 2, outcome: VALID });
    expect(bench.look(0, 1)).toEqual({ server: -1, outcome: NONE });
    expect(bench.mechanism.whyElsewhere(0, 1)).toBe("unsynchronised-balancer");
    bench.answer(0, 1, 1);
    // Now they disagree, and each leads the client its own way.
    expect([0, 1].map((balancer) => bench.look(0, balancer).server)).toEqual([2, 1]);
  });

  it("still names a server that is out; whether to follow is the balancer's decision", () => {
    const bench = table();
    bench.answer(0, 1);
    bench.fleets[0]!.setEligible(1, false);
    expect(bench.look(0)).toEqual({ server: 1, outcome: VALID });
  });

  it("outlives the visit: the next client of the address is led by it, a client with a new address is not", () => {
    const bench = table();
    bench.answer(0, 1);
    bench.begin(0);
    expect(bench.look(0).server).toBe(1);
    bench.address.set(0, 12345);
    bench.movedSessions.add(0);
    expect(bench.look(0)).toEqual({ server: -1, outcome: NONE });
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("address-changed");
  });
});
