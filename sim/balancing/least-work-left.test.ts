import { describe, expect, it } from "vitest";
import { Bench, letters } from "./testing/bench.ts";

function report(bench: Bench, server: number, utilisation: number, answeredPerSec: number): void {
  bench.fleet.reports.utilisation[server] = utilisation;
  bench.fleet.reports.answeredPerSec[server] = answeredPerSec;
  bench.algorithm.reported(server);
}

describe("least work left, estimated", () => {
  it("multiplies requests by the work that each has meant: busy share over rate of answers", () => {
    const bench = new Bench("least-work-left", [1, 1]);
    report(bench, 0, 0.5, 50);
    report(bench, 1, 0.9, 30);
    // 10 ms and 30 ms each.
    expect(letters([1, 2, 3, 4].map(() => bench.send()))).toBe("aaba");
    expect(bench.algorithm.signalOf(0, 0)).toBeCloseTo(40, 9);
  });

  it("is shortest expected delay until somebody has reported", () => {
    const bench = new Bench("least-work-left", [3, 1]);
    expect(letters([1, 2, 3, 4].map(() => bench.send()))).toBe("aaba");
  });

  it("takes a server that has not reported for the mean of the others", () => {
    const bench = new Bench("least-work-left", [1, 1, 1]);
    report(bench, 0, 0.5, 50);
    report(bench, 1, 0.9, 30);
    expect(bench.algorithm.signalOf(2, 0)).toBeCloseTo(20, 9);
  });
});

describe("least work left, known", () => {
  const bench = (works: readonly number[], weights = [1, 1]) =>
    new Bench("least-work-left", weights, {
      knobs: { knowledge: "clairvoyant" },
      workMsOf: (request) => works[request]!,
    });

  it("sends each request where the work before it ends first", () => {
    const clairvoyant = bench([10, 3, 3, 3, 3, 1]);
    expect(letters([0, 1, 2, 3, 4, 5].map((request) => clairvoyant.send(request)))).toBe("abbbba");
  });

  it("sees work melt as time passes, faster where the weight is larger", () => {
    const clairvoyant = bench([10, 10], [1, 2]);
    clairvoyant.send(0);
    clairvoyant.send(1);
    clairvoyant.nowMs = 4;
    expect([0, 1].map((server) => clairvoyant.algorithm.signalOf(server, 0))).toEqual([6, 1]);
  });

  it("takes a request that a binding led somewhere for the mean of those so far", () => {
    const clairvoyant = bench([10, 2, 0]);
    clairvoyant.send(0);
    clairvoyant.send(1);
    clairvoyant.bind(1);
    expect(clairvoyant.algorithm.signalOf(1, 0)).toBe(8);
  });
});
