import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AddressTable } from "./address-table.ts";

/** The same as a Map: its keys stand in the order of last use, because every use takes the key out and puts it back. */
class NaiveTable {
  readonly entries = new Map<number, { readonly server: number; readonly usedAtMs: number }>();
  private readonly size: number;

  constructor(size: number) {
    this.size = size;
  }

  touch(address: number, nowMs: number): void {
    const entry = this.entries.get(address);
    if (entry === undefined) return;
    this.entries.delete(address);
    this.entries.set(address, { server: entry.server, usedAtMs: nowMs });
  }

  set(address: number, server: number, nowMs: number): void {
    const isNew = !this.entries.delete(address);
    if (isNew && this.entries.size === this.size) this.entries.delete([...this.entries.keys()][0]!);
    this.entries.set(address, { server, usedAtMs: nowMs });
  }
}

const step = fc.record({ do: fc.constantFrom("set", "set", "touch"), address: fc.nat(), server: fc.nat(5) });

/** Few addresses, chosen so that many of them begin their search at the same place of a small table. */
function addresses(count: number): number[] {
  return Array.from({ length: count }, (_, i) => (i % 3 === 0 ? 0xffffffff - i : i * 65_536));
}

describe("the address table", () => {
  it("is a map that drops the entry used longest ago when it is full", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(step, { maxLength: 150, size: "max" }),
        fc.integer({ min: 1, max: 30 }),
        (size, steps, count) => {
          const table = new AddressTable(size);
          const naive = new NaiveTable(size);
          const known = addresses(count);
          steps.forEach(({ do: what, address: which, server }, nowMs) => {
            const address = known[which % count]!;
            if (what === "set") {
              table.set(address, server, nowMs);
              naive.set(address, server, nowMs);
            } else {
              const entry = table.find(address);
              if (entry >= 0) table.touch(entry, nowMs);
              naive.touch(address, nowMs);
            }
            const found = known.map((address) => {
              const entry = table.find(address);
              return entry < 0 ? undefined : { server: table.serverOf(entry), usedAtMs: table.usedAt(entry) };
            });
            expect(found).toEqual(known.map((address) => naive.entries.get(address)));
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it("keeps as many addresses as it has room for, and the newest of them", () => {
    const table = new AddressTable(1000);
    for (let i = 0; i < 5000; i++) table.set(i * 7919, i % 10, i);
    const kept = Array.from({ length: 5000 }, (_, i) => i).filter((i) => table.find(i * 7919) >= 0);
    expect(kept).toEqual(Array.from({ length: 1000 }, (_, i) => 4000 + i));
  });
});
