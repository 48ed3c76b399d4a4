import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { balancingAlgorithms } from "./index.ts";
import { Bench } from "./testing/bench.ts";

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("send" as const),
      request: fc.nat(),
      avoid: fc.integer({ min: -1, max: 9 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("bind" as const), server: fc.nat(9) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("end" as const), which: fc.nat(), ms: fc.nat(500), answered: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("set" as const), server: fc.nat(9), eligible: fc.boolean() }) },
);
const steps = fc.array(step, { maxLength: 150, size: "max" });
const weights = fc.array(fc.constantFrom(1, 1, 2, 3, 0.5, 10), { minLength: 1, maxLength: 10 });

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Runs the steps and returns every choice; `check` sees each before it is carried out. */
function choices(bench: Bench, steps: readonly Step[], check: (server: number, avoid: number) => void): number[] {
  const chosen: number[] = [];
  const open: number[] = [];
  const { fleet } = bench;
  for (const step of steps) {
    if (step.do === "send" && fleet.eligibleCount > 0) {
      // Whoever refused the request may have been taken out since, but it is a server of the fleet.
      const avoid = step.avoid < fleet.count ? step.avoid : -1;
      const server = bench.algorithm.pick(step.request, avoid);
      check(server, avoid);
      bench.place(server);
      open.push(server);
      chosen.push(server);
    } else if (step.do === "bind") {
      bench.bind(step.server % fleet.count);
      open.push(step.server % fleet.count);
    } else if (step.do === "end" && open.length > 0) {
      bench.end(open.splice(step.which % open.length, 1)[0]!, step.ms, step.answered);
    } else if (step.do === "set") {
      bench.set(step.server % fleet.count, step.eligible);
    }
  }
  return chosen;
}

describe.each(balancingAlgorithms.map(({ name }) => name))("%s", (name) => {
  it("chooses an eligible server, and the one to be avoided only when there is no other", () => {
    fc.assert(
      fc.property(weights, fc.integer(), steps, (weights, seed, steps) => {
        const bench = new Bench(name, weights, { seed });
        choices(bench, steps, (server, avoid) => {
          expect(bench.fleet.isEligible[server]).toBe(1);
          if (server === avoid) expect(bench.fleet.eligibleCount).toBe(1);
        });
      }),
    );
  });

  it("chooses the same again from the same seed and the same past", () => {
    fc.assert(
      fc.property(weights, fc.integer(), steps, (weights, seed, steps) => {
        const run = () => choices(new Bench(name, weights, { seed }), steps, () => {});
        expect(run()).toEqual(run());
      }),
      { numRuns: 30 },
    );
  });

  it("leaves the one server of a fleet of one no choice", () => {
    const bench = new Bench(name, [2]);
    expect([bench.serve(), bench.serve(), bench.serve(3, 0)]).toEqual([0, 0, 0]);
  });
});

describe("the list of algorithms", () => {
  it("has no name or alias twice", () => {
    const names = balancingAlgorithms.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    expect(names).toEqual([...new Set(names)]);
  });
});
