import { describe, expect, it } from "vitest";
import { expectEven } from "../engine/testing/fit.ts";
import { Bench, letters } from "./testing/bench.ts";

const report = (bench: Bench, server: number, inSystem: number, atMs: number) => {
  bench.fleet.reports.inSystem[server] = inSystem;
  bench.fleet.reports.madeAtMs[server] = atMs;
  bench.algorithm.reported(server);
};

describe("join idle queue", () => {
  it("takes idle servers in the order in which they fell idle", () => {
    const bench = new Bench("join-idle-queue", [1, 1, 1]);
    expect(letters([bench.send(), bench.send(), bench.send()])).toBe("abc");
    bench.end(2);
    bench.end(0);
    expect(letters([bench.send(), bench.send()])).toBe("ca");
  });

  it("without an idle one draws any server evenly, however busy", () => {
    const bench = new Bench("join-idle-queue", [1, 1, 1, 1]);
    bench.fleet.inFlight.set([9, 1, 1, 1]);
    for (let server = 0; server < 4; server++) bench.algorithm.sent(server);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 20_000; i++) counts[bench.algorithm.pick(i, -1)]!++;
    expectEven(counts);
  });

  it("withdraws a server that gets work another way", () => {
    const bench = new Bench("join-idle-queue", [1, 1]);
    bench.bind(0);
    expect(bench.send()).toBe(1);
  });

  it("by reports announces each idle server to exactly one of the balancers, in the long run to all alike", () => {
    const benches = [0, 1, 2, 3].map(
      (index) => new Bench("join-idle-queue", [1, 1], { knobs: { load: "reported" }, peers: { index, count: 4 } }),
    );
    const counts = [0, 0, 0, 0];
    for (let round = 0; round < 4000; round++) {
      benches.forEach((bench, index) => {
        report(bench, 0, 0, round * 1.37);
        if (bench.algorithm.signalOf(0, 0) === 0) counts[index]!++;
        report(bench, 0, 1, round * 1.37 + 1);
        expect(bench.algorithm.signalOf(0, 0)).toBe(1);
      });
    }
    expect(counts.reduce((sum, count) => sum + count)).toBe(4000);
    expectEven(counts);
  });
});
