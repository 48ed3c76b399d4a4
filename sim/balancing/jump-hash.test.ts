import { describe, expect, it } from "vitest";
import { jump } from "./jump-hash.ts";
import { Bench } from "./testing/bench.ts";

describe("jump consistent hash", () => {
  it.each([
    // Test suites of several implementations; all from the reference code.
    [0, 1, 1, 0],
    [0, 42, 57, 43],
    [0, 0xdead10cc, 666, 361],
    [0, 256, 1024, 520],
    [0, 123_456_789, 100, 34],
    [0xffffffff, 0xffffffff, 1000, 313],
  ])("of the key %d × 2^32 + %d among %d buckets is %d", (high, low, buckets, expected) => {
    expect(jump(high, low, buckets)).toBe(expected);
  });

  it("spreads the keys 0 … 9999 over ten buckets as the reference code does, and moves 903 of them to an eleventh", () => {
    const keys = Array.from({ length: 10_000 }, (_, key) => key);
    expect(keys.slice(0, 10).map((key) => jump(0, key, 10))).toEqual([0, 6, 6, 8, 1, 4, 9, 0, 4, 7]);
    const counts = new Array<number>(10).fill(0);
    for (const key of keys) counts[jump(0, key, 10)]!++;
    expect(counts).toEqual([993, 997, 994, 1000, 1015, 995, 980, 1027, 979, 1020]);
    const moved = keys.filter((key) => jump(0, key, 11) !== jump(0, key, 10));
    expect(moved.length).toBe(903);
    expect(moved.every((key) => jump(0, key, 11) === 10)).toBe(true);
  });

  it("moves the keys of a server that is down, and no others", () => {
    const bench = new Bench("jump-hash", [1, 1, 1, 1]);
    const before = bench.sequence(2000);
    bench.set(1, false);
    const during = bench.sequence(2000);
    before.forEach((server, key) => {
      if (server !== 1) expect(during[key]).toBe(server);
      else expect(during[key]).not.toBe(1);
    });
    bench.set(1, true);
    expect(bench.sequence(2000)).toEqual(before);
  });

  it("numbers listed servers anew when one is taken out of the middle: most keys of later ones move", () => {
    const bench = new Bench("jump-hash", [1, 1, 1, 1]);
    const before = bench.sequence(2000);
    bench.fleet.setListed(1, false);
    bench.algorithm.changed(1);
    const after = bench.sequence(2000);
    const strays = before.filter((server, key) => server !== 1 && after[key] !== server).length;
    expect(strays).toBeGreaterThan(500);
  });
});
