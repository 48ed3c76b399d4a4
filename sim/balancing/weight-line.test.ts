import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fleetOf } from "./testing/bench.ts";
import { WeightLine } from "./weight-line.ts";

const weights = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 9 });

describe("the line of weights", () => {
  it("gives every listed server a stretch as long as its weight, in the order of the fleet", () => {
    fc.assert(
      fc.property(weights, fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }), (weights, listed) => {
        const fleet = fleetOf(weights);
        weights.forEach((_, server) => {
          fleet.setListed(server, listed[server]!);
        });
        const line = new WeightLine(fleet);
        line.refresh();
        const stretches = weights.flatMap((weight, server) => Array<number>(listed[server] ? weight : 0).fill(server));
        expect(line.total).toBe(stretches.length);
        expect(stretches.map((_, point) => line.at(point))).toEqual(stretches);
      }),
    );
  });

  it("stays as it is when a server goes down or comes back, and says when it has changed", () => {
    const fleet = fleetOf([1, 2, 3]);
    const line = new WeightLine(fleet);
    expect(line.refresh()).toBe(true);
    fleet.setEligible(1, false);
    expect(line.refresh()).toBe(false);
    fleet.setWeight(1, 5);
    expect([line.refresh(), line.total]).toEqual([true, 9]);
    fleet.setListed(2, false);
    expect([line.refresh(), line.total, line.refresh()]).toEqual([true, 6, false]);
  });

  it("counts fractions in hundredths", () => {
    const line = new WeightLine(fleetOf([0.5, 1.25]));
    line.refresh();
    expect([line.total, line.at(49), line.at(50)]).toEqual([175, 0, 1]);
  });
});
