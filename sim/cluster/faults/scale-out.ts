import type { ScaleOutFault } from "../../scenario.ts";
import { type FaultParts, namesOf, type Trouble } from "./fault.ts";

/** Servers join that were not there before, for anyone; see `Roster` for how they are kept away until then. */
export const scaleOut = ({ kind, atMs, servers }: ScaleOutFault, { roster, names }: FaultParts): Trouble => ({
  stepsMs: [atMs],
  take: () => roster.join(servers),
  records: () => [{ atMs, untilMs: null, kind, target: namesOf(names, servers) }],
});
