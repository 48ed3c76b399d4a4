import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NodeCopies } from "./node-copies.ts";

const made = (rule: "order" | "stamp", offsetsMs: readonly number[]) => {
  const copies = new NodeCopies(rule, offsetsMs);
  copies.grow(8);
  return copies;
};

describe("the rows of equal nodes", () => {
  it("arrive when they are due, and not for a session that has ended meanwhile", () => {
    const copies = made("order", [0, 0]);
    copies.write(0, 3, 1, 10);
    copies.send(0, 1, 3, 15);
    expect([copies.contentOn(1, 3, 14), copies.contentOn(1, 3, 15)]).toEqual([0, 1]);
    copies.write(0, 4, 1, 20);
    copies.send(0, 1, 4, 25);
    copies.forget(4);
    expect([copies.contentOn(1, 4, 30), copies.isAnywhere(4), copies.isAnywhere(3)]).toEqual([0, false, true]);
  });

  it("end up the same everywhere by their stamps, in whatever order they arrive", () => {
    const write = fc.record({
      node: fc.nat(2),
      gapMs: fc.integer({ min: 1, max: 50 }),
      delaysMs: fc.array(fc.nat(200)),
    });
    fc.assert(
      fc.property(fc.array(write, { minLength: 1, maxLength: 30 }), (writes) => {
        const copies = made("stamp", [0, -30, -60]);
        let nowMs = 0;
        writes.forEach(({ node, gapMs, delaysMs }, index) => {
          nowMs += gapMs;
          if (!copies.write(node, 0, index + 1, nowMs)) return;
          for (const to of [0, 1, 2]) if (to !== node) copies.send(node, to, 0, nowMs + (delaysMs[to] ?? 0));
        });
        const ends = [0, 1, 2].map((node) => copies.contentOn(node, 0, 1e9));
        expect(new Set(ends).size).toBe(1);
      }),
    );
  });

  it("keep the newest write where clocks agree, and know when a clock has made an older one stay", () => {
    const agreed = made("stamp", [0, 0]);
    expect([agreed.write(0, 0, 1, 10), agreed.write(0, 0, 2, 20)]).toEqual([true, true]);
    const skewed = made("stamp", [0, -100]);
    skewed.write(0, 0, 1, 10);
    skewed.send(0, 1, 0, 11);
    expect([skewed.write(1, 0, 2, 50), skewed.isSkewed(0), skewed.contentOn(1, 0, 50)]).toEqual([false, true, 1]);
    expect([skewed.write(1, 0, 2, 111), skewed.isSkewed(0)]).toEqual([true, false]);
  });

  it("wait while two nodes are apart", () => {
    const copies = made("stamp", [0, 0]);
    copies.write(0, 0, 1, 10);
    copies.send(0, 1, 0, 15);
    copies.hold(0, 1, 12, Infinity);
    expect(copies.contentOn(1, 0, 1e6)).toBe(0);
    copies.hold(0, 1, 1e6, 1e6 + 5);
    expect(copies.contentOn(1, 0, 1e6 + 5)).toBe(1);
  });

  it("are handed over whole, and emptied whole", () => {
    const copies = made("order", [0, 0]);
    copies.write(0, 0, 7, 10);
    copies.transfer(0, 1);
    expect(copies.contentOn(1, 0, 10)).toBe(7);
    const had: number[] = [];
    copies.flush((session) => had.push(session));
    expect([had, copies.isAnywhere(0)]).toEqual([[0], false]);
  });
});
