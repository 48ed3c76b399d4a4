/** Through the backend that it belongs to. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bench, told } from "./testing/bench.ts";

describe("the last use that other servers know of", () => {
  const rules = { idleTimeoutMs: 1000 };
  const idle = (backupIdleLimits: number) => {
    const bench = new Bench("replicated", 2, { delayMs: 2, perKibMs: 0, sendPerKibMs: 0, backupIdleLimits }, { rules });
    bench.begin(0);
    return bench;
  };

  it("is told with every change, and else once in an idle limit", () => {
    const bench = idle(2);
    bench.write(0, 0, 1);
    const messages = [];
    for (let atMs = 400; atMs <= 2400; atMs += 400) {
      bench.to(atMs);
      bench.write(0, 0, 1, false);
      messages.push(bench.replicationMessages);
    }
    expect(messages).toEqual([1, 1, 2, 2, 2, 3]);
  });

  it("is told when another server serves the session", () => {
    const bench = idle(2);
    bench.write(0, 0, 1);
    bench.settle();
    bench.write(0, 1, 1, false);
    expect(bench.replicationMessages).toBe(2);
  });

  it("may be one limit and a pause old, so that two limits expire nobody who is there, and one does", () => {
    const pauses = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 12 });
    const afterCrash = (limits: number, given: readonly number[]) => {
      const bench = idle(limits);
      bench.write(0, 0, 1);
      bench.to(10);
      for (const pauseMs of given.slice(0, -1)) {
        bench.to(bench.nowMs + pauseMs);
        bench.write(0, 0, 1, false);
      }
      bench.crash(0);
      bench.to(bench.nowMs + given[given.length - 1]!);
      return told(bench.read(0, 1));
    };
    fc.assert(fc.property(pauses, (given) => afterCrash(2, given) === 1));
    expect(afterCrash(1, [900, 900])).toBe("missing: expired-early");
  });
});
