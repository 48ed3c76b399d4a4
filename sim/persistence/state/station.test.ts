import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Draws } from "../../engine/draws.ts";
import { meanWait } from "../../theory/queues.ts";
import { Station } from "./station.ts";

const arrivals = fc.array(
  fc.record({ gapMs: fc.double({ min: 0, max: 3, noNaN: true }), busyMs: fc.double({ min: 0, max: 5, noNaN: true }) }),
  { minLength: 1, maxLength: 60 },
);

describe("a station", () => {
  it("with one worker follows Lindley's recursion", () => {
    fc.assert(
      fc.property(arrivals, (operations) => {
        const station = new Station(1);
        let atMs = 0;
        let freeMs = 0;
        for (const { gapMs, busyMs } of operations) {
          atMs += gapMs;
          freeMs = Math.max(atMs, freeMs) + busyMs;
          expect(station.serve(atMs, busyMs)).toBe(freeMs);
        }
      }),
    );
  });

  it("with several gives each operation to the worker that is free first (Kiefer and Wolfowitz)", () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 2, max: 9 }), (operations, workers) => {
        const station = new Station(workers);
        const free = Array.from({ length: workers }, () => 0);
        let atMs = 0;
        for (const { gapMs, busyMs } of operations) {
          atMs += gapMs;
          free.sort((a, b) => a - b);
          expect(station.waitMs(atMs)).toBe(Math.max(0, free[0]! - atMs));
          free[0] = Math.max(atMs, free[0]!) + busyMs;
          expect(station.serve(atMs, busyMs)).toBe(free[0]);
        }
      }),
    );
  });

  it.each([1, 4])("makes operations wait as M/M/c with %i workers does", (workers) => {
    const station = new Station(workers);
    const draws = new Draws(3, "station");
    const load = 0.7 * workers;
    const batches = 40;
    const perBatch = 50_000;
    const means: number[] = [];
    let atMs = 0;
    for (let batch = 0; batch < batches; batch++) {
      let sum = 0;
      for (let k = 0; k < perBatch; k++) {
        atMs += draws.at(2 * batch, k).exponential() / load;
        sum += station.waitMs(atMs);
        station.serve(atMs, draws.at(2 * batch + 1, k).exponential());
      }
      means.push(sum / perBatch);
    }
    // Batches of 50,000 are long against the relaxation time of a queue at 70 %, some tens of services: independent.
    const mean = means.reduce((a, b) => a + b, 0) / batches;
    const squares = means.reduce((a, b) => a + (b - mean) * (b - mean), 0);
    const standardError = Math.sqrt(squares / (batches - 1) / batches);
    const expected = meanWait(workers, load);
    expect(4 * standardError).toBeLessThan(0.04 * expected);
    expect(Math.abs(mean - expected)).toBeLessThan(4 * standardError);
  });

  it("takes nothing up while it is stalled, and then goes on in order", () => {
    const station = new Station(2);
    expect(station.serve(0, 10)).toBe(10);
    station.stall(5);
    expect([station.serve(1, 2), station.serve(1, 2), station.serve(1, 9)]).toEqual([7, 9, 18]);
  });

  it("is idle after a crash, in a new epoch", () => {
    const station = new Station(1);
    station.serve(0, 100);
    station.crash(10);
    expect(station.epoch).toBe(1);
    expect(station.serve(10, 1)).toBe(11);
  });

  it("has workers", () => {
    expect(() => new Station(0)).toThrow("station: workers must be at least 1, got 0");
  });
});
