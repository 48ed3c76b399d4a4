import { describe, expect, it } from "vitest";
import { Bench } from "./testing/bench.ts";

function report(bench: Bench, server: number, inSystem: number, utilisation: number, answeredPerSec: number): void {
  const { reports } = bench.fleet;
  reports.inSystem[server] = inSystem;
  reports.utilisation[server] = utilisation;
  reports.answeredPerSec[server] = answeredPerSec;
  bench.algorithm.reported(server);
}

function answer(bench: Bench, server: number, ms: number): void {
  bench.place(server);
  bench.end(server, ms);
}

describe("C3", () => {
  it("scores R - S + (1 + own requests × clients + queue)³ S", () => {
    const bench = new Bench("c3", [1, 1], { knobs: { clients: 3 } });
    answer(bench, 0, 12);
    // 4 ms of work in each answer: 0.8 busy at 200 a second.
    report(bench, 0, 2, 0.8, 200);
    expect(bench.algorithm.signalOf(0, 0)).toBeCloseTo(12 - 4 + 27 * 4, 9);
    bench.place(0);
    expect(bench.algorithm.signalOf(0, 0)).toBeCloseTo(12 - 4 + 216 * 4, 9);
  });

  it("smooths what it hears by its gain", () => {
    const bench = new Bench("c3", [1, 1], { knobs: { gain: 0.5 } });
    answer(bench, 0, 10);
    answer(bench, 0, 20);
    // Without reports the service time is the response time: R - R + 1³ R.
    expect(bench.algorithm.signalOf(0, 0)).toBe(15);
    report(bench, 0, 0, 0.5, 100);
    report(bench, 0, 4, 0.5, 100);
    expect(bench.algorithm.signalOf(0, 0)).toBeCloseTo(15 - 5 + 27 * 5, 9);
  });

  it("takes a slow server without a queue before a fast one with a long one", () => {
    const bench = new Bench("c3", [1, 1]);
    for (const [server, ms] of [8, 4].entries()) answer(bench, server, ms);
    expect(bench.send()).toBe(1);
    // 8 against 2³ × 4.
    expect(bench.send()).toBe(0);
  });

  it("takes whom it does not know for the mean of the others, as it was when that one was last touched", () => {
    const bench = new Bench("c3", [1, 1, 1]);
    answer(bench, 0, 10);
    expect(bench.algorithm.signalOf(2, 0)).toBe(10);
    answer(bench, 1, 30);
    expect(bench.algorithm.signalOf(2, 0)).toBe(10);
    bench.set(2, false);
    bench.set(2, true);
    expect(bench.algorithm.signalOf(2, 0)).toBe(20);
  });

  it("counts all the balancers as clients unless told otherwise", () => {
    const bench = new Bench("c3", [1, 1], { peers: { index: 0, count: 5 } });
    answer(bench, 0, 1);
    bench.place(0);
    expect(bench.algorithm.signalOf(0, 0)).toBe(216);
  });
});
