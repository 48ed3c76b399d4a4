import type { ScaleInFault } from "../../scenario.ts";
import { beginAndEnd, type FaultParts, namesOf, type Trouble } from "./fault.ts";

/** Servers drain, are stopped, and leave the balancers' configuration, unless they are kept listed there as down. */
export function scaleIn(fault: ScaleInFault, { roster, names }: FaultParts): Trouble {
  const { kind, atMs, servers, stopAfterMs, killAfterMs, keepListed } = fault;
  return {
    stepsMs: beginAndEnd(atMs, stopAfterMs),
    take(step) {
      for (const server of servers) {
        if (step === 0) roster.drain(server);
        else roster.stop(server, killAfterMs, keepListed);
      }
    },
    records: () => [{ atMs, untilMs: null, kind, target: namesOf(names, servers) }],
  };
}
