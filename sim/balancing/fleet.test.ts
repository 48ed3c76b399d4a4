import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fleet } from "./fleet.ts";

const eligibleOf = (fleet: Fleet) => [...fleet.eligible.slice(0, fleet.eligibleCount)];

describe("a balancer's view of the fleet", () => {
  it("has nobody in it at first, and a copy of the weights", () => {
    const weights = Float64Array.of(2, 1);
    const fleet = new Fleet(weights);
    weights[0] = 9;
    expect(eligibleOf(fleet)).toEqual([]);
    expect([...fleet.weight]).toEqual([2, 1]);
  });

  it("lists the eligible servers ascending, and grows its version with every change and with nothing else", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(6), fc.boolean())), (steps) => {
        const fleet = new Fleet(new Float64Array(7).fill(1));
        const eligible = new Set<number>();
        for (const [server, isEligible] of steps) {
          const changes = eligible.has(server) !== isEligible;
          const before = fleet.version;
          if (isEligible) eligible.add(server);
          else eligible.delete(server);
          expect(fleet.setEligible(server, isEligible)).toBe(changes);
          expect(fleet.version > before).toBe(changes);
          expect(eligibleOf(fleet)).toEqual([...eligible].sort((a, b) => a - b));
        }
      }),
    );
  });

  it("admits several at once", () => {
    const fleet = new Fleet(new Float64Array(5).fill(1));
    fleet.setEligible(3, true);
    fleet.admit([4, 0]);
    expect(eligibleOf(fleet)).toEqual([0, 3, 4]);
    expect([...fleet.isEligible]).toEqual([1, 0, 0, 1, 1]);
  });
});
