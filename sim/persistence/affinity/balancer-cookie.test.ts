import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { IDLE_EXPIRED, NONE, OLD_EXPIRED, VALID } from "./mechanism.ts";
import { Bench } from "./testing/bench.ts";

/** With exact dates, and a cookie of 10 bytes without attributes. */
const cookie = (knobs: Knobs = {}, balancers = 1) => {
  const bench = new Bench("balancer-cookie", {
    balancers,
    knobs: { dateResolutionMs: 0, cookieBytes: 10, attributesBytes: 0, ...knobs },
  });
  bench.begin(0);
  return bench;
};

describe("the balancer's cookie", () => {
  it("names the server that answered, and every balancer reads it", () => {
    const bench = cookie({}, 2);
    expect(bench.look(0)).toEqual({ server: -1, outcome: NONE });
    bench.answer(0, 2, 0);
    expect(bench.look(0, 0)).toEqual({ server: 2, outcome: VALID });
    expect(bench.look(0, 1)).toEqual({ server: 2, outcome: VALID });
  });

  it("is written anew when another server answers, and still names one that is out", () => {
    const bench = cookie();
    bench.answer(0, 2);
    bench.fleets[0]!.setEligible(2, false);
    expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
    bench.answer(0, 1);
    bench.fleets[0]!.setEligible(2, true);
    expect(bench.look(0)).toEqual({ server: 1, outcome: VALID });
  });

  it("stays with its client: nobody else has it, and the next visit in the slot begins without", () => {
    const bench = cookie();
    bench.begin(1);
    bench.answer(0, 2);
    expect(bench.look(1).server).toBe(-1);
    bench.begin(0);
    expect(bench.look(0)).toEqual({ server: -1, outcome: NONE });
  });

  it("keeps what clients hold while more and more visits begin", () => {
    const bench = new Bench("balancer-cookie", { knobs: { maxIdleMs: 5, maxLifeMs: 9 } });
    for (let session = 0; session < 100; session++) {
      bench.begin(session);
      bench.answer(session, session % 3);
    }
    for (let session = 0; session < 100; session++) expect(bench.look(session).server).toBe(session % 3);
  });

  it("is never returned by a client that refuses cookies, and that is the cause of its losses", () => {
    const bench = cookie();
    bench.refusesCookies.add(0);
    bench.answer(0, 2);
    expect(bench.look(0)).toEqual({ server: -1, outcome: NONE });
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("cookie-refused");
  });
});

describe("its limits", () => {
  it("let it go unused for maxIdle; every answer starts that anew", () => {
    const bench = cookie({ maxIdleMs: 1000 });
    bench.answer(0, 2);
    for (const nowMs of [1000, 2000]) {
      bench.nowMs = nowMs;
      expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
      bench.answer(0, 2);
    }
    bench.nowMs = 3000.5;
    expect(bench.look(0)).toEqual({ server: -1, outcome: IDLE_EXPIRED });
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("binding-expired");
    bench.answer(0, 1);
    expect(bench.look(0)).toEqual({ server: 1, outcome: VALID });
  });

  it("let it live for maxLife, however often it is used", () => {
    const bench = cookie({ maxLifeMs: 1000 });
    bench.answer(0, 2);
    for (const nowMs of [400, 800, 1000]) {
      bench.nowMs = nowMs;
      expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
      bench.answer(0, 2);
    }
    bench.nowMs = 1000.5;
    expect(bench.look(0)).toEqual({ server: -1, outcome: OLD_EXPIRED });
    // Even the same server's answer makes it a new cookie.
    bench.answer(0, 2);
    bench.nowMs = 2000;
    expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
  });

  it("tell old from idle, old first", () => {
    const bench = cookie({ maxIdleMs: 500, maxLifeMs: 1000 });
    bench.answer(0, 2);
    bench.nowMs = 800;
    expect(bench.look(0).outcome).toBe(IDLE_EXPIRED);
    bench.nowMs = 5000;
    expect(bench.look(0).outcome).toBe(OLD_EXPIRED);
  });

  it("count whole seconds from dates in steps of four, rounded up, where they are as coarse as HAProxy's", () => {
    const bench = cookie({ maxIdleMs: 10_000, dateResolutionMs: 4000 });
    // Set at 5.2 s, it says 8 s; 18.9 s is 18 s to the balancer.
    bench.nowMs = 5200;
    bench.answer(0, 2);
    bench.nowMs = 18_900;
    expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
    bench.nowMs = 19_000;
    expect(bench.look(0)).toEqual({ server: -1, outcome: IDLE_EXPIRED });
  });

  it("let the first date stand when another server takes over, and begin it anew only with a new cookie", () => {
    const bench = cookie({ maxLifeMs: 1000 });
    bench.answer(0, 2);
    bench.nowMs = 900;
    bench.answer(0, 1);
    bench.nowMs = 1001;
    expect(bench.look(0)).toEqual({ server: -1, outcome: OLD_EXPIRED });
  });

  it("begin both anew with the cookie that replaces an idle one, though it names the same server", () => {
    const bench = cookie({ maxIdleMs: 500, maxLifeMs: 1000 });
    bench.answer(0, 2);
    bench.nowMs = 900;
    bench.answer(0, 2);
    bench.nowMs = 1200;
    expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
  });

  it("are asked when the request comes, so that a cookie does not grow old while its request is served", () => {
    const bench = cookie({ maxLifeMs: 1000 });
    bench.answer(0, 2);
    bench.nowMs = 999;
    expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
    bench.nowMs = 1001;
    bench.mechanism.answered(0, 0, 2);
    // It was good, so it was not replaced, and now it is too old.
    expect(bench.look(0)).toEqual({ server: -1, outcome: OLD_EXPIRED });
  });
});

describe("its bytes", () => {
  it("travel down when it is set and up with every request after", () => {
    const bench = cookie();
    bench.look(0);
    expect(bench.cookieBytes).toBe(0);
    bench.mechanism.answered(0, 0, 2);
    expect(bench.cookieBytes).toBe(10);
    bench.look(0);
    expect(bench.cookieBytes).toBe(20);
    bench.mechanism.answered(0, 0, 2);
    expect(bench.cookieBytes).toBe(20);
  });

  it("travel down with every answer where an idle limit wants the date", () => {
    const bench = cookie({ maxIdleMs: 10_000, dateResolutionMs: 4000 });
    bench.nowMs = 1000;
    bench.answer(0, 2);
    expect(bench.cookieBytes).toBe(16);
    // The date in it, 4 s, is not past yet.
    bench.nowMs = 4000;
    bench.answer(0, 2);
    expect(bench.cookieBytes).toBe(16 + 16);
    bench.nowMs = 5000;
    bench.answer(0, 2);
    expect(bench.cookieBytes).toBe(16 + 16 + 16 + 16);
  });

  it("are 6 more for a date, 12 for two, and the attributes' on the way down", () => {
    for (const [knobs, bytes] of [
      [{}, 10],
      [{ maxIdleMs: 1 }, 16],
      [{ maxLifeMs: 1 }, 22],
      [{ maxIdleMs: 1, maxLifeMs: 1 }, 22],
    ] as const) {
      const bench = cookie({ ...knobs, attributesBytes: 8 });
      bench.answer(0, 2);
      expect(bench.cookieBytes).toBe(bytes + 8);
      bench.look(0);
      expect(bench.cookieBytes).toBe(bytes + 8 + bytes);
    }
  });

  it("travel to the server as well where the cookie is not taken out", () => {
    const bench = cookie({ indirect: false });
    bench.answer(0, 2);
    bench.look(0);
    expect(bench.cookieBytes).toBe(10 + 2 * 10);
  });

  it("travel down in vain with every answer to a client that refuses cookies", () => {
    const bench = cookie();
    bench.refusesCookies.add(0);
    bench.answer(0, 2);
    bench.answer(0, 2);
    expect(bench.cookieBytes).toBe(20);
  });
});
