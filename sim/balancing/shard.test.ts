import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bench } from "./testing/bench.ts";
import { varnishKey, varnishObjectKey } from "./varnish-key.ts";

const keys = Array.from({ length: 400 }, (_, i) => i);

/** The servers in the order in which a walk round the circle from a key meets them, by the definition. */
function walkOf(servers: number, replicas: number, key: string): readonly number[] {
  const points = Array.from({ length: servers }, (_, server) =>
    Array.from({ length: replicas }, (_, i) => ({ point: varnishKey(`server-${server + 1}${i}`), server })),
  )
    .flat()
    .sort((a, b) => a.point - b.point);
  const found = points.findIndex(({ point }) => point >= varnishKey(key));
  const start = found < 0 ? points.length - 1 : found;
  return [...new Set([...points.slice(start), ...points.slice(0, start)].map(({ server }) => server))];
}

describe("what Varnish makes of text", () => {
  it("is what Varnish 7.1 made of it", () => {
    expect(varnishKey("s10")).toBe(4_035_629_861);
    expect(varnishKey("/")).toBe(4_053_860_029);
    expect(varnishObjectKey("/\0app.example\0")).toBe(3_273_037_094);
  });
});

describe("shard", () => {
  it("walks from the key's point to the first server in use", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }), (n, up) => {
        const bench = new Bench("shard", new Array<number>(n).fill(1), { knobs: { replicas: 5 } });
        for (let server = 0; server < n; server++) bench.set(server, up[server]!);
        if (bench.fleet.eligibleCount === 0) return;
        for (const key of keys.slice(0, 50)) {
          const expected = walkOf(n, 5, `/page/${key}`).find((server) => up[server]);
          expect(bench.serve(key)).toBe(expected);
        }
      }),
    );
  });

  it("as an alternative passes servers by, those out of use included", () => {
    const bench = new Bench("shard", [1, 1, 1, 1, 1], { knobs: { replicas: 5, alternative: 2 } });
    bench.set(1, false);
    for (const key of keys) {
      const rest = walkOf(5, 5, `/page/${key}`).slice(2);
      expect(bench.serve(key)).toBe(rest.find((server) => server !== 1));
    }
  });

  it("takes the last in use of those passed by, but one, when nobody is left after them, or nobody", () => {
    const bench = new Bench("shard", [1, 1, 1, 1], { knobs: { replicas: 5, alternative: 3 } });
    for (const server of [0, 1, 2, 3]) {
      for (let other = 0; other < 4; other++) bench.set(other, other === server);
      for (const key of keys.slice(0, 50)) {
        // In use is one only: found among the first two, it is taken; as the third passed by, it is not; as the last, it is.
        const place = walkOf(4, 5, `/page/${key}`).indexOf(server);
        expect(bench.algorithm.pick(key, -1)).toBe(place === 2 ? -1 : server);
      }
    }
  });

  it("gives points in proportion to weight, at least as many as for a weight of 1", () => {
    const served = (weights: readonly number[]) => {
      const bench = new Bench("shard", weights);
      return keys.map((key) => bench.serve(key));
    };
    expect(served([0.2, 0.5, 1])).toEqual(served([1, 1, 1]));
    const heavy = served([8, 1, 1]).filter((server) => server === 0).length / keys.length;
    // 67 × 8 of 670 points: 0.8, with a standard error of about 0.02 from the keys and as much from the points.
    expect(Math.abs(heavy - 0.8)).toBeLessThan(0.12);
  });

  it("moves the keys of a server that goes down and nobody else's", () => {
    const bench = new Bench("shard", [1, 2, 1, 1]);
    const before = keys.map((key) => bench.serve(key));
    bench.set(1, false);
    expect(before.filter((server, key) => bench.serve(key) !== server)).toEqual(
      before.filter((server) => server === 1),
    );
  });
});
