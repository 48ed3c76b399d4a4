import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectEven } from "../../engine/testing/fit.ts";
import { GridPartitions } from "./grid-partitions.ts";
import { Fleet } from "./testing/fleet.ts";

function made(count: number, copies = 2, partitions = 271) {
  const fleet = new Fleet(count);
  return { fleet, grid: new GridPartitions(fleet.servers, { partitions, copies }) };
}
const holders = (grid: GridPartitions, copies = 2) =>
  Array.from({ length: grid.count }, (_, partition) =>
    Array.from({ length: copies }, (_, place) => grid.holderOf(partition, place)),
  );
/** Everything goes to where it ought to lie; answers how many partitions were elsewhere. */
const settled = (grid: GridPartitions) =>
  Array.from({ length: grid.count }, (_, partition) => {
    const isElsewhere = grid.aim(partition);
    grid.settle(partition);
    return isElsewhere;
  }).filter(Boolean).length;

describe("partitions of a grid", () => {
  it("each lie on as many different members as there are to be copies, or as there are members", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 4 }), (count, copies) => {
        for (const lives of holders(made(count, copies).grid, copies)) {
          const held = lives.filter((life) => life >= 0);
          expect(new Set(held).size).toBe(held.length);
          expect(held).toHaveLength(Math.min(count, copies));
        }
      }),
    );
  });

  it("are spread evenly, owners and backups", () => {
    const lives = holders(made(8, 2, 20_000).grid);
    for (const place of [0, 1]) {
      const counts = new Array<number>(8).fill(0);
      for (const held of lives) counts[held[place]!]!++;
      expectEven(counts);
    }
  });

  it("move to a member that joins in its share only: owners 1 in n + 1", () => {
    const { fleet, grid } = made(8, 1, 20_000);
    fleet.crash(7);
    for (let partition = 0; partition < grid.count; partition++) {
      grid.strike(partition, (life) => life === 7);
      grid.aim(partition);
      grid.settle(partition);
    }
    fleet.start(7);
    // Of 20,000 an eighth, with a deviation of √(20,000 × 7) / 8 = 47.
    expect(Math.abs(settled(grid) - 2500)).toBeLessThan(4 * 47);
    expect(settled(grid)).toBe(0);
  });

  it("fall to the next holder when the owner crashes, which is counted, and to nobody when all have", () => {
    const { fleet, grid } = made(3, 2, 200);
    const before = holders(grid);
    fleet.crash(0, 1);
    for (let partition = 0; partition < 200; partition++) grid.strike(partition, (life) => life <= 1);
    before.forEach(([owner, backup], partition) => {
      const isLost = owner! <= 1 && backup! <= 1;
      expect(grid.losses[partition]).toBe(isLost ? 1 : 0);
      expect(grid.promotions[partition]).toBe(owner! <= 1 && !isLost ? 1 : 0);
      expect(grid.ownerOf(partition)).toBe(isLost ? -1 : 2);
    });
    expect(grid.losses.includes(1)).toBe(true);
  });

  it("are handed over by a member that leaves in order, also when nobody else has them", () => {
    const { fleet, grid } = made(2, 1, 50);
    fleet.stop(0);
    for (let partition = 0; partition < 50; partition++) {
      grid.strike(partition, (life) => life === 0);
      grid.aim(partition);
      grid.settle(partition);
      expect([grid.losses[partition], grid.promotions[partition], grid.ownerOf(partition)]).toEqual([0, 0, 1]);
    }
  });
});
