import { describe, expect, it } from "vitest";
import { sdbm } from "../engine/hash.ts";
import { expectEven, expectFits, expectShare } from "../engine/testing/fit.ts";
import { Bench } from "./testing/bench.ts";

const URLS = Array.from({ length: 20_000 }, (_, i) => i + 1);
const served = (bench: Bench) => URLS.map((url) => bench.serve(url));
const counts = (servers: readonly number[], count: number) =>
  Array.from({ length: count }, (_, server) => servers.filter((found) => found === server).length);

describe("modulo hash", () => {
  it("leads every request for a URL to one server, whoever asks and however busy it is", () => {
    const bench = new Bench("url-hash", [1, 1, 1], { addressOf: (request) => request * 77 });
    const before = served(bench);
    for (let i = 0; i < 50; i++) bench.bind(0);
    expect(served(bench)).toEqual(before);
    expect(before[41]).toBe(sdbm("/page/42") % 3);
  });

  it("spreads URLs evenly, or in proportion to weight", () => {
    expectEven(counts(served(new Bench("url-hash", [1, 1, 1, 1, 1, 1, 1])), 7));
    expectFits(counts(served(new Bench("url-hash", [4, 3, 2, 1])), 4), [0.4, 0.3, 0.2, 0.1]);
  });

  it("moves all but 1/n of the URLs when one of n servers comes: n/(n+1) of them", () => {
    const bench = new Bench("url-hash", new Array<number>(8).fill(1));
    bench.set(7, false);
    const before = served(bench);
    bench.set(7, true);
    const after = served(bench);
    const moved = before.filter((server, i) => server !== after[i]).length;
    // A hash keeps its server when h mod 7 = h mod 8, for 7 of 56 residues.
    expectShare(moved, URLS.length, 7 / 8);
  });

  it("passes a refused request on to some other server, always the same one", () => {
    const bench = new Bench("url-hash", [1, 1, 1, 1]);
    const home = served(bench);
    const other = URLS.map((url, i) => bench.serve(url, home[i]));
    expect(other.every((server, i) => server !== home[i])).toBe(true);
    expect(URLS.map((url, i) => bench.serve(url, home[i]))).toEqual(other);
    expectEven(counts(other, 4));
  });
});
