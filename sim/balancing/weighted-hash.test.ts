import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bench } from "./testing/bench.ts";

describe("weighted hash", () => {
  it("falls where nginx's does", () => {
    // By hand from the checksums: 3904355907 is "a"; 3904355907 >> 16 is 59575, its lower 15 bits 26807, modulo 7 that is 4.
    const bench = new Bench("weighted-hash", [3, 1, 1, 2], { uriOf: () => "a" });
    expect(bench.serve()).toBe(2);
  });

  it("hashes the number of the round and the key, and adds, where the server is out of use", () => {
    // The checksum of "1a" is 3174122627, its 15 bits are 15665; 26807 + 15665 = 42472, modulo 7 that is 3: the second.
    const bench = new Bench("weighted-hash", [3, 1, 1, 2], { uriOf: () => "a" });
    bench.set(2, false);
    expect(bench.serve()).toBe(1);
  });

  it("goes on from there when the first server refuses the request", () => {
    const bench = new Bench("weighted-hash", [3, 1, 1, 2], { uriOf: () => "a" });
    expect(bench.serve(7)).toBe(2);
    expect(bench.serve(7, 2)).toBe(1);
  });

  it("moves nobody but the keys of a server that goes down", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 8 }),
        fc.nat(),
        (weights, who) => {
          const bench = new Bench("weighted-hash", weights);
          const gone = who % weights.length;
          const before = Array.from({ length: 500 }, (_, key) => bench.serve(key));
          bench.set(gone, false);
          before.forEach((server, key) => {
            const now = bench.serve(key);
            if (server === gone) expect(now).not.toBe(gone);
            else expect(now).toBe(server);
          });
        },
      ),
    );
  });

  it("takes weighted turns for requests without a key, and after 21 misses", () => {
    const without = new Bench("weighted-hash", [2, 1], {
      knobs: { key: "header", keyName: "x" },
      headerOf: () => null,
    });
    expect(without.sequence(6)).toEqual([0, 1, 0, 0, 1, 0]);
    // Of a fleet of 600,000 the two that are up are missed 21 times in a row.
    const many = new Bench("weighted-hash", [...new Array<number>(20).fill(30_000), 2, 1]);
    for (let server = 0; server < 20; server++) many.set(server, false);
    expect(many.sequence(6)).toEqual([20, 21, 20, 20, 21, 20]);
  });
});
