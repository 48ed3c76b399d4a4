import { describe, expect, it } from "vitest";
import { Draws } from "../engine/draws.ts";
import { first } from "./first.ts";
import { Fleet } from "./fleet.ts";
import { Bench, requestsOf } from "./testing/bench.ts";

describe("first", () => {
  it("fills one server before it uses the next", () => {
    const bench = new Bench("first", [1, 9, 1]);
    expect(bench.sequence(3)).toEqual([0, 0, 0]);
    bench.fleet.setBarred(0, true);
    expect(bench.sequence(2)).toEqual([1, 1]);
    bench.fleet.setBarred(1, true);
    expect(bench.serve()).toBe(2);
    bench.fleet.setBarred(2, true);
    expect(bench.algorithm.pick(0, -1)).toBe(-1);
    bench.fleet.setBarred(0, false);
    expect(bench.serve()).toBe(0);
  });

  it("goes by ids, not by the order of the fleet", () => {
    const ids = [30, 10, 20];
    const fleet = new Fleet(
      [1, 1, 1],
      ids.map((id) => ({ name: `s${id}`, id, host: "10.0.0.1", port: 80 })),
    );
    fleet.admit([0, 1, 2]);
    const nothing = { nowMs: 0, ask() {} };
    const algorithm = first.create(
      {},
      { fleet, requests: requestsOf({}), draws: new Draws(1, "test"), clock: nothing, probes: nothing, wake() {} },
    );
    expect(algorithm.pick(0, -1)).toBe(1);
    expect(algorithm.pick(0, 1)).toBe(2);
    expect([0, 1, 2].map((server) => algorithm.signalOf(server, 0))).toEqual(ids);
    fleet.setEligible(1, false);
    expect(algorithm.pick(0, -1)).toBe(2);
  });
});
