import { describe, expect, it } from "vitest";
import { expectShare } from "../../engine/testing/fit.ts";
import { Bench } from "./testing/bench.ts";

describe("ids in every link", () => {
  it("lead those who refuse cookies", () => {
    const bench = new Bench("url-rewriting", { knobs: { missedFraction: 0 } });
    bench.begin(0);
    bench.refusesCookies.add(0);
    bench.answer(0, 2);
    expect(bench.look(0).server).toBe(2);
    bench.answer(0, 1);
    expect(bench.look(0).server).toBe(1);
  });

  it("are missed by the share of requests that came by a link without, whoever sends them", () => {
    const bench = new Bench("url-rewriting", { knobs: { missedFraction: 0.3 } });
    const sessions = 10_000;
    for (let session = 0; session < sessions; session++) {
      bench.begin(session);
      bench.answer(session, 2);
    }
    let missed = 0;
    for (let session = 0; session < sessions; session++) {
      bench.requestNumber.set(session, 1);
      if (bench.look(session).server >= 0) continue;
      missed++;
      expect(bench.mechanism.whyElsewhere(session, 0)).toBe("link-missed");
      // The retry of a request goes by the same link.
      expect(bench.look(session).server).toBe(-1);
    }
    expectShare(missed, sessions, 0.3);
  });

  it("make every page longer by the links on it times the id's length", () => {
    const bench = new Bench("url-rewriting", { knobs: { missedFraction: 0, linksPerPage: 30, idBytes: 50 } });
    bench.begin(0);
    bench.answer(0, 2);
    bench.answer(0, 2);
    expect(bench.cookieBytes).toBe(2 * 30 * 50 + 50);
  });
});
