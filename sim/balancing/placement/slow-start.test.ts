import { describe, expect, it } from "vitest";
import { warmth } from "./slow-start.ts";
import { Placed } from "./testing/placed.ts";

const options = { windowMs: 60_000, curve: "power", aggression: 1, minimumFraction: 0.1, stepMs: 1000 };

describe("slow start", () => {
  it.each([
    // Of a window of 60 s: aggression, seconds, share of the weight (Envoy's formula).
    [1, 6, 0.1],
    [1, 15, 0.25],
    [1, 30, 0.5],
    [2, 0, 0.129099],
    [2, 15, 0.5],
    [2, 30, Math.SQRT1_2],
    [0.5, 30, 0.25],
    [1, 0, 0.1],
    [1, 60, 1],
  ])("with aggression %d gives a server after %d s %d of its weight", (aggression, seconds, share) => {
    expect(warmth({ ...options, aggression }, 1000 * seconds)).toBeCloseTo(share, 6);
  });

  it("in sixteenths rises as HAProxy's: floor((16 k + t) ÷ t) ÷ 16 after k whole seconds of t", () => {
    const steps = Array.from(
      { length: 11 },
      (_, k) => 16 * warmth({ ...options, curve: "sixteenths", windowMs: 10_000 }, 1000 * k + 999),
    );
    expect(steps).toEqual([1, 2, 4, 5, 7, 9, 10, 12, 13, 15, 16]);
  });

  it("leaves servers that are there from the start alone, and warms up one that comes back, step by step", () => {
    const chain = new Placed({ helpers: [{ name: "slow-start", knobs: { windowMs: 10_000 } }], weights: [4, 2] });
    expect(chain.weights).toEqual([4, 2]);
    expect(chain.wakesAtMs).toEqual([]);
    chain.runTo(100_000);
    chain.set(1, false);
    chain.runTo(120_000);
    chain.set(1, true);
    expect(chain.weights).toEqual([4, 0.2]);
    const seen = Array.from({ length: 11 }, (_, second) => {
      chain.runTo(120_000 + 1000 * second);
      return chain.weights[1]! / 2;
    });
    expect(seen).toEqual([0.1, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
    // Once all are warm nobody is woken any more.
    expect(chain.wakesAtMs).toEqual([]);
  });

  it("begins again when the server goes down again", () => {
    const chain = new Placed({ helpers: [{ name: "slow-start", knobs: { windowMs: 10_000 } }], weights: [1, 1] });
    chain.runTo(1000);
    for (const [atMs, eligible] of [
      [1000, false],
      [2000, true],
      [8000, false],
      [9000, true],
    ] as const) {
      chain.runTo(atMs);
      chain.set(1, eligible);
    }
    chain.runTo(11_000);
    expect(chain.weights[1]).toBeCloseTo(0.2, 12);
  });
});
