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

  it("hashes the address as the number it is, mixed or not, and a text by the function that is asked for", () => {
    const one = (knobs: Record<string, string | boolean>, address = 1_000_003) =>
      new Bench("modulo-hash", [1, 1, 1, 1, 1], {
        knobs,
        addressOf: () => address,
        uriOf: () => "/index.html",
      }).serve();
    expect(one({ key: "source" })).toBe(1_000_003 % 5);
    // HAProxy 2.6: the avalanche of 192.0.2.1, and the hashes of `/index.html`.
    expect(one({ key: "source", avalanche: true }, 0xc0000201)).toBe(1_063_906_109 % 5);
    expect(one({ hashFunction: "sdbm" })).toBe(858_007_926 % 5);
    expect(one({ hashFunction: "djb2" })).toBe(3_776_231_887 % 5);
    expect(one({ hashFunction: "wt6" })).toBe(822_151_038 % 5);
    expect(one({ hashFunction: "crc32" })).toBe(3_928_116_034 % 5);
  });

  it("takes the slots in turn for requests without the key, and none of them where one server is all there is", () => {
    const keyed = (key: string) => {
      const bench = new Bench("modulo-hash", [2, 1], {
        knobs: { key, keyName: "id" },
        headerOf: () => null,
        uriOf: () => "/",
      });
      const before = bench.sequence(2);
      bench.set(1, false);
      const alone = bench.sequence(1);
      bench.set(1, true);
      return [...before, ...alone, ...bench.sequence(2)].join("");
    };
    // The line is 0 0 1. Alone it is 0 0, and a header is not even looked for; a URL parameter is, and uses up a turn.
    expect(keyed("header")).toBe("00010");
    expect(keyed("url-param")).toBe("00001");
  });

  it("mixes the hash again for a server without room, and says when none has any", () => {
    const bench = new Bench("modulo-hash", new Array<number>(12).fill(1));
    for (let server = 0; server < 11; server++) bench.fleet.setBarred(server, true);
    expect([1, 2, 3].map((url) => bench.serve(url))).toEqual([11, 11, 11]);
    expect(bench.serve(1, 11)).toBe(11);
    bench.fleet.setBarred(11, true);
    expect(bench.algorithm.pick(1, -1)).toBe(-1);
  });
});
