/** Through the backend that it belongs to. */
import { describe, expect, it } from "vitest";
import type { Knobs } from "../../catalogue.ts";
import { Bench, told } from "./testing/bench.ts";

/** Three servers, and a thousand sessions of 1 KiB, written on server 0 while server 2 is down. */
function started(knobs: Knobs = {}) {
  const bench = new Bench("replicated", 3, { delayMs: 2, perKibMs: 0, sendPerKibMs: 1, contents: "whole", ...knobs });
  for (let session = 0; session < 1000; session++) bench.begin(session);
  bench.crash(2);
  for (let session = 0; session < 1000; session++) bench.write(session, 0, 1);
  bench.settle();
  bench.start(2);
  return bench;
}

describe("a server that starts", () => {
  it("has the others' state when all of it has been sent, and keeps traffic waiting until then", () => {
    const bench = started();
    const startMs = bench.nowMs;
    expect(bench.backend.joinMs(2)).toBe(1000 + 2);
    bench.to(startMs + 1001);
    expect(told(bench.read(7, 2))).toBe("missing: state-transfer");
    bench.to(startMs + 1002);
    bench.crash(0, 1);
    expect([told(bench.read(7, 2)), told(bench.read(999, 2))]).toEqual([1, 1]);
  });

  it("is given it in blocks with pauses between, if told so", () => {
    const bench = started({ transferBlockSessions: 300, transferBlockPauseMs: 2000 });
    expect(bench.backend.joinMs(2)).toBe(1000 + 3 * 2000 + 2);
  });

  it("waits no longer than its timeout, and then serves without", () => {
    const bench = started({ stateTransferTimeoutMs: 400 });
    expect(bench.backend.joinMs(2)).toBe(400);
    bench.to(bench.nowMs + 400);
    expect(told(bench.read(7, 2))).toBe("missing: state-transfer");
  });

  it("gets what is written meanwhile, but cannot apply a change to a session that it has not been given", () => {
    for (const [contents, found] of [
      ["whole", 2],
      ["delta", "missing: state-transfer"],
    ] as const) {
      const bench = started({ contents, sendPerKibMs: 1 });
      bench.write(7, 1, 2);
      bench.to(bench.nowMs + 10);
      expect(told(bench.read(7, 2)), contents).toBe(found);
      bench.settle();
    }
  });

  it("goes without when the member that it asked dies, for it asks nobody else", () => {
    const bench = started();
    bench.to(bench.nowMs + 500);
    bench.crash(0);
    bench.settle();
    expect([told(bench.read(7, 1)), told(bench.read(7, 2))]).toEqual([1, "missing: state-transfer"]);
  });

  it("has nothing to wait for when nobody else is there", () => {
    const bench = started();
    bench.crash(0, 1, 2);
    bench.start(1);
    expect(bench.backend.joinMs(1)).toBe(0);
  });
});
