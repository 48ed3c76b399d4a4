/** Any cluster, and whatever may happen to it within a few virtual seconds. */
import fc from "fast-check";
import type { Fault, Population, Scenario, ServerGroup } from "../../index.ts";
import { plainSessionRules } from "../../persistence/lifecycle/plain-rules.ts";
import { ALL_NODES } from "../../persistence/state/backend.ts";
import { law } from "./arbitrary-laws.ts";
import { sessionRules } from "./arbitrary-rules.ts";

const serverGroup = fc.record({
  count: fc.integer({ min: 1, max: 3 }),
  workers: fc.integer({ min: 1, max: 3 }),
  discipline: fc.constantFrom("fcfs" as const, "ps" as const),
  speed: fc.constantFrom(0.5, 1, 2),
  weight: fc.constantFrom(1, 1, 2, 0.5),
  queueLimit: fc.constantFrom(null, 0, 1, 5),
  concurrencyLimit: fc.constantFrom(null, 1, 2),
  tier: fc.constantFrom(0, 0, 1, 3),
  zone: fc.constantFrom(null, "a", "b"),
  maxConnections: fc.constantFrom(null, null, 1, 3),
});

const balancers = fc.record({
  count: fc.integer({ min: 1, max: 3 }),
  zones: fc.constantFrom([], ["a"], ["a", "b"]),
  choose: fc.constantFrom("per-request" as const, "per-session" as const),
  redispatch: fc.integer({ min: 0, max: 3 }),
  requestTimeoutMs: fc.constantFrom(null, 10, 60, 400),
  cancelsAbandonedWork: fc.boolean(),
  healthCheck: fc.option(
    fc.record({
      intervalMs: fc.constantFrom(20, 300),
      timeoutMs: fc.constant(100),
      rise: fc.integer({ min: 1, max: 3 }),
      fall: fc.integer({ min: 1, max: 3 }),
    }),
  ),
  queue: fc.option(
    fc.record({
      limit: fc.constantFrom(null, 0, 1, 20),
      perServerLimit: fc.constantFrom(null, null, 0, 2),
      timeoutMs: fc.constantFrom(null, 0, 15, 200),
    }),
  ),
  reports: fc.option(
    fc.record({
      intervalMs: fc.constantFrom(0, 25, 300),
      phases: fc.constantFrom("own" as const, "common" as const),
      delayMs: law(10),
      lossFraction: fc.constantFrom(0, 0.3, 1),
    }),
  ),
});

const rarelyInstant = fc.oneof(fc.constant({ law: "constant" as const, value: 0 }), law(4));

/** Faults of every kind, of all servers at once included, and a group of servers that joins late. */
function faultsOf(
  groups: readonly ServerGroup[],
  balancerCount: number,
  durationMs: number,
): fc.Arbitrary<readonly Fault[]> {
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  const atMs = fc.integer({ min: 0, max: durationMs - 1 });
  const servers = fc.subarray([...Array(count).keys()], { minLength: 1 });
  const lasting = fc.option(fc.integer({ min: 1, max: durationMs / 2 }), { freq: 4 });
  const short = fc.constantFrom(0, 1, 40, 300);
  const of = <K extends Fault["kind"]>(...kinds: readonly K[]) => fc.constantFrom(...kinds);
  const fault: fc.Arbitrary<Fault> = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: of("crash"), atMs, servers, restartAfterMs: lasting }) },
    fc.record({
      kind: of("drain"),
      atMs,
      servers,
      everyMs: short,
      stopAfterMs: fc.option(short, { freq: 3 }),
      killAfterMs: fc.option(short, { freq: 3 }),
      restartAfterMs: lasting,
    }),
    fc.record({
      kind: of("scale-in"),
      atMs,
      servers,
      stopAfterMs: short,
      killAfterMs: fc.option(short, { freq: 3 }),
      keepListed: fc.boolean(),
    }),
    fc.record({
      kind: of("balancer-restart", "balancer-reload"),
      atMs,
      balancers: fc.subarray([...Array(balancerCount).keys()], { minLength: 1 }),
      endsAfterMs: lasting,
    }),
    fc.record({
      kind: of("store-crash", "store-hang", "store-cut-off", "store-flush"),
      atMs,
      nodes: fc.constantFrom([ALL_NODES], [0], [1], [0, 2]),
      endsAfterMs: lasting,
    }),
  );
  const last = groups[groups.length - 1]!;
  const late = Array.from({ length: last.count }, (_, index) => count - 1 - index).reverse();
  const scaleOut = atMs.map((at): Fault => ({ kind: "scale-out", atMs: at, servers: late }));
  return fc
    .tuple(fc.array(fault, { maxLength: 4 }), fc.option(scaleOut))
    .map(([faults, joins]) => (joins === null || groups.length === 1 ? faults : [...faults, joins]));
}

const plainRules = fc
  .record({
    idleTimeoutMs: fc.constantFrom(null, 50, 400),
    absoluteTimeoutMs: fc.constantFrom(null, 300),
    afterLoss: fc.constantFrom("login" as const, "leave" as const),
  })
  .map((given) => ({ ...plainSessionRules, ...given }));

/** Everything happens before `eventfulMs`, which is the whole run unless told otherwise. */
export function scenarioWith(
  populations: fc.Arbitrary<readonly Population[]>,
  durationMs: number,
  eventfulMs = durationMs,
): fc.Arbitrary<Scenario> {
  return fc.array(serverGroup, { minLength: 1, maxLength: 3 }).chain((given) => {
    const groups = given.map((group, index) => ({ ...group, name: `group-${index}` }));
    return balancers.chain((balancing) =>
      fc.record({
        name: fc.constant("swarm"),
        durationMs: fc.constant(durationMs),
        warmUpMs: fc.constantFrom(0, 0, eventfulMs / 5),
        windowMs: durationMs > eventfulMs ? fc.constant(durationMs) : fc.constantFrom(durationMs, 250, 700),
        populations,
        cluster: fc.record({
          servers: fc.constant(groups),
          serviceMs: law(15),
          balancers: fc.constant(balancing),
          network: fc.record({ clientToBalancerMs: rarelyInstant, balancerToServerMs: rarelyInstant }),
        }),
        sessions: fc.oneof({ weight: 1, arbitrary: plainRules }, { weight: 1, arbitrary: sessionRules }),
        faults: faultsOf(groups, balancing.count, eventfulMs),
      }),
    );
  });
}
