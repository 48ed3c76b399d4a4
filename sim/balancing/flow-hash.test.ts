import { describe, expect, it } from "vitest";
import { expectEven, expectShare } from "../engine/testing/fit.ts";
import { Bench } from "./testing/bench.ts";
import { countsOf, movesBetween, placements } from "./testing/churn.ts";

const equal = (servers: number) => new Array<number>(servers).fill(1);

describe("a flow's hash", () => {
  it("sends each connection of a client elsewhere by the 5-tuple, and all of them to one server by the 2- or 3-tuple", () => {
    const serversOf = (key: string) => {
      const bench = new Bench("flow-hash", equal(8), { knobs: { key }, addressOf: () => 0x0a000001 });
      return new Set(bench.sequence(200)).size;
    };
    expect(serversOf("5-tuple")).toBe(8);
    expect(serversOf("3-tuple")).toBe(1);
    expect(serversOf("2-tuple")).toBe(1);
  });

  it("spreads connections evenly", () => {
    expectEven(countsOf(placements(new Bench("flow-hash", equal(7)), 20_000), 7));
  });

  it.each([
    [10, 9, 9 / 10],
    [16, 8, 1 / 2],
  ])("of %d servers, %d of them left, moves all but min / lcm of the flows", (all, left, share) => {
    const bench = new Bench("flow-hash", equal(all));
    const before = placements(bench, 20_000);
    for (let server = left; server < all; server++) bench.set(server, false);
    expectShare(movesBetween(before, placements(bench, 20_000), [], []).moved, 20_000, share);
  });

  it("passes a refused connection on to the next server", () => {
    const bench = new Bench("flow-hash", equal(3));
    for (let flow = 0; flow < 50; flow++) {
      const server = bench.serve(flow);
      expect(bench.serve(flow, server)).toBe((server + 1) % 3);
    }
  });
});
