import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectEven, expectShare } from "../engine/testing/fit.ts";
import { Anchor } from "./anchor-hash.ts";
import { Bench } from "./testing/bench.ts";
import { countsOf, movesBetween, placements } from "./testing/churn.ts";

const KEYS = 20_000;
const equal = (servers: number) => new Array<number>(servers).fill(1);

describe("AnchorHash", () => {
  it("spreads keys evenly, and evenly still after any servers have gone and some have come back", () => {
    const bench = new Bench("anchor-hash", equal(10));
    expectEven(countsOf(placements(bench, KEYS), 10));
    for (const server of [3, 7, 0, 5]) bench.set(server, false);
    bench.set(7, true);
    const counts = countsOf(placements(bench, KEYS), 10);
    expect([0, 3, 5].map((server) => counts[server])).toEqual([0, 0, 0]);
    expectEven([1, 2, 4, 6, 7, 8, 9].map((server) => counts[server]!));
  });

  it("moves the keys of a server that goes, evenly to all others, and nothing else", () => {
    const bench = new Bench("anchor-hash", equal(6));
    const before = placements(bench, KEYS);
    bench.set(2, false);
    const after = placements(bench, KEYS);
    const { moved, strays } = movesBetween(before, after, [2], []);
    expect(strays).toBe(0);
    expectShare(moved, KEYS, 1 / 6);
    const heirs = countsOf(
      after.filter((_, key) => before[key] === 2),
      6,
    );
    expectEven([0, 1, 3, 4, 5].map((server) => heirs[server]!));
  });

  it("restores every key when servers come back last one first", () => {
    const bench = new Bench("anchor-hash", equal(8));
    const before = placements(bench, 2000);
    for (const server of [1, 6, 3]) bench.set(server, false);
    for (const server of [3, 6, 1]) bench.set(server, true);
    expect(placements(bench, 2000)).toEqual(before);
  });

  it("leads a refused request where the server's keys go when it is down", () => {
    const bench = new Bench("anchor-hash", equal(5));
    const refused = Array.from({ length: 500 }, (_, key) => bench.serve(key, 2));
    bench.set(2, false);
    expect(refused).toEqual([...placements(bench, 500)]);
  });

  it("keeps its arrays consistent: what is removed is never found, what works always may be", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.array(fc.nat(11), { maxLength: 40 }), (capacity, toggles) => {
        const anchor = new Anchor(capacity);
        const working = new Set<number>();
        working.add(anchor.add());
        for (const toggle of toggles) {
          const bucket = toggle % capacity;
          if (working.has(bucket) && working.size > 1) {
            anchor.remove(bucket);
            working.delete(bucket);
          } else if (working.size < capacity) working.add(anchor.add());
          expect(anchor.count).toBe(working.size);
          for (let key = 0; key < 20; key++) expect(working.has(anchor.find(key * 0x9e3779b1, key))).toBe(true);
        }
      }),
    );
  });
});
