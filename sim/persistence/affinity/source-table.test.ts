import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { NONE, VALID } from "./mechanism.ts";
import { Bench } from "./testing/bench.ts";

const table = (knobs: Knobs = {}, balancers = 1) => new Bench("source-table", { balancers, knobs });
const why = (bench: Bench, session = 0, balancer = 0) => {
  bench.look(session, balancer);
  return bench.mechanism.whyElsewhere(session, balancer);
};

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
    expect(why(bench)).toBe("shared-address");
  });

  it("takes a network for one client where only a prefix counts", () => {
    const bench = table({ prefixBits: 24 });
    bench.address.set(0, 0x0a010203);
    bench.address.set(1, 0x0a0102ff);
    bench.address.set(2, 0x0a010303);
    bench.answer(0, 2);
    expect([0, 1, 2].map((session) => bench.look(session).server)).toEqual([2, 2, -1]);
  });

  it("forgets an address that was not seen for the limit", () => {
    const bench = table({ expireMs: 1000 });
    bench.answer(0, 2);
    bench.nowMs = 999;
    expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
    // The look itself began the row's life anew.
    bench.nowMs = 1998;
    expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
    bench.nowMs = 2998;
    expect(bench.look(0)).toEqual({ server: -1, outcome: NONE });
    expect(why(bench)).toBe("binding-expired");
    bench.answer(0, 1);
    expect(bench.look(0)).toEqual({ server: 1, outcome: VALID });
  });

  it("makes room for a new address by dropping a few that were not used of late", () => {
    const bench = table({ entries: 2 });
    bench.answer(0, 0);
    bench.nowMs = 1;
    bench.answer(1, 1);
    bench.nowMs = 2;
    bench.answer(2, 2);
    expect([0, 1, 2].map((session) => bench.look(session).server)).toEqual([-1, 1, 2]);
    expect(why(bench)).toBe("binding-evicted");
  });

  it("takes nothing new when it is full and must not purge; then those who came late are never bound", () => {
    const bench = table({ entries: 1, whenFull: "refuse" });
    bench.answer(0, 0);
    bench.answer(1, 1);
    expect([0, 1].map((session) => bench.look(session).server)).toEqual([0, -1]);
    expect(why(bench, 1)).toBe("binding-refused");
    // Nor does it learn that a known address has moved: it takes the room before it looks.
    bench.answer(0, 2);
    expect(bench.look(0).server).toBe(0);
    expect(why(bench, 0)).toBe("binding-refused");
  });

  it("is each balancer's own: what one learned, the other does not know", () => {
    const bench = table({}, 2);
    bench.answer(0, 2, 0);
    expect(bench.look(0, 0)).toEqual({ server: 2, outcome: VALID });
    expect(bench.look(0, 1)).toEqual({ server: -1, outcome: NONE });
    expect(why(bench, 0, 1)).toBe("unsynchronised-balancer");
    bench.answer(0, 1, 1);
    // Now they disagree, and each leads the client its own way.
    expect([0, 1].map((balancer) => bench.look(0, balancer).server)).toEqual([2, 1]);
    expect(why(bench, 0, 0)).toBe("unsynchronised-balancer");
    expect(bench.messages).toBe(0);
  });

  it("still names a server that is out; whether to follow is the balancer's decision", () => {
    const bench = table();
    bench.answer(0, 1);
    bench.fleets[0]!.setEligible(1, false);
    bench.mechanism.serverChanged(0, 1);
    expect(bench.look(0)).toEqual({ server: 1, outcome: VALID });
  });

  it("forgets the server that leaves, where a Service's rules go with the endpoint", () => {
    const bench = table({ whenServersChange: "forget" });
    bench.answer(0, 1);
    bench.answer(1, 2);
    bench.nowMs = 10;
    bench.fleets[0]!.setEligible(1, false);
    bench.mechanism.serverChanged(0, 1);
    expect([0, 1].map((session) => bench.look(session).server)).toEqual([-1, 2]);
    expect(why(bench)).toBe("binding-reset");
  });

  it("outlives the visit: the next client of the address is led by it, a client with a new address is not", () => {
    const bench = table();
    bench.answer(0, 1);
    bench.begin(0);
    expect(bench.look(0).server).toBe(1);
    bench.address.set(0, 12345);
    bench.movedSessions.add(0);
    expect(bench.look(0)).toEqual({ server: -1, outcome: NONE });
    expect(why(bench)).toBe("address-changed");
  });
});

describe("a restart", () => {
  it.each([true, false])("loses the table of the balancer that stands alone (reload: %s)", (isReload) => {
    const bench = table();
    bench.answer(0, 2);
    bench.nowMs = 10;
    bench.mechanism.balancerRestarted(0, isReload);
    expect(bench.look(0).server).toBe(-1);
    expect(why(bench)).toBe("balancer-restart");
  });

  it("is none for a table that lies in shared memory, as long as the machine stays up", () => {
    const bench = table({ sharedMemory: true });
    bench.answer(0, 2);
    bench.mechanism.balancerRestarted(0, true);
    expect(bench.look(0).server).toBe(2);
    bench.nowMs = 10;
    bench.mechanism.balancerRestarted(0, false);
    expect(why(bench)).toBe("balancer-restart");
  });

  it("with peers, and as a reload: the process before teaches the new one, which knows nothing until then", () => {
    const bench = table({ peers: true, resyncMs: 500 });
    bench.answer(0, 2);
    bench.to(10);
    bench.mechanism.balancerRestarted(0, true);
    expect(why(bench)).toBe("balancer-restart");
    bench.to(509);
    expect(bench.look(0).server).toBe(-1);
    bench.to(510);
    expect(bench.look(0).server).toBe(2);
    expect(bench.messages).toBe(1);
  });

  it("with peers, and of one alone: nobody is left to teach it", () => {
    const bench = table({ peers: true });
    bench.answer(0, 2);
    bench.to(10);
    bench.mechanism.balancerRestarted(0, false);
    bench.to(10_000);
    expect(bench.look(0).server).toBe(-1);
  });

  it("with peers, and of one of two: the other teaches it", () => {
    const bench = table({ peers: true, resyncMs: 500 }, 2);
    bench.answer(0, 2, 0);
    bench.to(10);
    bench.mechanism.balancerRestarted(0, false);
    bench.to(510);
    expect(bench.look(0, 0).server).toBe(2);
  });
});

describe("peers", () => {
  const knobs = { peers: true, peerDelayMs: 5, updateBytes: 24 };

  it("tell each other of every binding, after a delay", () => {
    const bench = table(knobs, 3);
    bench.answer(0, 2, 0);
    expect([bench.messages, bench.messageBytes]).toEqual([2, 48]);
    bench.nowMs = 4;
    expect([1, 2].map((balancer) => bench.look(0, balancer).server)).toEqual([-1, -1]);
    expect(why(bench, 0, 1)).toBe("unsynchronised-balancer");
    bench.nowMs = 5;
    expect([1, 2].map((balancer) => bench.look(0, balancer).server)).toEqual([2, 2]);
  });

  it("believe the last writer: of two first requests at once each balancer takes over the other's", () => {
    const bench = table(knobs, 2);
    bench.answer(0, 1, 0);
    bench.nowMs = 1;
    bench.answer(0, 2, 1);
    bench.nowMs = 5;
    expect([0, 1].map((balancer) => bench.look(0, balancer).server)).toEqual([1, 1]);
    bench.nowMs = 6;
    expect([0, 1].map((balancer) => bench.look(0, balancer).server)).toEqual([2, 1]);
    expect(why(bench, 0, 0)).toBe("unsynchronised-balancer");
  });

  it("let a row end everywhere when it ends at home", () => {
    const bench = table({ ...knobs, expireMs: 100 }, 2);
    bench.answer(0, 2, 0);
    bench.nowMs = 99;
    expect(bench.look(0, 1).server).toBe(2);
    const late = table({ ...knobs, expireMs: 100 }, 2);
    late.answer(0, 2, 0);
    late.nowMs = 100;
    expect(late.look(0, 1).server).toBe(-1);
    expect(why(late, 0, 1)).toBe("binding-expired");
  });
});
