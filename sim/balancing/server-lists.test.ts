import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fleet } from "./fleet.ts";
import { ServerHeap } from "./server-heap.ts";
import { ServerLists } from "./server-lists.ts";

const SERVERS = 9;
const server = fc.nat(SERVERS - 1);
const step = fc.oneof(
  // Few loads, so that there are ties all over; now and then one far away.
  fc.record({ do: fc.constant("put" as const), server, load: fc.nat(4) }),
  fc.record({ do: fc.constant("put" as const), server, load: fc.oneof(fc.nat(4), fc.nat(100)) }),
  fc.record({ do: fc.constant("remove" as const), server, load: fc.constant(0) }),
);

describe("the lists of servers by load", () => {
  it("are the heap of servers with loads for keys, whoever is barred or to be avoided", () => {
    const avoid = fc.integer({ min: -1, max: SERVERS - 1 });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 100, size: "max" }),
        fc.uniqueArray(server),
        avoid,
        (steps, barred, avoid) => {
          const lists = new ServerLists(SERVERS);
          const heap = new ServerHeap(SERVERS);
          const open = new Fleet(new Array<number>(SERVERS).fill(1));
          const some = new Fleet(new Array<number>(SERVERS).fill(1));
          for (const server of barred) some.setBarred(server, true);
          for (const { do: what, server, load } of steps) {
            for (const either of [lists, heap]) what === "put" ? either.put(server, load) : either.remove(server);
            expect(lists.has(server)).toBe(heap.has(server));
            for (const fleet of [open, some]) expect(lists.firstOpen(fleet, avoid)).toBe(heap.firstOpen(fleet, avoid));
          }
          const left: number[] = [];
          for (let next = heap.first(-1); next >= 0; next = heap.first(-1)) {
            left.push(next);
            heap.remove(next);
          }
          expect(lists.inOrder()).toEqual(left);
        },
      ),
    );
  });
});
