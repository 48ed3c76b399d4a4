import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fleet } from "./fleet.ts";
import { ServerHeap } from "./server-heap.ts";

const SERVERS = 9;

/** The same, as a list that is sorted whenever it is asked. */
class NaiveHeap {
  private entries: { readonly server: number; readonly key: number; readonly order: number }[] = [];
  private puts = 0;

  put(server: number, key: number): void {
    if (this.entries.some((entry) => entry.server === server && entry.key === key)) return;
    this.remove(server);
    this.entries.push({ server, key, order: this.puts++ });
  }

  remove(server: number): void {
    this.entries = this.entries.filter((entry) => entry.server !== server);
  }

  first(avoid: number, barred: readonly number[] = []): number {
    const servers = this.entries
      .sort((a, b) => a.key - b.key || a.order - b.order)
      .map(({ server }) => server)
      .filter((server) => !barred.includes(server));
    return servers.find((server) => server !== avoid) ?? servers[0] ?? -1;
  }
}

const server = fc.nat(SERVERS - 1);
const step = fc.oneof(
  // Few keys, so that there are ties all over.
  fc.record({ do: fc.constant("put" as const), server, key: fc.nat(4) }),
  fc.record({ do: fc.constant("put" as const), server, key: fc.nat(4) }),
  fc.record({ do: fc.constant("remove" as const), server, key: fc.constant(0) }),
);

describe("the heap of servers", () => {
  it("is a list sorted by key, equal keys in the order in which they were put in", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 100, size: "max" }),
        fc.integer({ min: -1, max: SERVERS - 1 }),
        (steps, avoid) => {
          const heap = new ServerHeap(SERVERS);
          const naive = new NaiveHeap();
          for (const { do: what, server, key } of steps) {
            if (what === "put") {
              heap.put(server, key);
              naive.put(server, key);
            } else {
              heap.remove(server);
              naive.remove(server);
            }
            expect(heap.has(server)).toBe(what === "put");
            expect(heap.first(-1)).toBe(naive.first(-1));
            expect(heap.first(avoid)).toBe(naive.first(avoid));
          }
          // What is left comes out in order.
          for (let next = naive.first(-1); next >= 0; next = naive.first(-1)) {
            expect(heap.first(-1)).toBe(next);
            heap.remove(next);
            naive.remove(next);
          }
          expect(heap.first(-1)).toBe(-1);
        },
      ),
    );
  });

  it("passes over those that are barred", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60, size: "max" }),
        fc.uniqueArray(server),
        fc.integer({ min: -1, max: SERVERS - 1 }),
        (steps, barred, avoid) => {
          const heap = new ServerHeap(SERVERS);
          const naive = new NaiveHeap();
          const fleet = new Fleet(new Array<number>(SERVERS).fill(1));
          for (const server of barred) fleet.setBarred(server, true);
          for (const { do: what, server, key } of steps) {
            for (const either of [heap, naive]) what === "put" ? either.put(server, key) : either.remove(server);
            if (what === "put") expect(heap.keyOf(server)).toBe(key);
            expect(heap.firstOpen(fleet, avoid)).toBe(naive.first(avoid, barred));
          }
        },
      ),
    );
  });
});
