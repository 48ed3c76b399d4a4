/** What a kind of storage promises, held against any scenario that keeps to the promise's conditions. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Cause, Fault, Scenario, Strategy } from "../index.ts";
import { metrics } from "../metrics/catalogue.ts";
import { scenarioWith } from "./testing/arbitrary-scenario.ts";
import { arbitraryPart } from "./testing/arbitrary-strategy.ts";
import { endlessUsers } from "./testing/arbitrary-workload.ts";
import { engine } from "./testing/engine.ts";
import { run, strategyOf } from "./testing/scenarios.ts";

const DURATION_MS = 1500;
const TIMEOUT_MS = 300_000;
const scenarios = scenarioWith(endlessUsers, DURATION_MS);
const settings: fc.Parameters<unknown> = {
  numRuns: Number(process.env["SWARM_RUNS"] ?? 40),
  seed: Number(process.env["SWARM_SEED"] ?? 1),
};
const balancing = arbitraryPart(engine.balancingAlgorithms);
const affinity = arbitraryPart(engine.affinityMechanisms);
const state = arbitraryPart(engine.stateBackends);
const only = (parts: Parameters<typeof strategyOf>[0]) => strategyOf(parts);

/** Whatever the conditions leave open, no session is lost, no read is stale and no write is undone, but by `except`. */
function losesNothing(scenario: Scenario, strategy: Strategy, except: Cause | null = null): void {
  const record = run(scenario, strategy);
  const losses = (["sessionsLost", "staleReads", "writesLost"] as const).flatMap((kind) =>
    record[`${kind}ByCause`].filter(({ cause }) => cause !== except).map((entry) => ({ kind, ...entry })),
  );
  expect(losses).toEqual([]);
}

const crashes = (fault: Fault): fault is Fault & { readonly kind: "crash" } => fault.kind === "crash";

describe("nothing is lost", () => {
  it(
    "by a store outside the servers, whatever happens to the servers",
    () => {
      fc.assert(
        fc.property(scenarios, balancing, affinity, fc.boolean(), (scenario, first, second, isDurable) => {
          // A store that writes everything down may crash as well; one that is emptied or torn apart promises nothing.
          const faults = scenario.faults.filter(
            ({ kind }) => !kind.startsWith("store-") || (isDurable && kind === "store-crash"),
          );
          const { state } = only({ state: "redis", knobs: { persistence: isDurable ? "always" : "none" } });
          losesNothing({ ...scenario, faults }, { name: "store", balancing: first, affinity: second, state });
        }),
        settings,
      );
    },
    TIMEOUT_MS,
  );

  it(
    "by clients who keep small sessions in their cookies, but what no answer has told them of",
    () => {
      fc.assert(
        fc.property(scenarios, balancing, affinity, (scenario, first, second) => {
          // A cookie is where its answer is. An answer that never comes, as when somebody gives up waiting for it, or a server
          // dies on it, takes what was written along; the next request begins with the cookie before. None of that was owed:
          // no read is stale, and a request in the place of another is the only cause there is.
          const populations = scenario.populations.map((population) => ({
            ...population,
            session: { ...population.session, stateBytes: { law: "constant", value: 100 }, growthBytesPerWrite: 0 },
            clients: { ...population.clients, cookiesFraction: 1 },
          })) satisfies Scenario["populations"];
          const { state } = only({ state: "signed-cookie" });
          const strategy: Strategy = { name: "cookie", balancing: first, affinity: second, state };
          losesNothing({ ...scenario, populations }, strategy, "concurrent-request");
          // Where every answer comes, and one request after the other is sent, that is nothing at all.
          const { balancers } = scenario.cluster;
          const answered: Scenario = {
            ...scenario,
            populations: populations.map((each) => ({
              ...each,
              session: { ...each.session, parallel: null, polling: null },
              patienceMs: null,
            })),
            cluster: { ...scenario.cluster, balancers: { ...balancers, requestTimeoutMs: null } },
            sessions: { ...scenario.sessions, warning: null },
            faults: [],
          };
          losesNothing(answered, strategy);
        }),
        settings,
      );
    },
    TIMEOUT_MS,
  );

  it(
    "by copies on all servers before the answer, while one server stays up",
    () => {
      fc.assert(
        fc.property(scenarios, balancing, affinity, (scenario, first, second) => {
          const faults = scenario.faults.map((fault) =>
            "servers" in fault && fault.kind !== "scale-out"
              ? { ...fault, servers: fault.servers.filter((server) => server !== 0) }
              : fault,
          );
          const { state } = only({ state: "replicated", knobs: { mode: "sync-processed" } });
          // Members drop what they have heard of no use of for two idle limits, also when the last answer was that long under way.
          const strategy: Strategy = { name: "copies", balancing: first, affinity: second, state };
          losesNothing({ ...scenario, faults }, strategy, "expired-early");
        }),
        settings,
      );
    },
    TIMEOUT_MS,
  );

  it(
    "by one backup, when a single server crashes",
    () => {
      fc.assert(
        fc.property(scenarios, balancing, affinity, (scenario, first, second) => {
          const faults = scenario.faults
            .filter(crashes)
            .slice(0, 1)
            .map((fault) => ({ ...fault, servers: fault.servers.slice(0, 1) }));
          const servers = scenario.cluster.servers.map((group) => ({ ...group, count: group.count + 1 }));
          const cluster = { ...scenario.cluster, servers };
          const { state } = only({ state: "one-backup" });
          losesNothing({ ...scenario, cluster, faults }, { name: "backup", balancing: first, affinity: second, state });
        }),
        settings,
      );
    },
    TIMEOUT_MS,
  );

  it(
    "by the memory of the only server there is, while it stays up",
    () => {
      fc.assert(
        fc.property(scenarios, balancing, affinity, (scenario, first, second) => {
          const [group] = scenario.cluster.servers;
          const cluster = { ...scenario.cluster, servers: [{ ...group!, count: 1 }] };
          const { state } = only({ state: "server-memory" });
          losesNothing(
            { ...scenario, cluster, faults: [] },
            { name: "one", balancing: first, affinity: second, state },
          );
        }),
        settings,
      );
    },
    TIMEOUT_MS,
  );

  it(
    "from the memory of several, while a cookie leads everybody back and nobody is refused",
    () => {
      fc.assert(
        fc.property(scenarios, balancing, (scenario, first) => {
          const populations = scenario.populations.map((population) => ({
            ...population,
            clients: { ...population.clients, cookiesFraction: 1 },
          }));
          // Where only so many may wait for one server, the next are sent elsewhere.
          const queue = scenario.cluster.balancers.queue && {
            ...scenario.cluster.balancers.queue,
            perServerLimit: null,
          };
          const balancers = { ...scenario.cluster.balancers, redispatch: 0, queue };
          const calm = { ...scenario, populations, cluster: { ...scenario.cluster, balancers }, faults: [] };
          losesNothing(calm, { ...only({ affinity: "balancer-cookie" }), balancing: first });
        }),
        settings,
      );
    },
    TIMEOUT_MS,
  );
});

describe("what does not read something does not depend on it", () => {
  it(
    "without affinity, cookies and addresses are nobody's business",
    () => {
      fc.assert(
        fc.property(scenarios, state, (scenario, third) => {
          // State that travels in a cookie needs one that comes back.
          fc.pre(third.name !== "signed-cookie" && third.knobs["bearer"] !== "cookie");
          const strategy: Strategy = { ...only({ balancing: "power-of-two-choices" }), state: third };
          const populations = scenario.populations.map((population) => ({
            ...population,
            clients: { ...population.clients, cookiesFraction: 0, natFraction: 1, natAddresses: 1, mobileFraction: 0 },
          }));
          const one = run(scenario, strategy);
          const other = run({ ...scenario, populations }, strategy);
          expect(other.digest).toEqual(one.digest);
          for (const { name } of metrics) expect([name, other.metrics[name]]).toEqual([name, one.metrics[name]]);
        }),
        settings,
      );
    },
    TIMEOUT_MS,
  );
});
