import { describe, it } from "vitest";
import { expectFits } from "../engine/testing/fit.ts";
import { Bench } from "./testing/bench.ts";

/** How often each of three servers with so many requests in flight is chosen. */
function countsOf(busy: readonly number[], decisions: number): readonly number[] {
  const bench = new Bench(
    "random-choose",
    busy.map(() => 1),
  );
  busy.forEach((requests, server) => {
    for (let i = 0; i < requests; i++) bench.place(server);
  });
  const counts = busy.map(() => 0);
  for (let i = 0; i < decisions; i++) counts[bench.algorithm.pick(i, -1)]!++;
  return counts;
}

describe("random choose", () => {
  it("draws its sample as Caddy does: of two servers it is short every other time", () => {
    // The first always lies in place 0; the second takes its place, or the one beside it, with probability 1/2 each. Both
    // idle, the first of the sample is taken.
    expectFits(countsOf([0, 0], 10_000), [1 / 2, 1 / 2]);
  });

  it("takes the busier of two busy servers when it is met first, or alone", () => {
    // Busier second: alone with 1/2; met after the first, it is not kept. Busier first: both are kept with 1/2, then a coin.
    expectFits(countsOf([1, 2], 10_000), [1 / 2, 1 / 2]);
    expectFits(countsOf([2, 1], 10_000), [1 / 4, 3 / 4]);
  });

  it("takes an idle server of the sample at once", () => {
    // The third is sampled with probability 2/3. When it takes place 1 (1/3) it is idle beside the first or second; in place
    // 0 (1/3) alone, or beside the second. Else the first two are as above, the later a 1/2.
    expectFits(countsOf([1, 1, 0], 12_000), [1 / 12, 3 / 12, 8 / 12]);
  });
});
