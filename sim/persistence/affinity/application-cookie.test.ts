import { describe, expect, it } from "vitest";
import { IDLE_EXPIRED, NONE, VALID } from "./mechanism.ts";
import { Bench } from "./testing/bench.ts";

function cookie(): Bench {
  const bench = new Bench("application-cookie", { balancers: 2, knobs: { durationMs: 60_000, cookieBytes: 200 } });
  bench.begin(0);
  return bench;
}

describe("the cookie beside the application's", () => {
  it("names the server at every balancer, once the client has both", () => {
    const bench = cookie();
    expect(bench.look(0)).toEqual({ server: -1, outcome: NONE });
    bench.answer(0, 2);
    expect(bench.look(0)).toEqual({ server: -1, outcome: NONE });
    bench.carriedId.set(0, 500);
    expect([0, 1].map((balancer) => bench.look(0, balancer))).toEqual([
      { server: 2, outcome: VALID },
      { server: 2, outcome: VALID },
    ]);
    bench.mechanism.balancerRestarted(0, false);
    expect(bench.look(0).server).toBe(2);
  });

  it("lives on with every request, and is enforced by the balancer", () => {
    const bench = cookie();
    bench.carriedId.set(0, 500);
    for (const nowMs of [0, 60_000, 120_000]) {
      bench.nowMs = nowMs;
      bench.answer(0, 2);
    }
    bench.nowMs = 180_000.5;
    expect(bench.look(0)).toEqual({ server: -1, outcome: IDLE_EXPIRED });
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("binding-expired");
  });

  it("stays with the server that took over", () => {
    const bench = cookie();
    bench.carriedId.set(0, 500);
    bench.answer(0, 2);
    bench.answer(0, 1);
    expect(bench.look(0).server).toBe(1);
    expect(bench.mechanism.rules.whenDraining).toBe("move");
  });

  it("of a Classic Load Balancer is set with the application's, and by who takes over, and has no end of its own", () => {
    const knobs = { durationMs: null, slides: false, cookieBytes: 100 };
    const bench = new Bench("application-cookie", { knobs });
    bench.begin(0);
    bench.answer(0, 2);
    bench.carriedId.set(0, 500);
    bench.answer(0, 2);
    const soFar = bench.cookieBytes;
    bench.answer(0, 2);
    // Up with the request, and not down with the answer.
    expect(bench.cookieBytes).toBe(soFar + 100);
    bench.nowMs = 1e9;
    expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
    bench.answer(0, 1);
    // Up with the look and with the request, and down with the answer of another server.
    expect(bench.cookieBytes).toBe(soFar + 4 * 100);
    expect(bench.look(0).server).toBe(1);
  });

  it("travels with every answer and every request after, in vain where it is refused", () => {
    const bench = cookie();
    bench.carriedId.set(0, 500);
    bench.answer(0, 2);
    expect(bench.cookieBytes).toBe(200);
    bench.answer(0, 2);
    expect(bench.cookieBytes).toBe(600);
    bench.begin(1);
    bench.refusesCookies.add(1);
    bench.answer(1, 2);
    expect(bench.look(1).server).toBe(-1);
    expect(bench.mechanism.whyElsewhere(1, 0)).toBe("cookie-refused");
  });
});
