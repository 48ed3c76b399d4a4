/** Every decision of a run, with what the request brought along: what no record shows. */

import * as request from "../../cluster/requests.ts";
import type { RunInput } from "../../index.ts";
import { engine } from "./engine.ts";

export interface Decision {
  readonly visit: number;
  readonly request: number;
  readonly attempt: number;
  readonly server: number;
  readonly reason: number;
  readonly intendedAtMs: number;
  readonly demandMs: number;
  readonly address: number;
  readonly url: number;
  /** null for a login, which always writes. */
  readonly writes: boolean | null;
}

export function decisionsOf({ scenario, strategy, seed }: Pick<RunInput, "scenario" | "strategy" | "seed">) {
  const cluster = new engine.Cluster(scenario, strategy, seed);
  const { requests, sessions, users, balancers } = cluster;
  const decisions: Decision[] = [];
  balancers.decider.observer = (slot, server, reason) => {
    const int = (field: number) => requests.ints[slot * request.INTS + field]!;
    const float = (field: number) => requests.floats[slot * request.FLOATS + field]!;
    const session = int(request.SESSION);
    decisions.push({
      visit: sessions.visitOf(session),
      request: int(request.NUMBER),
      attempt: int(request.ATTEMPT),
      server,
      reason,
      intendedAtMs: float(request.INTENDED_AT_MS),
      demandMs: float(request.DEMAND_MS),
      address: users[sessions.populationOf(session)]!.addressOf(session),
      url: int(request.URL),
      writes: (int(request.FLAGS) & request.HAS_SESSION) === 0 ? null : (int(request.FLAGS) & request.WRITES) !== 0,
    });
  };
  cluster.advance(Infinity);
  return { decisions, digest: balancers.decider.digest.record() };
}
