import { describe, expect, it } from "vitest";
import { expectEven, expectFits } from "../engine/testing/fit.ts";
import { Bench } from "./testing/bench.ts";

function counts(bench: Bench, decisions: number): number[] {
  const counts = new Array<number>(bench.fleet.count).fill(0);
  for (const server of bench.sequence(decisions)) counts[server]!++;
  return counts;
}

describe("random", () => {
  it("gives every server the same chance, whatever its weight", () => {
    expectEven(counts(new Bench("random", [1, 9, 1, 5, 1, 1, 1, 1]), 40_000));
  });

  it("gives each a chance in proportion to its weight when told to", () => {
    const bench = new Bench("random", [1, 2, 3, 4, 0.5, 9.5], { knobs: { weighted: true } });
    expectFits(
      counts(bench, 40_000),
      [1, 2, 3, 4, 0.5, 9.5].map((weight) => weight / 20),
    );
  });

  it("shares out what a server that is out would have had", () => {
    const bench = new Bench("random", [1, 2, 3, 4], { knobs: { weighted: true } });
    bench.set(1, false);
    const [a, b, c, d] = counts(bench, 20_000);
    expect(b).toBe(0);
    expectFits([a!, c!, d!], [1 / 8, 3 / 8, 4 / 8]);
  });

  it("chooses evenly among the others when one is to be avoided", () => {
    const bench = new Bench("random", [1, 1, 1, 1]);
    const seen = [0, 0, 0, 0];
    for (let i = 0; i < 12_000; i++) seen[bench.serve(i, 2)]!++;
    expect(seen[2]).toBe(0);
    expectEven([seen[0]!, seen[1]!, seen[3]!]);
  });

  it("has no memory: what was chosen says nothing of what comes next", () => {
    const sequence = new Bench("random", [1, 1, 1, 1]).sequence(32_001);
    const pairs = new Array<number>(16).fill(0);
    for (let i = 0; i < 32_000; i++) pairs[4 * sequence[i]! + sequence[i + 1]!]!++;
    expectEven(pairs);
  });

  it("differs from seed to seed", () => {
    const of = (seed: number) => new Bench("random", [1, 1, 1, 1], { seed }).sequence(50);
    expect(of(1)).not.toEqual(of(2));
  });

  it("takes the least loaded of several draws, for its weight", () => {
    const bench = new Bench("random", [1, 1, 1, 1], { knobs: { draws: 64 } });
    for (const [server, load] of [5, 2, 7, 9].entries()) for (let i = 0; i < load; i++) bench.bind(server);
    // 64 draws miss a server once in 10^8 decisions.
    expect([bench.serve(), bench.serve()]).toEqual([1, 1]);
    bench.weigh(3, 10);
    expect(bench.serve()).toBe(3);
    expect(bench.algorithm.signalOf(3, 0)).toBe(0.9);
  });

  it("draws from HAProxy's ring near a server's share, not exactly at it", () => {
    const weights = [10, 20, 30];
    const bench = new Bench("random", weights, { knobs: { ring: true } });
    const drawn = counts(bench, 20_000);
    drawn.forEach((count, server) => {
      // n points at random hold a share whose standard deviation is near share / sqrt(n); half of it, as the nearer end counts.
      const share = weights[server]! / 60;
      expect(Math.abs(count / 20_000 - share)).toBeLessThan(4 * (share / Math.sqrt(16 * weights[server]!)));
    });
    bench.set(1, false);
    expect(counts(bench, 1000)[1]).toBe(0);
  });

  it("finds the one server with room, and says when there is none", () => {
    for (const knobs of [{}, { weighted: true }, { ring: true }]) {
      const bench = new Bench("random", new Array<number>(40).fill(1), { knobs });
      for (let server = 1; server < 40; server++) bench.fleet.setBarred(server, true);
      expect([bench.serve(), bench.serve(), bench.serve(0, 0)]).toEqual([0, 0, 0]);
      bench.fleet.setBarred(0, true);
      expect(bench.algorithm.pick(0, -1)).toBe(-1);
    }
  });
});
