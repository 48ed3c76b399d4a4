import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bench, letters } from "./testing/bench.ts";

const weights = fc.array(fc.constantFrom(1, 2, 7), { minLength: 1, maxLength: 10 });

describe("round robin", () => {
  it("takes the servers in turn, from the first, whatever their weight", () => {
    expect(letters(new Bench("round-robin", [1, 5, 1]).sequence(7))).toBe("abcabca");
  });

  it("serves every server once in as many decisions as there are servers, from any point on", () => {
    fc.assert(
      fc.property(weights, fc.nat(20), (weights, before) => {
        const bench = new Bench("round-robin", weights);
        bench.sequence(before);
        expect(bench.sequence(weights.length).sort((a, b) => a - b)).toEqual(weights.map((_, server) => server));
      }),
    );
  });

  it("does not see how busy a server is", () => {
    const bench = new Bench("round-robin", [1, 1, 1]);
    for (let i = 0; i < 9; i++) bench.bind(1);
    expect(letters(bench.sequence(6))).toBe("abcabc");
  });

  it("lets a server leave and join without shifting anybody else's turn", () => {
    const bench = new Bench("round-robin", [1, 1, 1, 1]);
    expect(letters(bench.sequence(2))).toBe("ab");
    bench.set(0, false);
    expect(letters(bench.sequence(3))).toBe("cdb");
    bench.set(0, true);
    expect(letters(bench.sequence(4))).toBe("cdab");
  });

  it("passes a refused request on to the next in turn", () => {
    const bench = new Bench("round-robin", [1, 1, 1]);
    expect(bench.serve()).toBe(0);
    expect(bench.serve(0, 1)).toBe(2);
    expect(bench.serve()).toBe(0);
  });
});

describe("round robin that begins elsewhere", () => {
  it("serves the server at that place first, the second as Caddy does", () => {
    expect(letters(new Bench("round-robin", [1, 1, 1], { knobs: { start: 2 } }).sequence(5))).toBe("bcabc");
    expect(letters(new Bench("round-robin", [1, 1, 1], { knobs: { start: 3 } }).sequence(4))).toBe("cabc");
  });

  it("passes over servers that are barred, and finds nobody when all are", () => {
    const bench = new Bench("round-robin", [1, 1, 1]);
    bench.fleet.setBarred(1, true);
    expect(letters(bench.sequence(4))).toBe("acac");
    bench.fleet.setBarred(0, true);
    bench.fleet.setBarred(2, true);
    expect(bench.algorithm.pick(0, -1)).toBe(-1);
  });
});
