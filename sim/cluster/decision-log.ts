/** Decisions written down, for the few that somebody wants to see; see `digest.ts` for all of them. */
import type { Clock } from "../engine/kernel.ts";
import type { Sessions } from "../workload/sessions.ts";
import type { Balancers } from "./balancers.ts";
import type { DecisionObserver } from "./decisions.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";
import type { Servers } from "./servers.ts";

/** Why a request went where it went, in the order of the codes of `decisions.ts`. */
export const decisionReasons = [
  "no-server",
  "balanced",
  "bound",
  "failed-over",
  "redispatched",
  "drained",
  "overflowed",
  "insisted",
  "turned-away",
] as const;

export interface Decision {
  /** Place in the run's stream of decisions, from 0. */
  readonly index: number;
  readonly atMs: number;
  /** Whose visit it is. */
  readonly population: string;
  /** Number of the visit in its population, of the request within the visit, of the attempt within the request; from 0. */
  readonly visit: number;
  readonly request: number;
  readonly attempt: number;
  readonly balancer: number;
  /** null when no server was eligible. */
  readonly server: string | null;
  /** Its place among the scenario's servers, from 0: what the digest counts, whatever the servers are called. */
  readonly serverIndex: number | null;
  readonly reason: (typeof decisionReasons)[number];
}

/** Decisions `from` up to but not including `to`. */
export interface DecisionRange {
  readonly from: number;
  readonly to: number;
}

export interface LoggedParts {
  readonly clock: Clock;
  readonly balancers: Balancers;
  readonly requests: Requests;
  readonly sessions: Sessions;
  readonly servers: Servers;
  /** Names, in the order of the scenario. */
  readonly populations: readonly string[];
}

/** What was decided for the request in `slot`, as it falls. */
export function decisionOf(parts: LoggedParts, index: number, slot: number, server: number, reason: number): Decision {
  const { clock, requests, sessions, servers, populations } = parts;
  const { ints } = requests;
  const at = slot * request.INTS;
  const session = ints[at + request.SESSION]!;
  return {
    index,
    atMs: clock.nowMs,
    population: populations[sessions.populationOf(session)]!,
    visit: sessions.numberOf(session),
    request: ints[at + request.NUMBER]!,
    attempt: ints[at + request.ATTEMPT]!,
    balancer: ints[at + request.BALANCER]!,
    server: server < 0 ? null : servers.names[server]!,
    serverIndex: server < 0 ? null : server,
    reason: decisionReasons[reason]!,
  };
}

/** Calls `observer` at every decision, besides whoever observes them already. */
export function observeDecisions({ decider }: Balancers, observer: DecisionObserver): void {
  const before = decider.observer;
  decider.observer =
    before === null
      ? observer
      : (slot, server, reason) => {
          before(slot, server, reason);
          observer(slot, server, reason);
        };
}

/** Begins to write down the decisions of a range; the list fills as the run goes on. */
export function logDecisions(parts: LoggedParts, { from, to }: DecisionRange): readonly Decision[] {
  const log: Decision[] = [];
  let next = 0;
  observeDecisions(parts.balancers, (slot, server, reason) => {
    const index = next++;
    if (index >= from && index < to) log.push(decisionOf(parts, index, slot, server, reason));
  });
  return log;
}
