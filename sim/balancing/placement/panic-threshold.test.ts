import { describe, expect, it } from "vitest";
import { Placed } from "./testing/placed.ts";

const ten = (knobs: Record<string, string | number> = {}, down = 0) => {
  const chain = new Placed({ helpers: [{ name: "panic-threshold", knobs }], weights: new Array<number>(10).fill(1) });
  for (let server = 0; server < down; server++) chain.set(server, false);
  return chain;
};

describe("the panic threshold", () => {
  it("leaves half a fleet as it is, and below that uses all of it", () => {
    expect(ten({}, 5).seen).toEqual([5, 6, 7, 8, 9]);
    const chain = ten({}, 6);
    expect(chain.seen).toHaveLength(10);
    // Six of ten that are down get six tenths of the requests.
    expect(
      chain
        .counts(1000)
        .slice(0, 6)
        .reduce((sum, count) => sum + count, 0),
    ).toBe(600);
    chain.set(0, true);
    expect(chain.seen).toEqual([0, 6, 7, 8, 9]);
  });

  it("uses all when none is left, unless it is to refuse them all", () => {
    expect(ten({}, 10).seen).toHaveLength(10);
    expect(ten({ onPanic: "refuse" }, 6).counts(5)[10]).toBe(5);
    expect(ten({ onPanic: "refuse" }, 5).counts(5)[10]).toBe(0);
  });

  it("counts listed servers only, and never panics at zero", () => {
    const chain = ten({}, 6);
    for (const server of [0, 1, 2]) chain.list(server, false);
    expect(chain.seen).toEqual([6, 7, 8, 9]);
    expect(ten({ thresholdFraction: 0 }, 9).seen).toEqual([9]);
  });
});
