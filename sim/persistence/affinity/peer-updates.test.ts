import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PeerUpdates } from "./peer-updates.ts";

describe("updates among peers", () => {
  it("arrive once, in order, when their delay is over", () => {
    const updates = new PeerUpdates(5);
    const read: number[][] = [];
    const deliver = (nowMs: number) => {
      updates.deliver(nowMs, (...update) => read.push(update));
      return read.splice(0);
    };
    updates.push(7, 1, 0, 100, 0);
    updates.push(8, 2, 1, 101, 1);
    expect(deliver(4.9)).toEqual([]);
    expect(deliver(5)).toEqual([[7, 1, 0, 100]]);
    expect(deliver(100)).toEqual([[8, 2, 1, 101]]);
    expect(deliver(200)).toEqual([]);
  });

  it("are kept however many wait, wherever the ring begins", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { minLength: 1, maxLength: 12 }), (bursts) => {
        const updates = new PeerUpdates(1);
        let sent = 0;
        let got = 0;
        bursts.forEach((burst, nowMs) => {
          for (let i = 0; i < burst; i++) updates.push(sent++, 0, 0, 0, nowMs);
          updates.deliver(nowMs, (key) => expect(key).toBe(got++));
        });
        updates.deliver(bursts.length, (key) => expect(key).toBe(got++));
        expect(got).toBe(sent);
      }),
    );
  });
});
