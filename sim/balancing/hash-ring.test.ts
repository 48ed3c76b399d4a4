import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultIdentity } from "./fleet.ts";
import { HashRing } from "./hash-ring.ts";
import { RING_KEYS, ringPoints } from "./ring-points.ts";

const SERVERS = 5;
const identity = Array.from({ length: SERVERS }, (_, server) => defaultIdentity(server));
/** Few places, so that points of different servers coincide. */
const coarse = ({ id }: { readonly id: number }, index: number) => ((id * 7 + index * 13) % 31) * 0x08000000;

/** The same as a list: every point with its time of coming, sorted whenever it is asked. */
class NaiveRing {
  private points: { readonly at: number; readonly server: number; readonly index: number; readonly order: number }[] =
    [];
  private comings = 0;

  set(server: number, count: number): void {
    this.points = this.points.filter((point) => point.server !== server || point.index < count);
    const had = this.points.filter((point) => point.server === server).length;
    for (let index = had; index < count; index++) {
      this.points.push({ at: coarse(identity[server]!, index), server, index, order: this.comings++ });
    }
  }
  sorted(): readonly { readonly at: number; readonly server: number }[] {
    return this.points.toSorted((a, b) => a.at - b.at || a.order - b.order);
  }
  nearest(hash: number): number {
    const points = this.sorted();
    const next = points.find(({ at }) => at >= hash) ?? points[0]!;
    const before = points.findLast(({ at }) => at < hash) ?? points.at(-1)!;
    return (hash - before.at) >>> 0 <= (next.at - hash) >>> 0 ? before.server : next.server;
  }
}

const step = fc.record({ server: fc.nat(SERVERS - 1), points: fc.nat(12), asks: fc.boolean() });

describe("the ring of points", () => {
  it("is a sorted list of points, equal ones in the order in which they came, however they come and go", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 0, max: 0xffffffff }), (steps, hash) => {
        const ring = new HashRing(identity, coarse);
        const naive = new NaiveRing();
        for (const { server, points, asks } of steps) {
          ring.set(server, points);
          naive.set(server, points);
          // Whether anybody looked in between must make no difference.
          if (asks) expect(ring.length).toBe(naive.sorted().length);
        }
        const found = Array.from({ length: ring.length }, (_, place) => [ring.pointAt(place), ring.ownerAt(place)]);
        expect(found).toEqual(naive.sorted().map(({ at, server }) => [at, server]));
        if (ring.length > 0) expect(ring.ownerAt(ring.nearest(hash))).toBe(naive.nearest(hash));
      }),
    );
  });

  it("takes turns point by point, and goes on at the following one when the point it stands on is taken out", () => {
    const open = new Uint8Array(SERVERS);
    const at: Readonly<Record<number, number>> = { 1: 10, 2: 20, 3: 30 };
    const ring = new HashRing(identity, ({ id }) => at[id]!);
    for (const server of [0, 1, 2]) ring.set(server, 1);
    expect([ring.inTurn(open, -1), ring.inTurn(open, -1)]).toEqual([0, 1]);
    ring.set(1, 0);
    // It stands on the point of the third server now, so that the first is next.
    expect(ring.inTurn(open, -1)).toBe(0);
    expect(ring.inTurn(open, -1)).toBe(2);
    ring.set(2, 0);
    expect(ring.inTurn(open, -1)).toBe(0);
    expect(ring.inTurn(open, 0)).toBe(0);
    expect(ring.inTurn(Uint8Array.of(1, 1, 1), -1)).toBe(-1);
  });

  it("looks at the first point only, where turns are short and none has been taken", () => {
    const at: Readonly<Record<number, number>> = { 1: 10, 2: 20 };
    const ring = new HashRing(identity, ({ id }) => at[id]!);
    ring.set(0, 1);
    ring.set(1, 1);
    const firstIsFull = Uint8Array.of(1, 0);
    expect(ring.inTurn(firstIsFull, -1, true)).toBe(-1);
    expect(ring.inTurn(firstIsFull, -1)).toBe(1);
    expect(ring.inTurn(firstIsFull, -1, true)).toBe(1);
  });

  it("refuses weights that no ring can hold", () => {
    expect(() => new HashRing(identity, coarse).set(0, 3_000_000)).toThrow(/2097152 points/);
  });
});

describe("the points of HAProxy's ring", () => {
  const pointsOf = (key: (typeof RING_KEYS)[number], server: object) =>
    [0, 1, 2].map((index) => ringPoints(key)({ ...defaultIdentity(0), ...server }, index));

  it("lie where its avalanche puts them", () => {
    // The first three of server 1, from HAProxy 2.6.
    expect(pointsOf("id", { id: 1 })).toEqual([1_237_450_891, 2_761_370_759, 3_040_967_754]);
  });

  it("depend on what they are made from, and on nothing else", () => {
    const one = { name: "a", id: 3, host: "10.0.0.7", port: 80 };
    const dependsOn = (key: (typeof RING_KEYS)[number], change: object) =>
      pointsOf(key, one).join() !== pointsOf(key, { ...one, ...change }).join();
    for (const key of RING_KEYS) {
      expect(dependsOn(key, { name: "b" })).toBe(false);
      expect(dependsOn(key, { id: 4 })).toBe(key.startsWith("id"));
      expect(dependsOn(key, { host: "10.0.0.8" })).toBe(key.startsWith("addr"));
      expect(dependsOn(key, { port: 81 })).toBe(key === "addr-port");
    }
  });

  it("take a host that is no address by its name", () => {
    expect(pointsOf("addr", { host: "a.example" })).not.toEqual(pointsOf("addr", { host: "b.example" }));
  });
});
