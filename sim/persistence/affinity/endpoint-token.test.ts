import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { GONE, INVALID, NONE, VALID } from "./mechanism.ts";
import { Bench } from "./testing/bench.ts";

const token = (knobs: Knobs = {}) => {
  const bench = new Bench("endpoint-token", { balancers: 2, knobs: { tokenBytes: 10, ...knobs } });
  bench.begin(0);
  return bench;
};

describe("the endpoint token", () => {
  it("leads to the endpoint that answered, through any balancer", () => {
    const bench = token();
    expect(bench.look(0)).toEqual({ server: -1, outcome: NONE });
    bench.answer(0, 2, 0);
    expect(bench.look(0, 1)).toEqual({ server: 2, outcome: VALID });
  });

  it("means nothing any more once the endpoint was replaced, though one of that name is up", () => {
    const bench = token();
    bench.answer(0, 2);
    bench.replace(2);
    expect(bench.look(0)).toEqual({ server: GONE, outcome: INVALID });
    bench.mechanism.answered(0, 0, 2);
    expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
  });

  it("ends with its time to live, used or not, for browser and balancer alike", () => {
    const bench = token({ ttlMs: 1000 });
    bench.answer(0, 2);
    for (const nowMs of [500, 1000]) {
      bench.nowMs = nowMs;
      expect(bench.look(0)).toEqual({ server: 2, outcome: VALID });
      bench.mechanism.answered(0, 0, 2);
    }
    bench.nowMs = 1001;
    expect(bench.look(0)).toEqual({ server: -1, outcome: NONE });
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("cookie-expired");
  });

  it("in a header comes back from clients that refuse cookies; in a cookie it does not", () => {
    for (const bearer of ["header", "cookie"]) {
      const bench = token({ bearer });
      bench.refusesCookies.add(0);
      bench.answer(0, 2);
      expect(bench.look(0).server).toBe(bearer === "header" ? 2 : -1);
    }
  });

  it("travels down when the endpoint changes, and up to the endpoint with every request", () => {
    const bench = token();
    bench.answer(0, 2);
    expect(bench.cookieBytes).toBe(10);
    bench.answer(0, 2);
    expect(bench.cookieBytes).toBe(10 + 20);
    bench.answer(0, 1);
    expect(bench.cookieBytes).toBe(10 + 20 + 20 + 10);
  });

  it("does not keep clients on an endpoint that drains; strict is the rules to refuse them then and when it is down", () => {
    expect(token().mechanism.rules).toMatchObject({ whenDraining: "move", whenDown: "move" });
    const strict = { whenDraining: "refuse", whenDown: "refuse" };
    expect(token(strict).mechanism.rules).toMatchObject(strict);
  });
});
