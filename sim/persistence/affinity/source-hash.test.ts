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

describe("its ring", () => {
  const addresses = Array.from({ length: 60_000 }, (_, i) => i);
  const knobs = { hashType: "consistent", avalanche: true };
  /** Clients led elsewhere by a change, and those of them that it leads from or to `server`. */
  function movesBy(change: (bench: Bench) => void, server: number, servers: number) {
    const bench = new Bench("source-hash", { weights: new Array<number>(servers).fill(1), knobs });
    if (server === servers - 1) bench.fleets[0]!.setEligible(server, false);
    const before = served(bench, addresses);
    const [share] = [before.filter((found) => found === server).length];
    change(bench);
    const after = served(bench, addresses);
    const moved = before.flatMap((found, i) => (found === after[i] ? [] : [[found, after[i]!] as const]));
    return { moved, share, gained: after.filter((found) => found === server).length };
  }

  it("moves the clients of the server that leaves and nobody else, about one in N", () => {
    const { moved, share } = movesBy((bench) => bench.fleets[0]!.setEligible(4, false), 4, 11);
    expect(moved.length).toBe(share);
    expect(moved.every(([from]) => from === 4)).toBe(true);
    // Sixteen points a server: its share of the ring has a relative spread of 1/√16 about 1/N.
    expect(Math.abs((share / addresses.length) * 10 - 1)).toBeLessThan(4 / Math.sqrt(16));
  });

  it("moves clients to the server that joins and nowhere else, about one in N + 1", () => {
    const { moved, gained } = movesBy((bench) => bench.fleets[0]!.setEligible(10, true), 10, 11);
    expect(moved.length).toBe(gained);
    expect(moved.every(([, to]) => to === 10)).toBe(true);
    expect(Math.abs((gained / addresses.length) * 11 - 1)).toBeLessThan(4 / Math.sqrt(16));
  });
});

describe("source hash in Envoy's tables", () => {
  const addresses = range(6000);
  const weights = Array.from({ length: 5 }, () => 1);

  it.each([
    // On a ring of 1024 points a server has a number of points that is a whole one, and not all arcs are alike: σ < 10 %.
    ["ring", 0.1],
    ["maglev", 0],
  ] as const)("spreads clients evenly and leads them to the same server at every balancer: %s", (hashType, spread) => {
    const bench = new Bench("source-hash", { weights, balancers: 2, knobs: { hashType } });
    const before = served(bench, addresses);
    expect(served(bench, addresses, 1)).toEqual(before);
    for (const server of weights.keys()) {
      const share = before.filter((at) => at === server).length / addresses.length;
      // A fifth of 6000 has a standard error of 0.0052.
      expect(Math.abs(share - 0.2)).toBeLessThan(4 * 0.0052 + 4 * spread * 0.2);
    }
  });

  it.each(["ring", "maglev"])(
    "moves those of a server that leaves, few of the others, and brings all back with it: %s",
    (hashType) => {
      const bench = new Bench("source-hash", { weights, knobs: { hashType } });
      const before = served(bench, addresses);
      bench.fleets[0]!.setEligible(2, false);
      const without = served(bench, addresses);
      expect(without).not.toContain(2);
      const others = before.filter((server) => server !== 2).length;
      const moved = before.filter((server, client) => server !== 2 && without[client] !== server).length;
      // A ring of fixed size gives each of the others a quarter more points; by modulo three quarters of them would move.
      expect(moved / others).toBeGreaterThan(0);
      expect(moved / others).toBeLessThan(0.35);
      bench.fleets[0]!.setEligible(2, true);
      expect(served(bench, addresses)).toEqual(before);
    },
  );
});

describe("its list, with nginx's hash", () => {
  const nginx = { hashType: "listed", prefixBits: 24 };
  const weights = [5, 1, 1, 3, 2];

  it("leads clients as ip_hash of nginx 1.22 did", () => {
    const bench = new Bench("source-hash", { weights, knobs: nginx });
    const recorded = ["60.98.74.81", "10.2.20.58", "192.168.0.122", "23.205.248.247", "167.191.35.83", "192.168.1.106"];
    expect(served(bench, recorded.map(numberOf))).toEqual([4, 0, 3, 1, 4, 4]);
    for (const server of [0, 2]) bench.fleets[0]!.setEligible(server, false);
    const without = ["67.112.11.90", "10.0.121.159", "3.173.151.178", "50.239.174.51", "10.35.38.171"];
    expect(served(bench, without.map(numberOf))).toEqual([3, 4, 1, 1, 4]);
  });

  it("moves nobody but the clients of a server that is marked down; taken off the list, it moves nearly all", () => {
    const addresses = Array.from({ length: 3000 }, (_, network) => network * 65_536);
    const bench = new Bench("source-hash", { weights: [1, 1, 1, 1, 1], knobs: nginx });
    const before = served(bench, addresses);
    bench.fleets[0]!.setEligible(3, false);
    const down = served(bench, addresses);
    expect(down.every((server, i) => server === before[i] || before[i] === 3)).toBe(true);
    bench.unlist(3);
    const gone = served(bench, addresses);
    // Modulo 5 and modulo 4 agree for 4 of 20; those that were with the server that left have no choice.
    const stayed = gone.filter((server, i) => server === before[i]).length / addresses.length;
    expect(Math.abs(stayed - 0.2)).toBeLessThan(0.04);
  });

  it("gives up after twenty misses and leaves the choice to the algorithm", () => {
    const bench = new Bench("source-hash", { weights: [1000, 1], knobs: nginx });
    bench.fleets[0]!.setEligible(0, false);
    expect(served(bench, [numberOf("10.0.0.1")])).toEqual([-1]);
    expect(bench.mechanism.outcome).toBe(NONE);
  });
});

describe("its key", () => {
  it("with the port is one of the connection: requests of one client fall anywhere, and nothing leads them back", () => {
    const bench = new Bench("source-hash", { weights: [1, 1, 1, 1], knobs: { key: "address-and-port" } });
    for (let request = 0; request < 4000; request++) bench.address.set(request, 7);
    const counts = [0, 0, 0, 0];
    for (let request = 0; request < 4000; request++) counts[bench.look(request).server]!++;
    expectFits(counts, [0.25, 0.25, 0.25, 0.25]);
    expect(bench.mechanism.whyElsewhere(0, 0)).toBe("no-affinity");
  });
});
