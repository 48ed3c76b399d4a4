import { describe, expect, it } from "vitest";
import { fleetOf } from "../../balancing/testing/bench.ts";
import { Draws } from "../../engine/draws.ts";
import { HashedFleet } from "./hashed-fleet.ts";

const POSITIONS = 20_000;
const draws = new Draws(1, "positions");
const positions = Array.from({ length: POSITIONS }, (_, k) => {
  draws.at(0, k);
  return [draws.bits() >>> 0, draws.bits() >>> 0] as const;
});
const settings = { ringSize: 1024, tableSize: 65_537, pointsPerServer: null };
const sharesOf = (fleet: HashedFleet, servers: number) => {
  const counts = new Array<number>(servers).fill(0);
  for (const [high, low] of positions) counts[fleet.at(high, low)]!++;
  return counts.map((count) => count / POSITIONS);
};

describe("a fleet under a consistent hash", () => {
  it("is shared out by weight: a ring's arcs are off by about 1/√points, Maglev's slots by nothing to speak of", () => {
    const weights = [1, 1, 2];
    for (const table of ["ring", "maglev"] as const) {
      const shares = sharesOf(new HashedFleet(fleetOf(weights), { ...settings, table }), 3);
      shares.forEach((share, server) => {
        const expected = weights[server]! / 4;
        const sampling = 4 * Math.sqrt((expected * (1 - expected)) / POSITIONS);
        const arcs = table === "ring" ? (4 * expected) / Math.sqrt(1024 * expected) : 0.001;
        expect(Math.abs(share - expected)).toBeLessThan(sampling + arcs);
      });
    }
  });

  it("follows the fleet as it changes, and has nobody to offer when nobody is there", () => {
    const view = fleetOf([1, 1]);
    const fleet = new HashedFleet(view, { ...settings, table: "maglev" });
    view.setEligible(0, false);
    expect(sharesOf(fleet, 2)).toEqual([0, 1]);
    view.setEligible(1, false);
    expect(fleet.at(1, 1)).toBe(-1);
    view.setEligible(0, true);
    expect(sharesOf(fleet, 2)).toEqual([1, 0]);
  });
});
