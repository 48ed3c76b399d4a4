import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bench, letters } from "./testing/bench.ts";

/** A bench on which every server has answered once, in the given times. */
function answered(times: readonly number[], weights: readonly number[] = times.map(() => 1), memory = 20): Bench {
  const bench = new Bench("least-response-time", weights, { knobs: { memory } });
  times.forEach((ms, server) => {
    bench.bind(server);
    bench.end(server, ms);
  });
  return bench;
}

describe("least response time", () => {
  it("takes the smallest response time × (requests in flight + 1) / weight", () => {
    const server = fc.record({
      ms: fc.integer({ min: 1, max: 500 }),
      weight: fc.integer({ min: 1, max: 5 }),
      load: fc.nat(6),
    });
    fc.assert(
      fc.property(fc.array(server, { minLength: 1, maxLength: 10 }), (servers) => {
        const bench = answered(
          servers.map(({ ms }) => ms),
          servers.map(({ weight }) => weight),
        );
        servers.forEach(({ load }, server) => {
          for (let i = 0; i < load; i++) bench.bind(server);
        });
        const costs = servers.map(({ ms, load, weight }) => (ms * (load + 1)) / weight);
        expect(costs[bench.send()]).toBe(Math.min(...costs));
      }),
    );
  });

  it("gives a server twice as fast twice the requests at once", () => {
    const bench = answered([10, 20]);
    // Costs of a: 10, 20, 30, …; of b: 20, 40, 60, …; of equals the one goes first that has had its cost for longer.
    expect(letters(Array.from({ length: 9 }, () => bench.send()))).toBe("abaabaaba");
  });

  it("smooths: after n answers the first one's weight has fallen to exp(-n / memory)", () => {
    const memory = 5;
    const bench = answered([100, 50], [1, 1], memory);
    // Each answer of 0 ms leaves exp(-1/5) of what was there: 100 falls below 50 with the fourth, at exp(-0.8) = 0.449.
    for (let i = 0; i < 3; i++) {
      bench.bind(0);
      bench.end(0, 0);
    }
    expect(bench.serve(0)).toBe(1);
    const again = answered([100, 50], [1, 1], memory);
    for (let i = 0; i < 4; i++) {
      again.bind(0);
      again.end(0, 0);
    }
    expect(again.send()).toBe(0);
  });

  it("does not let failing fast pay: a failure counts as the penalty, or as its time when that was longer", () => {
    const bench = answered([10, 500]);
    bench.bind(0);
    // 10 + (1 - exp(-1/20)) × (1000 - 10) = 58 ms, still the better; ten more are not.
    bench.end(0, 0.1, false);
    expect(bench.algorithm.pick(0, -1)).toBe(0);
    for (let i = 0; i < 14; i++) {
      bench.bind(0);
      bench.end(0, 0.1, false);
    }
    expect(bench.algorithm.pick(0, -1)).toBe(1);
  });

  it("does not send everybody to a server just because it has not answered yet", () => {
    const bench = new Bench("least-response-time", [1, 1, 1, 1]);
    expect(letters([0, 1, 2, 3, 4, 5, 6, 7].map(() => bench.send()))).toBe("abcdabcd");
  });

  it("takes a server that joins for as fast as the mean of the others", () => {
    const bench = new Bench("least-response-time", [1, 1, 1]);
    bench.set(2, false);
    for (let i = 0; i < 200; i++) bench.end(bench.send(), 40);
    for (let i = 0; i < 8; i++) bench.send();
    bench.set(2, true);
    // It takes up to as many as the others have, and then its turn.
    expect(letters([0, 1, 2, 3, 4, 5, 6, 7, 8].map(() => bench.send()))).toBe("ccccabcab");
  });
});
