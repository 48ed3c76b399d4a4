import { describe, expect, it } from "vitest";
import { expectFits } from "../../engine/testing/fit.ts";
import { Placed } from "./testing/placed.ts";

/** Four servers of tier 0, then two of each tier after it. */
const tiered = (knobs: Record<string, string | number> = {}) =>
  new Placed({
    helpers: [{ name: "tiers", knobs }],
    weights: new Array<number>(8).fill(1),
    situation: { tier: Int32Array.of(0, 0, 0, 0, 1, 1, 4, 4) },
  });

const used = (chain: Placed): number[] =>
  chain.counts(100).flatMap((count, server) => (count > 0 && server < 8 ? [server] : []));

describe("tiers", () => {
  it("use the next tier only when no server of those before is eligible", () => {
    const chain = tiered();
    expect(used(chain)).toEqual([0, 1, 2, 3]);
    for (const server of [0, 1, 2]) chain.set(server, false);
    expect(used(chain)).toEqual([3]);
    chain.set(3, false);
    expect(used(chain)).toEqual([4, 5]);
    chain.set(4, false);
    chain.set(5, false);
    expect(used(chain)).toEqual([6, 7]);
    chain.set(1, true);
    expect(used(chain)).toEqual([1]);
  });

  it("of the spare ones use the first alone, if so told, as HAProxy does", () => {
    const chain = tiered({ backups: "first" });
    for (const server of [0, 1, 2, 3]) chain.set(server, false);
    expect(used(chain)).toEqual([4]);
    chain.set(4, false);
    expect(used(chain)).toEqual([5]);
  });

  it("spill to the next when all of a tier are full, if so told, as nginx does", () => {
    const full = (spill: string) => {
      const chain = tiered({ spill });
      for (const server of [0, 1, 2, 3]) chain.fleet.setBarred(server, true);
      return chain;
    };
    expect(used(full("full"))).toEqual([4, 5]);
    const chain = full("full");
    chain.fleet.setBarred(2, false);
    // The witness minds no bars; that it is asked at all is what counts.
    expect(used(chain)).toEqual([0, 1, 2, 3]);
    expect(used(full("down"))).toEqual([0, 1, 2, 3]);
  });

  it("by health spill as Envoy's priorities: 1.4 times the eligible share, then the rest", () => {
    const chain = tiered({ spill: "health" });
    chain.set(0, false);
    // 75 % of 4, times 1.4, is more than all of it.
    expect(used(chain)).toEqual([0, 1, 2, 3].slice(1));
    chain.set(1, false);
    // 50 % times 1.4: 70 % stay.
    const counts = chain.counts(20_000);
    const sum = (...servers: number[]) => servers.reduce((total, server) => total + counts[server]!, 0);
    expectFits([sum(2, 3), sum(4, 5)], [0.7, 0.3]);
    expect(sum(6, 7)).toBe(0);
  });

  it("by health share what is left in proportion when all tiers together are not enough", () => {
    // 25 % and 0 and 50 % eligible: healths .35, 0 and .7, together more than 1: .35 first, the rest to the last.
    const chain = tiered({ spill: "health" });
    for (const server of [0, 1, 2, 4, 5, 6]) chain.set(server, false);
    const counts = chain.counts(20_000);
    expectFits([counts[3]!, counts[7]!], [0.35, 0.65]);
    // 25 % and 0 and 0: all to the one that is left.
    chain.set(7, false);
    expect(chain.counts(100)[3]).toBe(100);
    chain.set(3, false);
    expect(chain.counts(10)[8]).toBe(10);
  });
});
