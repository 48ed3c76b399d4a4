import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeyTable } from "./key-table.ts";
import type { StickTableSettings } from "./stick-rows.ts";
import { StickTable } from "./stick-table.ts";

const tableOf = (settings: Partial<StickTableSettings>) =>
  new KeyTable({ size: 3, expireMs: 1000, whenFull: "drop-few", ...settings });

/** Few keys, some beyond 32 bits and some alike in their low words. */
const keys = Array.from({ length: 12 }, (_, i) => (i % 3) * 4_294_967_296 * 1000 + Math.floor(i / 3));

const step = fc.record({
  does: fc.constantFrom("set", "set", "use"),
  key: fc.nat(11),
  ms: fc.nat(400),
  server: fc.nat(5),
});
const steps = fc.array(step, { maxLength: 150, size: "max" });
const size = fc.integer({ min: 1, max: 8 });

describe("a table of keys", () => {
  it.each(["drop-few", "refuse"] as const)("does what the table of texts does, which is HAProxy's: %s", (whenFull) => {
    fc.assert(
      fc.property(size, steps, (size, steps) => {
        const settings = { size, expireMs: 1000, whenFull };
        const table = new KeyTable(settings);
        const texts = new StickTable<number>(settings);
        let now = 0;
        for (const { does, key, ms, server } of steps) {
          now += ms;
          const room = does === "set" ? texts.take(now) : null;
          if (room !== null) texts.store(room, String(key), server, now);
          if (does === "set") expect(table.set(keys[key]!, server, now)).toBe(room !== null);
          else texts.find(String(key), now);
          if (does === "use") table.use(keys[key]!, now);
          expect(table.size).toBe(texts.size);
        }
        for (const [i, key] of keys.entries()) {
          const row = table.use(key, now);
          expect(row < 0 ? undefined : table.serverOf(row)).toBe(texts.find(String(i), now));
        }
      }),
      { numRuns: 80 },
    );
  });

  it("drops the key used longest ago, where that is what it does", () => {
    fc.assert(
      fc.property(size, steps, (size, steps) => {
        const table = tableOf({ size, expireMs: null, whenFull: "drop-oldest" });
        // The keys of a Map stand in the order of last use when every use takes the key out and puts it back.
        const naive = new Map<number, number>();
        for (const [now, { does, key, server }] of steps.entries()) {
          const known = naive.get(key);
          if (does === "use") {
            table.use(keys[key]!, now);
            if (known !== undefined && naive.delete(key)) naive.set(key, known);
          } else {
            expect(table.set(keys[key]!, server, now)).toBe(true);
            naive.delete(key);
            if (naive.size === size) naive.delete([...naive.keys()][0]!);
            naive.set(key, server);
          }
        }
        const found = keys.map((key) => table.find(key)).map((row) => (row < 0 ? undefined : table.serverOf(row)));
        expect(found).toEqual(keys.map((_, i) => naive.get(i)));
      }),
      { numRuns: 80 },
    );
  });

  it("forgets the rows of one server and leaves the others", () => {
    const table = tableOf({ size: 100 });
    for (let key = 0; key < 60; key++) table.set(key, key % 3, key);
    table.forgetServer(1);
    expect(table.size).toBe(40);
    for (let key = 0; key < 60; key++) expect(table.find(key) < 0).toBe(key % 3 === 1);
  });

  it("learns from another table what it does not know better, with the lives that rows have there", () => {
    const [old, young] = [tableOf({ size: 10 }), tableOf({ size: 10 })];
    old.set(1, 0, 0);
    old.set(2, 0, 100);
    old.set(3, 0, 200);
    young.set(2, 1, 250);
    expect(young.learnFrom(old, 300)).toBe(3);
    const known = (nowMs: number) => {
      young.expire(nowMs);
      return [1, 2, 3].map((key) => young.find(key)).map((row) => (row < 0 ? -1 : young.serverOf(row)));
    };
    expect(known(999)).toEqual([0, 1, 0]);
    expect(known(1000)).toEqual([-1, 1, 0]);
    expect(known(1200)).toEqual([-1, 1, -1]);
    expect(known(1250)).toEqual([-1, -1, -1]);
  });

  it("holds a million keys, and finds each", () => {
    const million = 1_000_000;
    const table = tableOf({ size: million, expireMs: 1_800_000 });
    for (let key = 0; key < million; key++) table.set(key * 8_589_934_591, key % 7, 0);
    expect(table.size).toBe(million);
    for (let key = 0; key < million; key += 997) expect(table.serverOf(table.find(key * 8_589_934_591))).toBe(key % 7);
    // One more: a look at twice 1/256 of the rows drops that many and one.
    table.set(1, 0, 1);
    expect(table.size).toBe(million - (million >>> 8));
  });
});
