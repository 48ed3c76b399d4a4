import type { ChecksFault } from "../../scenario.ts";
import { beginAndEnd, type FaultParts, namesOf, type Trouble } from "./fault.ts";

/** Balancers' health checks of servers fail, though nothing is the matter with the servers otherwise. */
export function checksFail({ kind, atMs, servers, endsAfterMs }: ChecksFault, { roster, names }: FaultParts): Trouble {
  const stepsMs = beginAndEnd(atMs, endsAfterMs);
  return {
    stepsMs,
    take(step) {
      for (const server of servers) roster.setFailsChecks(server, step === 0);
    },
    records: () => [{ atMs, untilMs: stepsMs[1] ?? null, kind, target: namesOf(names, servers) }],
  };
}
