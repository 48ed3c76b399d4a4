import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { partNamed, withDefaults } from "../../catalogue.ts";
import { Draws } from "../../engine/draws.ts";
import { balancingAlgorithms } from "../index.ts";
import { fleetOf, requestsOf } from "../testing/bench.ts";
import { placed, withTiers } from "./chain.ts";
import { placementHelpers } from "./index.ts";
import { Placed } from "./testing/placed.ts";

const helper = fc.constantFrom(...placementHelpers.map(({ name }) => ({ name })));

describe("a chain of helpers", () => {
  it("shows the algorithm a fleet that is consistent, and tells it of every change, whatever happens", () => {
    const step = fc.record({ server: fc.nat(7), eligible: fc.boolean(), waitMs: fc.nat(5000) });
    fc.assert(
      fc.property(fc.array(helper, { maxLength: 3 }), fc.array(step, { maxLength: 40 }), (helpers, steps) => {
        const chain = new Placed({ helpers, weights: [1, 2, 3, 4, 1, 1, 1, 1] });
        const known = chain.witnesses.map(({ fleet }) => [...fleet.isEligible].map((is, i) => is * fleet.weight[i]!));
        const listen = () =>
          chain.witnesses.forEach((witness, at) => {
            const { fleet } = witness;
            const now = [...fleet.isEligible].map((is, i) => is * fleet.weight[i]!);
            now.forEach((value, server) => {
              if (value !== known[at]![server]) expect(witness.heard).toContain(`changed ${server}`);
            });
            known[at] = now;
            witness.heard.length = 0;
            expect(witness.seen).toEqual([...fleet.isEligible.keys()].filter((i) => fleet.isEligible[i] === 1));
          });
        for (const { server, eligible, waitMs } of steps) {
          chain.set(server, eligible);
          listen();
          chain.runTo(chain.nowMs + waitMs);
          listen();
          const chosen = chain.algorithm.pick(0, -1);
          if (chosen >= 0) expect(chain.fleet.isListed[chosen]).toBe(1);
        }
      }),
    );
  });

  it("passes on what it hears, and wakes who asked for it when the time has come", () => {
    const situation = { zone: ["a", "b"] };
    const chain = new Placed({ helpers: [{ name: "slow-start" }, { name: "zone-aware" }], weights: [1, 1], situation });
    // One for each zone, and one for both together.
    const [first, second, both] = chain.witnesses.map(({ heard }) => heard);
    chain.algorithm.sent(1);
    expect([first, second, both].map((heard) => heard!.at(-1))).toEqual(["sent 1", "sent 1", "sent 1"]);
    chain.wakers[1]!(500);
    chain.wakers[2]!(500);
    chain.runTo(499);
    expect(second).not.toContain("woken");
    chain.runTo(2000);
    expect([first, second, both].map((heard) => heard!.filter((said) => said === "woken").length)).toEqual([0, 1, 1]);
  });

  it("is not there where no helper is: the algorithm's fleet is the balancer's own", () => {
    const chain = new Placed({ helpers: [], weights: [1, 1] });
    expect(chain.witnesses[0]!.fleet).toBe(chain.fleet);
    expect(chain.algorithm).toBe(chain.witnesses[0]);
  });

  it("minds tiers where servers have them, once", () => {
    const tier = Int32Array.of(0, 1);
    const named = [{ name: "tiers", knobs: { spill: "full" } }];
    expect(withTiers([], { tier }).map(({ name }) => name)).toEqual(["tiers"]);
    expect(withTiers(named, { tier })).toBe(named);
    expect(withTiers([], { tier: Int32Array.of(2, 2) })).toEqual([]);
  });

  it.each(balancingAlgorithms.map(({ name }) => name))("carries %s, which chooses among what it is shown", (name) => {
    const definition = partNamed(balancingAlgorithms, name, "balancing algorithm");
    const fleet = fleetOf(new Array<number>(12).fill(1));
    const choices = [{ name: "subset", knobs: { size: 4, scheme: "rounds", fallback: "none" } }];
    let seen: readonly number[] = [];
    const algorithm = placed(
      choices,
      {
        fleet,
        requests: requestsOf({}),
        draws: new Draws(1, "balancing/0"),
        clock: { nowMs: 0 },
        probes: { ask: () => {} },
        wake: () => {},
        situation: {
          balancer: 1,
          balancers: 3,
          zoneOfBalancer: [null, null, null],
          zone: new Array<null>(12).fill(null),
          tier: new Int32Array(12),
        },
        drawsFor: (purpose) => new Draws(1, purpose),
      },
      (context) => {
        const made = definition.create(withDefaults(definition, {}), context);
        seen = [...context.fleet.isEligible.keys()];
        const slice = context.fleet;
        const changed = made.changed.bind(made);
        made.changed = (server) => {
          changed(server);
          seen = [...slice.isEligible.keys()].filter((i) => slice.isEligible[i] === 1);
        };
        return made;
      },
    );
    algorithm.changed(0);
    expect(seen).toHaveLength(4);
    for (let request = 0; request < 40; request++) {
      const server = algorithm.pick(request, -1);
      expect(seen).toContain(server);
      fleet.inFlight[server]!++;
      algorithm.sent(server);
    }
  });
});
