import { describe, expect, it } from "vitest";
import { expectFits } from "../engine/testing/fit.ts";
import { Bench } from "./testing/bench.ts";

const keys = Array.from({ length: 20_000 }, (_, i) => i);

describe("weighted rendezvous", () => {
  it("shares keys in proportion to weight", () => {
    const bench = new Bench("weighted-rendezvous", [1, 2, 3, 4]);
    const counts = [0, 0, 0, 0];
    for (const key of keys) counts[bench.serve(key)]!++;
    expectFits(counts, [0.1, 0.2, 0.3, 0.4]);
  });

  it("moves keys to a server only, when its weight grows, and from it only, when it shrinks", () => {
    const bench = new Bench("weighted-rendezvous", [1, 2, 3, 4]);
    const before = keys.map((key) => bench.serve(key));
    bench.weigh(1, 5);
    const grown = keys.map((key) => bench.serve(key));
    expect(new Set(grown.filter((server, key) => server !== before[key]))).toEqual(new Set([1]));
    bench.weigh(1, 2);
    expect(keys.map((key) => bench.serve(key))).toEqual(before);
    bench.weigh(1, 0.5);
    expect(new Set(before.filter((server, key) => server !== bench.serve(key)))).toEqual(new Set([1]));
  });

  it("spreads the keys of a server that goes over the rest in proportion to their weight", () => {
    const bench = new Bench("weighted-rendezvous", [1, 2, 3, 4]);
    const before = keys.map((key) => bench.serve(key));
    bench.set(3, false);
    const counts = [0, 0, 0];
    before.forEach((server, key) => {
      const now = bench.serve(key);
      if (server === 3) counts[now]!++;
      else if (now !== server) throw new Error(`key ${key} moved from ${server} to ${now}`);
    });
    expectFits(counts, [1 / 6, 2 / 6, 3 / 6]);
  });
});
