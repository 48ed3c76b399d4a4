import { describe, expect, it } from "vitest";
import { expectEven } from "../engine/testing/fit.ts";
import { Bench } from "./testing/bench.ts";

const keys = Array.from({ length: 4000 }, (_, i) => i);

describe("rendezvous", () => {
  it("takes the server whose hash together with the key is highest", () => {
    // FNV-1a of "a" + "10.0.0.0:8080", "a" + "10.0.0.1:8080" and "a" + "10.0.0.2:8080", from the definition of FNV-1a.
    const fnv = (text: string) =>
      [...text].reduce((hash, c) => BigInt.asUintN(32, (hash ^ BigInt(c.charCodeAt(0))) * 16_777_619n), 2_166_136_261n);
    const scores = [0, 1, 2].map((host) => Number(fnv(`a10.0.0.${host}:8080`)));
    const bench = new Bench("rendezvous", [1, 1, 1], {
      knobs: { hash: "fnv1a-32", keyFirst: true },
      uriOf: () => "a",
    });
    expect([0, 1, 2].map((server) => bench.algorithm.signalOf(server, 0))).toEqual(scores);
    expect(bench.serve()).toBe(scores.indexOf(Math.max(...scores)));
  });

  it("moves the keys of a server that goes, evenly over the rest, and nobody else's", () => {
    const bench = new Bench("rendezvous", [1, 1, 1, 1, 1]);
    const before = keys.map((key) => bench.serve(key));
    bench.set(2, false);
    const after = keys.map((key) => bench.serve(key));
    const moved = keys.filter((_, i) => before[i] !== after[i]);
    expect(moved).toEqual(keys.filter((_, i) => before[i] === 2));
    expectEven([0, 1, 3, 4].map((server) => moved.filter((key) => after[key] === server).length));
    bench.set(2, true);
    expect(keys.map((key) => bench.serve(key))).toEqual(before);
  });

  it("shares keys evenly, whatever the weights", () => {
    const bench = new Bench("rendezvous", [1, 5, 1, 9]);
    const served = keys.map((key) => bench.serve(key));
    expectEven([0, 1, 2, 3].map((server) => served.filter((chosen) => chosen === server).length));
  });

  it("goes by what servers are, not by where they stand: a request that is refused gets the second highest", () => {
    const bench = new Bench("rendezvous", [1, 1, 1, 1]);
    for (const key of keys.slice(0, 200)) {
      const scores = [0, 1, 2, 3].map((server) => bench.algorithm.signalOf(server, key)!);
      const order = [0, 1, 2, 3].sort((a, b) => scores[b]! - scores[a]!);
      expect([bench.serve(key), bench.serve(key, order[0])]).toEqual(order.slice(0, 2));
    }
  });

  it("sends requests without a key to servers at random", () => {
    const bench = new Bench("rendezvous", [1, 1, 1, 1], {
      knobs: { key: "header", keyName: "x" },
      headerOf: () => null,
    });
    const served = bench.sequence(4000);
    expectEven([0, 1, 2, 3].map((server) => served.filter((chosen) => chosen === server).length));
  });
});
