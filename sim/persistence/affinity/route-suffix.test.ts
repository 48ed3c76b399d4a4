import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { INVALID, NONE, VALID } from "./mechanism.ts";
import { Bench } from "./testing/bench.ts";

/** A client whose session was born on server 2 and has id 500. */
function routed(knobs: Knobs = {}): Bench {
  const bench = new Bench("route-suffix", { balancers: 2, knobs: { idBytes: 50, ...knobs } });
  bench.begin(0);
  bench.answeredId.set(0, 500);
  bench.answer(0, 2);
  bench.carriedId.set(0, 500);
  return bench;
}

describe("the route behind the session's id", () => {
  it("leads every balancer to the server that gave out the id, without a table", () => {
    const bench = routed();
    bench.mechanism.balancerRestarted(0, false);
    expect([0, 1].map((balancer) => bench.look(0, balancer))).toEqual([
      { server: 2, outcome: VALID },
      { server: 2, outcome: VALID },
    ]);
    bench.begin(1);
    expect(bench.look(1)).toEqual({ server: -1, outcome: NONE });
  });

  it("stays as the id stays: after a failover every request still asks for the old server, and is led back to it", () => {
    const bench = routed();
    bench.answer(0, 1);
    expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("old-route");
  });

  it("is the new server's where that rewrites it", () => {
    const bench = routed({ rewritesRoute: true });
    bench.answer(0, 1);
    expect(bench.look(0).server).toBe(1);
  });

  it("is the new server's where the session was lost and another begins", () => {
    const bench = routed();
    bench.answeredId.set(0, 501);
    bench.answer(0, 1);
    expect(bench.look(0).server).toBe(1);
  });

  it("matches nobody once its server is off the list", () => {
    const bench = routed();
    bench.unlist(2);
    expect(bench.look(0)).toEqual({ server: -1, outcome: INVALID });
  });

  it("comes in links from those who refuse cookies, unless the application knows cookies only", () => {
    const inLinks = routed();
    inLinks.refusesCookies.add(0);
    expect(inLinks.look(0).server).toBe(2);
    const inCookies = routed({ carrier: "cookie" });
    inCookies.refusesCookies.add(0);
    expect(inCookies.look(0).server).toBe(-1);
    expect(inCookies.mechanism.whyElsewhere(0, 0)).toBe("cookie-refused");
  });

  it("is refused instead of moved where its server is down and nofailover is on", () => {
    expect(routed({ whenDown: "refuse" }).mechanism.rules.whenDown).toBe("refuse");
    expect(routed().mechanism.rules.whenDown).toBe("move");
  });

  it("costs a cookie's bytes up with each request, and down when it is set", () => {
    const bench = routed();
    expect(bench.cookieBytes).toBe(50);
    bench.answer(0, 2);
    expect(bench.cookieBytes).toBe(100);
  });
});
