import { expect, it } from "vitest";
import { Draws } from "../../engine/draws.ts";
import { expectMean } from "../../engine/testing/fit.ts";
import { SlowCommands } from "./slow-commands.ts";
import { Station } from "./station.ts";
import { Bench, told } from "./testing/bench.ts";

it("keeps a thread as busy as a Poisson stream of such commands does: who looks in waits as in M/D/1", () => {
  // Rate 1/100 and 50 ms each: half busy, and a wait of ρ D / (2 (1 - ρ)) = 25 ms in the mean. Looks 2 s apart hardly depend
  // on each other; the wait of M/D/1 at half load has a second moment of 2 × 25² + 50² × 0.5 / (3 × 0.5) = 2083.
  const slow = new SlowCommands(1, 50, 100, new Draws(1, "slow"));
  const station = new Station(1);
  const waits = Array.from({ length: 20_000 }, (_, look) => {
    slow.serve(0, station, look * 2000);
    return station.waitMs(look * 2000);
  });
  expectMean(waits.slice(1), 25, Math.sqrt(2083 - 625));
});

it("makes everybody behind it wait at a Redis", () => {
  const bench = new Bench("redis", 1, {
    roundTripMs: 0,
    operationMs: 0.01,
    perKibMs: 0,
    persistence: "none",
    slowCommandMs: 1000,
    slowCommandEveryMs: 1000,
  });
  bench.begin(0);
  bench.to(10_000);
  const write = bench.write(0, 0, 1);
  expect(write.atMs).toBeGreaterThan(10_000.01);
  bench.settle();
  expect(told(write)).toBe(1);
});
