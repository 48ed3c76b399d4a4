import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Bench, letters } from "./testing/bench.ts";

/** The kernel's walk: integers, from the destination that was added last, a strictly smaller quotient wins. */
function walked(inFlight: ArrayLike<number>, weights: readonly number[], neverQueues: boolean): number {
  let least = -1;
  for (let server = weights.length - 1; server >= 0; server--) {
    if (weights[server] === 0) continue;
    if (neverQueues && inFlight[server] === 0) return server;
    const overhead = inFlight[server]! + 1;
    if (least < 0 || (inFlight[least]! + 1) * weights[server]! > overhead * weights[least]!) least = server;
  }
  return least;
}

describe.each([
  ["shortest-expected-delay", false],
  ["never-queue", true],
] as const)("%s", (name, neverQueues) => {
  it("takes the destination that the kernel's walk finds, whatever the weights and the requests in flight", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 65_535 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(99), { maxLength: 60 }),
        (weights, steps) => {
          fc.pre(weights.some((weight) => weight > 0));
          const bench = new Bench(name, weights);
          const open: number[] = [];
          for (const step of steps) {
            if (step % 3 === 0 && open.length > 0) bench.end(open.splice(step % open.length, 1)[0]!);
            const expected = walked(bench.fleet.inFlight, weights, neverQueues);
            const server = bench.send();
            expect(server).toBe(expected);
            open.push(server);
          }
        },
      ),
    );
  });
});

describe("of a server of weight 3 and one of weight 1", () => {
  const sequence = (name: string) => {
    const bench = new Bench(name, [3, 1]);
    return letters(Array.from({ length: 8 }, () => bench.send()));
  };

  it("shortest expected delay fills the heavy one to twice the load first: 1/3, 2/3, then 1 of either", () => {
    expect(sequence("shortest-expected-delay")).toBe("aabaaaba");
  });

  it("never queue gives the light one a request as soon as the heavy one has any", () => {
    expect(sequence("never-queue")).toBe("baaaaaba");
  });
});
