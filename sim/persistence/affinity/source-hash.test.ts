import { describe, expect, it } from "vitest";
import { expectFits } from "../../engine/testing/fit.ts";
import { NONE, VALID } from "./mechanism.ts";
import { Bench } from "./testing/bench.ts";

const numberOf = (address: string) => address.split(".").reduce((number, byte) => number * 256 + Number(byte), 0);

/** Where the clients with the given addresses are led. */
function served(bench: Bench, addresses: readonly number[], balancer = 0): number[] {
  return addresses.map((address) => {
    bench.address.set(0, address);
    return bench.look(0, balancer).server;
  });
}

const range = (count: number) => Array.from({ length: count }, (_, address) => address);

describe("source hash", () => {
  it("leads clients as HAProxy 2.6 did with map-based hashing and weights 5, 1, 1, 3 and 2", () => {
    const recorded: readonly (readonly [address: string, server: number])[] = [
      ["176.242.112.109", 0],
      ["10.2.44.209", 1],
      ["133.47.80.217", 0],
      ["141.97.35.144", 0],
      ["83.94.233.22", 2],
      ["10.1.19.228", 0],
      ["83.94.233.55", 3],
      ["10.2.76.47", 3],
      ["83.94.233.65", 1],
    ];
    const bench = new Bench("source-hash", { weights: [5, 1, 1, 3, 2] });
    const addresses = recorded.map(([address]) => numberOf(address));
    expect(served(bench, addresses)).toEqual(recorded.map(([, server]) => server));
    bench.fleets[0]!.setEligible(1, false);
    const withoutSecond = ["37.157.26.140", "83.94.233.77", "128.141.245.70", "83.94.233.85", "192.168.0.241"];
    expect(served(bench, withoutSecond.map(numberOf))).toEqual([2, 0, 0, 4, 3]);
  });

  it("leads clients as HAProxy did with the avalanche", () => {
    const addresses = [
      "89.207.43.167",
      "10.1.80.202",
      "100.254.23.162",
      "180.183.204.14",
      "10.1.252.20",
      "110.30.254.195",
    ];
    const bench = new Bench("source-hash", { weights: [5, 1, 1, 3, 2], knobs: { avalanche: true } });
    expect(served(bench, addresses.map(numberOf))).toEqual([0, 3, 3, 0, 1, 4]);
  });

  it.each([
    [10, 11, 10 / 11],
    [10, 12, 5 / 6],
    [8, 16, 1 / 2],
    [10, 9, 9 / 10],
  ])("from %i servers to %i moves a share of %d of all addresses", (before, after, share) => {
    const most = Math.max(before, after);
    const bench = new Bench("source-hash", { weights: new Array<number>(most).fill(1) });
    const fleetOf = (servers: number) => {
      for (let server = 0; server < most; server++) bench.fleets[0]!.setEligible(server, server < servers);
    };
    // A whole number of periods of both, so that the shares are exact: 1 - min(n, m) / lcm(n, m).
    const addresses = range(before * after * 10);
    fleetOf(before);
    const first = served(bench, addresses);
    fleetOf(after);
    const second = served(bench, addresses);
    const moved = first.filter((server, address) => server !== second[address]).length;
    expect(moved / addresses.length).toBeCloseTo(share, 12);
  });

  it("brings everybody back when the server does", () => {
    const bench = new Bench("source-hash", { weights: [1, 1, 1, 1, 1] });
    const before = served(bench, range(500));
    bench.fleets[0]!.setEligible(2, false);
    expect(served(bench, range(500))).not.toContain(2);
    bench.fleets[0]!.setEligible(2, true);
    expect(served(bench, range(500))).toEqual(before);
  });

  it("spreads addresses in proportion to weight, with the avalanche also where they follow one another", () => {
    const bench = new Bench("source-hash", { weights: [4, 3, 2, 1], knobs: { avalanche: true } });
    const counts = [0, 0, 0, 0];
    for (const server of served(bench, range(20_000))) counts[server]!++;
    expectFits(counts, [0.4, 0.3, 0.2, 0.1]);
  });

  it("is the same at every balancer that sees the same servers, and only there", () => {
    const bench = new Bench("source-hash", { balancers: 2, weights: [1, 1, 1, 1] });
    expect(served(bench, range(100), 1)).toEqual(served(bench, range(100), 0));
    bench.fleets[1]!.setEligible(0, false);
    expect(served(bench, range(100), 1)).not.toEqual(served(bench, range(100), 0));
  });

  it("remembers nothing: who answered makes no difference", () => {
    const bench = new Bench("source-hash");
    bench.address.set(0, 4);
    bench.answer(0, 2);
    expect(bench.look(0)).toEqual({ server: 1, outcome: VALID });
  });

  it("leads nowhere when no server is eligible, and says so", () => {
    const bench = new Bench("source-hash", { weights: [1] });
    bench.fleets[0]!.setEligible(0, false);
    expect(bench.look(0)).toEqual({ server: -1, outcome: NONE });
    bench.fleets[0]!.setEligible(0, true);
    expect(bench.look(0)).toEqual({ server: 0, outcome: VALID });
  });

  it("blames the client's new address, or else the change of the fleet", () => {
    const bench = new Bench("source-hash");
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("rehash");
    bench.movedSessions.add(0);
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("address-changed");
  });
});
