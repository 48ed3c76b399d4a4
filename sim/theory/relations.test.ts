/** Relations between runs: what must not change when something else does. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RunRecord } from "../index.ts";
import { metrics } from "../metrics/catalogue.ts";
import { scenarioWith } from "./testing/arbitrary-scenario.ts";
import { arbitraryStrategy } from "./testing/arbitrary-strategy.ts";
import { endlessUsers } from "./testing/arbitrary-workload.ts";
import { constant, run, serversOf } from "./testing/scenarios.ts";
import { slowed, slowedStrategy } from "./testing/slowed.ts";

const DURATION_MS = 1500;
const TIMEOUT_MS = 300_000;
const scenarios = scenarioWith(endlessUsers, DURATION_MS);
const settings = (runs: number): fc.Parameters<unknown> => ({
  numRuns: Number(process.env["SWARM_RUNS"] ?? runs),
  seed: Number(process.env["SWARM_SEED"] ?? 1),
});

describe("another unit of time", () => {
  it(
    "doubles every time to the last bit, halves every rate and changes nothing else",
    () => {
      fc.assert(
        fc.property(scenarios, arbitraryStrategy, (scenario, strategy) => {
          // The lognormal law has its mean as a logarithm, which rounds.
          fc.pre(!JSON.stringify(scenario).includes('"lognormal"'));
          // Delays that were measured somewhere are what they are in milliseconds.
          fc.pre(!JSON.stringify(strategy).includes('"linkedin-'));
          const once = run(scenario, strategy);
          const twice = run(slowed(scenario, 2), slowedStrategy(strategy, 2));
          expect(scaled(twice, 1)).toEqual(scaled(once, 2));
          expect(twice.sessionsLostByCause).toEqual(
            once.sessionsLostByCause.map((loss) => ({ ...loss, ms: 2 * loss.ms })),
          );
          expect(twice.affinityOutcomes).toEqual(once.affinityOutcomes);
          expect(twice.servers.map((server) => server.requests)).toEqual(once.servers.map((server) => server.requests));
        }),
        settings(40),
      );
    },
    TIMEOUT_MS,
  );
});

/** The metrics, with times `factor` times as long; the histogram takes less than a nanosecond for nothing. */
function scaled({ metrics: values }: RunRecord, factor: number): Record<string, number | null> {
  return Object.fromEntries(
    metrics.map(({ name, unit }): [string, number | null] => {
      const value = values[name];
      if (value === null) return [name, null];
      if (unit === "perSec") return [name, value / factor];
      if (unit === "sec") return [name, value * factor];
      return [name, unit !== "ms" ? value : value < 1e-6 ? 0 : value * factor];
    }),
  );
}

describe("servers that never join", () => {
  it(
    "change nothing",
    () => {
      fc.assert(
        fc.property(scenarios, arbitraryStrategy, (scenario, strategy) => {
          // nginx's ip_hash runs over the whole list, servers that are down included; anchor hash keeps a place for each.
          fc.pre(!["ip-hash", "anchor-hash"].includes(strategy.balancing.name));
          const { cluster, faults, durationMs } = scenario;
          const count = cluster.servers.reduce((sum, group) => sum + group.count, 0);
          // Of a tier and a zone that there are already: another one would be another part of the fleet.
          const { tier, zone } = cluster.servers[0]!;
          const never = serversOf({ name: "never", count: 2, tier, zone });
          const more = run(
            {
              ...scenario,
              cluster: { ...cluster, servers: [...cluster.servers, never] },
              faults: [...faults, { kind: "scale-out", atMs: durationMs + 1, servers: [count, count + 1] }],
            },
            strategy,
          );
          const alone = run(scenario, strategy);
          expect(more.metrics).toEqual(alone.metrics);
          expect(more.digest).toEqual(alone.digest);
        }),
        settings(40),
      );
    },
    TIMEOUT_MS,
  );
});

describe("another strategy", () => {
  it(
    "is offered the same requests at the same times, where users send one each and do not wait for anything",
    () => {
      const oneRequest = scenarios.map((scenario) => ({
        ...scenario,
        windowMs: 50,
        populations: scenario.populations
          .filter(({ arrivals }) => arrivals.process !== "closed")
          .map((population) => ({ ...population, session: { ...population.session, requests: constant(1) } })),
      }));
      fc.assert(
        fc.property(oneRequest, arbitraryStrategy, arbitraryStrategy, (scenario, one, other) => {
          const [a, b] = [run(scenario, one), run(scenario, other)];
          expect(a.timeline.requestsOffered).toEqual(b.timeline.requestsOffered);
        }),
        settings(40),
      );
    },
    TIMEOUT_MS,
  );
});
