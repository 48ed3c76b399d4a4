import { describe, expect, it } from "vitest";
import { expectFits } from "../../engine/testing/fit.ts";
import { Placed } from "./testing/placed.ts";

/** Servers and balancers by zone: `aab` is two in zone a and one in b. */
const zoned = (servers: string, balancers: string, balancer: number, knobs: Record<string, string | number> = {}) =>
  new Placed({
    helpers: [{ name: "zone-aware", knobs }],
    weights: [...servers].map(() => 1),
    situation: { balancer, balancers: balancers.length, zone: [...servers], zoneOfBalancer: [...balancers] },
  });

/** Requests by zone. */
function byZone(chain: Placed, servers: string, zones: string, decisions = 30_000): number[] {
  const counts = chain.counts(decisions);
  return [...zones].map((zone) => [...servers].reduce((sum, of, i) => sum + (of === zone ? counts[i]! : 0), 0));
}

describe("zone-aware placement", () => {
  it("stays at home where the zone has its share of the servers", () => {
    expect(byZone(zoned("aaabbbccc", "abc", 1), "aaabbbccc", "abc", 300)).toEqual([0, 300, 0]);
    // More than its share: still at home, and all of it.
    expect(byZone(zoned("aaaaabbb", "ab", 0), "aaaaabbb", "ab", 300)).toEqual([300, 0]);
  });

  it("sends what is too much for it where there is more than enough", () => {
    // b has half of the balancers and a quarter of the servers: half stays, half goes to where the others are.
    expectFits(byZone(zoned("aaaaaabb", "ab", 1), "aaaaaabb", "ab"), [0.5, 0.5]);
    // a of a third with 2 of 12; b and c have over 1/12 each at 5 of 12.
    const found = byZone(zoned("aabbbbbccccc", "abc", 0), "aabbbbbccccc", "abc");
    expectFits(found, [0.5, 0.25, 0.25]);
  });

  it("makes every server's load the same, however zones and balancers are spread", () => {
    for (const [servers, balancers] of [
      ["aaaaaabb", "abab"],
      ["abbbcccc", "aabbc"],
      ["aabbbbbcccccc", "abccc"],
    ] as const) {
      const loads = new Array<number>(servers.length).fill(0);
      [...balancers].forEach((_, balancer) => {
        const counts = zoned(servers, balancers, balancer).counts(20_000);
        for (const server of loads.keys()) loads[server]! += counts[server]!;
      });
      const mean = (20_000 * balancers.length) / servers.length;
      // Counts of tens of thousands: 3 % are more than five standard deviations.
      for (const load of loads) expect(Math.abs(load / mean - 1)).toBeLessThan(0.03);
    }
  });

  it("minds no zones in a small fleet, without a zone of one's own, or with nobody at home", () => {
    const all = (chain: Placed) => chain.counts(600).slice(0, -1);
    expect(all(zoned("abc", "abc", 0))).toEqual([200, 200, 200]);
    expect(all(zoned("aaabbb", "ad", 1))).toEqual(new Array(6).fill(100));
    const lonely = zoned("abbbbbbb", "ab", 0);
    lonely.set(0, false);
    expect(byZone(lonely, "abbbbbbb", "ab", 70)).toEqual([0, 70]);
  });

  it("follows servers that go down, and minds zones for a share of the requests if so told", () => {
    const chain = zoned("aaaabbbb", "ab", 0);
    chain.set(0, false);
    chain.set(1, false);
    // 2 of 6 servers for half of the balancers: two thirds stay.
    expectFits(byZone(chain, "aaaabbbb", "ab"), [2 / 3, 1 / 3]);
    const half = zoned("aaaabbbb", "ab", 0, { enabledFraction: 0.5 });
    expectFits(byZone(half, "aaaabbbb", "ab"), [0.75, 0.25]);
  });
});
