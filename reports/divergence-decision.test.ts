import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Decision } from "../sim/index.ts";
import { CONTEXT, differences, firstDifference } from "./divergence-decision.ts";
import { decision } from "./testing/decisions.ts";

/** Decisions whose only difference is where they go. */
const stream = (servers: readonly number[], from: number): Decision[] =>
  servers.map((serverIndex, at) => decision(from + at, { serverIndex, server: `server-${serverIndex + 1}` }));
const servers = fc.array(fc.nat(2), { maxLength: 30 });

describe("the first difference", () => {
  test("is where two streams part, with the last equal decisions before it", () => {
    fc.assert(
      fc.property(servers, servers, servers, fc.nat(1000), (common, tailA, tailB, from) => {
        const a = stream([...common, ...tailA], from);
        const b = stream([...common, ...tailB], from);
        let first = 0;
        while (first < a.length && first < b.length && a[first]?.serverIndex === b[first]?.serverIndex) first++;
        const found = firstDifference(a, b);
        if (first === a.length && first === b.length) {
          expect(found).toBeNull();
          return;
        }
        const indices = found?.before.map((pair) => [pair.a.index, pair.b.index]);
        const expected = Array.from({ length: Math.min(first, CONTEXT) }, (_, at) => at - Math.min(first, CONTEXT));
        expect(indices).toEqual(expected.map((back) => [from + first + back, from + first + back]));
        expect(found?.a).toEqual(a[first] ?? null);
        expect(found?.b).toEqual(b[first] ?? null);
      }),
    );
  });

  test("of a stream that only goes on is what the other lacks", () => {
    const [a, b] = [stream([0, 1], 0), stream([0, 1, 2], 0)];
    expect(firstDifference(a, b)).toMatchObject({ a: null, b: { index: 2 } });
    expect(firstDifference(b, a)).toMatchObject({ a: { index: 2 }, b: null });
  });

  test.each([
    ["time", { atMs: 5.000001 }],
    ["visit", { visit: 9 }],
    ["request", { request: 9 }],
    ["attempt", { attempt: 1 }],
    ["server", { serverIndex: 1 }],
    ["reason", { reason: "balanced" }],
  ] as const)("can be one of %s alone", (word, changes) => {
    const [a, b] = [decision(0), decision(0, changes)];
    expect(differences(a, b)).toEqual([word]);
    expect(firstDifference([a], [b])).toEqual({ before: [], a, b });
  });

  test("is not one of names or balancers, which the digest does not count", () => {
    const renamed = decision(0, { server: "old-1", balancer: 1 });
    expect(firstDifference([decision(0)], [renamed])).toBeNull();
  });
});
