import { describe, expect, it } from "vitest";
import { Bench, letters } from "./testing/bench.ts";

/** Answers each request with so many bytes. */
const served = (bench: Bench, sizes: readonly number[]) =>
  sizes.map((size) => {
    const server = bench.serve();
    bench.fleet.receivedBytes[server]! += size;
    return server;
  });

describe("by traffic", () => {
  it("takes the server with the fewest bytes for its weight, the first of equals", () => {
    const bench = new Bench("by-traffic", [1, 1, 2]);
    // Per hundredth of weight: 5 0 0 → b; 5 3 0 → c; 5 3 4 → b; 5 8 4 → c; 5 8 6 → a.
    expect(letters(served(bench, [500, 300, 800, 500, 400, 1]))).toBe("abcbca");
  });

  it("divides what was sent and what was read by the load factor, each in whole numbers", () => {
    const bench = new Bench("by-traffic", [1, 1]);
    bench.fleet.sentBytes[0] = 199;
    bench.fleet.receivedBytes[0] = 199;
    bench.fleet.receivedBytes[1] = 299;
    // 1 + 1 and 0 + 2: equal, though 398 bytes are more than 299.
    expect([0, 1].map((server) => bench.algorithm.signalOf(server, 0))).toEqual([2, 2]);
    expect(bench.serve()).toBe(0);
  });

  it("does not look at requests in flight", () => {
    const bench = new Bench("by-traffic", [1, 1]);
    for (let i = 0; i < 9; i++) bench.place(0);
    expect(bench.serve()).toBe(0);
  });
});
