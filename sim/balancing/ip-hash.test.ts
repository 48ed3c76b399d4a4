import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bench } from "./testing/bench.ts";

const numberOf = (address: string) => address.split(".").reduce((number, byte) => number * 256 + Number(byte), 0);

/** A bench whose requests carry the given addresses in turn. */
const withAddresses = (weights: readonly number[], addresses: readonly string[]) =>
  new Bench("ip-hash", weights, { addressOf: (request) => numberOf(addresses[request]!) });

describe("ip hash", () => {
  it("decides as nginx 1.22 did for these addresses and weights", () => {
    const recorded: readonly (readonly [address: string, server: number])[] = [
      ["60.98.74.81", 4],
      ["10.2.20.58", 0],
      ["192.168.0.122", 3],
      ["23.205.248.247", 1],
      ["167.191.35.83", 4],
      ["192.168.1.106", 4],
      ["67.112.11.52", 0],
      ["32.85.97.33", 0],
      ["192.168.3.95", 0],
    ];
    const bench = withAddresses(
      [5, 1, 1, 3, 2],
      recorded.map(([address]) => address),
    );
    expect(recorded.map((_, request) => bench.serve(request))).toEqual(recorded.map(([, server]) => server));
  });

  it("hashes on past servers that are down, as nginx did", () => {
    const addresses = ["67.112.11.90", "10.0.121.159", "3.173.151.178", "50.239.174.51", "10.35.38.171"];
    const bench = withAddresses([5, 1, 1, 3, 2], addresses);
    bench.set(0, false);
    bench.set(2, false);
    expect(addresses.map((_, request) => bench.serve(request))).toEqual([3, 4, 1, 1, 4]);
  });

  it("looks at the first three octets only", () => {
    const bench = new Bench("ip-hash", [1, 2, 3, 4]);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffff }), fc.nat(255), fc.nat(255), (network, one, other) => {
        expect(bench.serve(network * 256 + one)).toBe(bench.serve(network * 256 + other));
      }),
    );
  });

  it("moves nobody but the clients of the server that goes down, and brings them back with it", () => {
    const bench = new Bench("ip-hash", [1, 1, 1, 1, 1]);
    const networks = Array.from({ length: 2000 }, (_, network) => network * 65_536 + 1);
    const before = networks.map((address) => bench.serve(address));
    bench.set(3, false);
    const during = networks.map((address) => bench.serve(address));
    during.forEach((server, i) => {
      if (before[i] !== 3) expect(server).toBe(before[i]);
    });
    bench.set(3, true);
    expect(networks.map((address) => bench.serve(address))).toEqual(before);
  });

  it("falls back to taking turns after 21 misses, the server to be avoided left out", () => {
    // Of a hundred servers only two are up: most networks miss both 21 times.
    const bench = new Bench("ip-hash", new Array<number>(100).fill(1));
    for (let server = 2; server < 100; server++) bench.set(server, false);
    const networks = Array.from({ length: 400 }, (_, network) => network * 256);
    const served = networks.map((address) => bench.serve(address));
    const first = served.filter((server) => server === 0).length;
    // By turns they come out nearly even; the few that hit decide the rest.
    expect(Math.abs(first - 200)).toBeLessThan(60);
    expect(networks.map((address) => bench.serve(address, 0))).toEqual(networks.map(() => 1));
  });

  it("tells fractional weights apart", () => {
    const bench = new Bench("ip-hash", [0.5, 1.5]);
    const served = Array.from({ length: 4000 }, (_, network) => bench.serve(network * 256));
    const share = served.filter((server) => server === 0).length / 4000;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.3);
  });

  it("takes all sixteen octets of an IPv6 address", () => {
    // By hand for ::1: h = 89, fifteen times h = h × 113 mod 6271, then once h = h × 113 + 1 mod 6271.
    let hash = 89;
    for (let octet = 0; octet < 16; octet++) hash = (hash * 113 + (octet === 15 ? 1 : 0)) % 6271;
    const address = new Uint8Array(16);
    address[15] = 1;
    const bench = new Bench("ip-hash", [1, 1, 1, 1, 1], { addressBytesOf: () => address });
    expect(bench.serve()).toBe(hash % 5);
  });

  it("counts servers that have yet to join for nothing", () => {
    const bench = new Bench("ip-hash", [1, 1, 1]);
    bench.fleet.setListed(2, false);
    const two = new Bench("ip-hash", [1, 1]);
    const networks = Array.from({ length: 200 }, (_, network) => network * 256);
    expect(networks.map((address) => bench.serve(address))).toEqual(networks.map((address) => two.serve(address)));
  });

  it("hashes on from where it was when a server refuses the request", () => {
    const bench = new Bench("ip-hash", [1, 1, 1, 1, 1]);
    const alone = new Bench("ip-hash", [1, 1, 1, 1, 1]);
    for (let network = 0; network < 100; network++) {
      const refused = bench.serve(network * 256);
      alone.set(refused, false);
      expect(bench.serve(network * 256, refused)).toBe(alone.serve(network * 256));
      alone.set(refused, true);
    }
  });
});
