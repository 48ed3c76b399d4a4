import { describe, expect, it } from "vitest";
import { expectFits } from "../engine/testing/fit.ts";
import { Bench } from "./testing/bench.ts";
import { varnishKey } from "./varnish-key.ts";

const keys = Array.from({ length: 4000 }, (_, i) => i);

describe("scaled hash", () => {
  it("scales the key's hash to the weights in use and takes the first cumulative weight above it", () => {
    const weights = [5, 1, 1, 3, 0.5];
    const bench = new Bench("scaled-hash", weights);
    bench.set(1, false);
    for (const key of keys) {
      let left = (varnishKey(`/page/${key}`) / 4_294_967_296) * 9.5;
      const expected = [0, 2, 3, 4].find((server) => {
        left -= weights[server]!;
        return left < 0;
      });
      expect(bench.serve(key)).toBe(expected);
    }
  });

  it("shares keys in proportion to weight", () => {
    const bench = new Bench("scaled-hash", [1, 2, 3, 4]);
    const counts = [0, 0, 0, 0];
    for (const key of keys) counts[bench.serve(key)]!++;
    expectFits(counts, [0.1, 0.2, 0.3, 0.4]);
  });

  it("moves keys of servers that stay, when one goes: with five equal ones three tenths of all", () => {
    const bench = new Bench("scaled-hash", [1, 1, 1, 1, 1]);
    const before = keys.map((key) => bench.serve(key));
    bench.set(4, false);
    const moved = before.filter((server, key) => server !== 4 && bench.serve(key) !== server).length / keys.length;
    // Boundaries go from k/5 to k/4: between them lie 1/20 + 2/20 + 3/20 of the keys. Standard error 0.007.
    expect(Math.abs(moved - 0.3)).toBeLessThan(4 * 0.0073);
  });
});
