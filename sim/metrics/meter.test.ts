import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FLOATS, INTENDED_AT_MS, Requests } from "../cluster/requests.ts";
import { ANSWERED, FAILED, Meter, REFUSED, TIMED_OUT } from "./meter.ts";

function metered() {
  const clock = { nowMs: 0 };
  const requests = new Requests();
  const meter = new Meter(clock, requests);
  const enter = () => {
    const slot = requests.take();
    requests.floats[slot * FLOATS + INTENDED_AT_MS] = clock.nowMs;
    meter.enter();
    return slot;
  };
  return { clock, requests, meter, enter };
}

describe("the meter", () => {
  it("finds Little's law in order on every path, whoever came and went", () => {
    const step = fc.record({
      gapMs: fc.double({ min: 0, max: 1e4, noNaN: true }),
      leaves: fc.option(fc.nat()),
      how: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const { clock, meter, enter } = metered();
        const open: { readonly slot: number; readonly sinceMs: number }[] = [];
        const ended = [0, 0, 0, 0];
        for (const { gapMs, leaves, how } of steps) {
          clock.nowMs += gapMs;
          if (leaves === null) {
            open.push({ slot: enter(), sinceMs: clock.nowMs });
          } else if (open.length > 0) {
            meter.leave(how, open.splice(leaves % open.length, 1)[0]!.slot);
            ended[how]!++;
          }
          expect(meter.inFlight).toBe(open.length);
        }
        expect([...meter.ended]).toEqual(ended);
        const check = () =>
          meter.check(
            clock.nowMs,
            open.map(({ sinceMs }) => sinceMs),
          );
        expect(check).not.toThrow();
      }),
    );
  });

  it("says so when requests do not add up", () => {
    const { clock, meter, enter } = metered();
    enter();
    clock.nowMs = 10;
    meter.leave(ANSWERED, enter());
    expect(() => meter.check(10, [])).toThrow("requests do not add up: 2 offered, 1 ended, 0 in flight");
    expect(() => meter.check(10, [0])).not.toThrow();
  });

  it("says so when a request was there longer or shorter than anybody counted", () => {
    const { clock, meter, enter } = metered();
    const slot = enter();
    clock.nowMs = 10;
    expect(() => meter.check(10, [4])).toThrow("Little's law is broken: 10 request-ms in the system, 6 spent there");
    meter.leave(TIMED_OUT, slot);
    expect(() => meter.check(50, [])).not.toThrow();
  });

  it("begins its counts of prices anew when warm-up is over, and keeps those of requests", () => {
    const { meter, enter } = metered();
    meter.leave(REFUSED, enter());
    meter.leave(FAILED, enter());
    Object.assign(meter, {
      redispatches: 3,
      replicationMessages: 4,
      replicationBytes: 5,
      storeOperations: 6,
      cookieBytes: 7,
      revokedReads: 9,
    });
    meter.outcomes[2] = 8;
    meter.startMeasuring();
    expect(meter).toMatchObject({
      offered: 2,
      redispatches: 0,
      replicationMessages: 0,
      replicationBytes: 0,
      storeOperations: 0,
      cookieBytes: 0,
      revokedReads: 0,
    });
    expect([...meter.outcomes]).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect([...meter.ended]).toEqual([0, 1, 1, 0]);
  });
});
