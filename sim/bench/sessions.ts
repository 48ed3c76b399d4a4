/**
 * What sessions cost: the same visits of several requests with the balancer's cookie and sessions in server memory, and with
 * neither, the rest being the same. Under P2C, over ten servers that share their processors, so that no queue grows long
 * where sessions hold on to their server.
 */
import { withDefaults } from "../catalogue.ts";
import { affinityMechanisms, type OwnParts, type Strategy, simulate } from "../index.ts";
import { Backend, defineState, FOUND, WRITTEN } from "../persistence/state/backend.ts";
import { RHO } from "./model.ts";
import { scenarioOf, strategyOf } from "./public-path.ts";

const SERVERS = 10;
const REQUESTS_PER_SESSION = 10;

/** Has every session, keeps nothing, takes no time: a run without sessions, for a workload that only logs in. */
class Nowhere extends Backend {
  constructor() {
    super();
    // Nobody writes but the login.
    this.writesRead = 1;
    this.writesWritten = 1;
  }
  copies(): number {
    return 0;
  }
  read(): number {
    return FOUND;
  }
  write(): number {
    return WRITTEN;
  }
  forget(): void {}
}

const nowhere = defineState({
  name: "nowhere",
  summary: "Sessions are found, wherever they are.",
  whenToUse: "To measure what the others cost.",
  knownFlaw: "There is no such thing.",
  source: "This file.",
  knobs: {},
  create: () => new Nowhere(),
});

const own: OwnParts = { balancing: [], affinity: [], state: [nowhere] };

export const sessionWays = ["bound", "unbound"] as const;
export type SessionWay = (typeof sessionWays)[number];

export function sessionStrategy(way: SessionWay): Strategy {
  const plain = strategyOf("p2c");
  if (way === "unbound") return { ...plain, state: { name: nowhere.name, knobs: {} } };
  const cookie = affinityMechanisms.find((part) => part.name === "balancer-cookie")!;
  return { ...plain, affinity: { name: cookie.name, knobs: withDefaults(cookie, {}) } };
}

/** Runs so many requests of sessions. Returns how many requests were answered, and how many sessions were lost: none. */
export function runSessions(way: SessionWay, requests: number, seed: number) {
  const sessionsPerMs = (RHO * SERVERS) / REQUESTS_PER_SESSION;
  const durationMs = requests / REQUESTS_PER_SESSION / sessionsPerMs;
  const load = { servers: SERVERS, sessionsPerMs, durationMs, requestsPerSession: REQUESTS_PER_SESSION, thinkMs: 50 };
  const scenario = scenarioOf(load);
  const servers = scenario.cluster.servers.map((group) => ({ ...group, discipline: "ps" as const }));
  const { metrics } = simulate({
    scenario: { ...scenario, cluster: { ...scenario.cluster, servers } },
    strategy: sessionStrategy(way),
    seed,
    scenarioHash: "",
    own,
  });
  return { answered: metrics.requestsAnswered!, lost: metrics.sessionsLost! };
}
