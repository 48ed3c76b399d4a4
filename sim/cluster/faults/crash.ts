import type { CrashFault } from "../../scenario.ts";
import { beginAndEnd, type FaultParts, namesOf, type Trouble } from "./fault.ts";

/** Servers die with everything that is on them, and start again with empty memory. */
export function crash({ kind, atMs, servers, restartAfterMs }: CrashFault, { roster, names }: FaultParts): Trouble {
  const stepsMs = beginAndEnd(atMs, restartAfterMs);
  return {
    stepsMs,
    take(step) {
      for (const server of servers) {
        if (step === 0) roster.crash(server);
        else roster.release(server);
      }
    },
    records: () => [{ atMs, untilMs: stepsMs[1] ?? null, kind, target: namesOf(names, servers) }],
  };
}
