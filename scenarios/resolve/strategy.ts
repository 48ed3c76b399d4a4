import { balancingAlgorithms } from "../../sim/balancing/index.ts";
import { placementHelpers } from "../../sim/balancing/placement/index.ts";
import { type Described, partNamed, withDefaults } from "../../sim/catalogue.ts";
import { affinityMechanisms } from "../../sim/persistence/affinity/index.ts";
import { stateBackends } from "../../sim/persistence/state/index.ts";
import type { PartChoice, Strategy } from "../../sim/scenario.ts";
import { noOwnNames, type OwnNames } from "../own-names.ts";
import type { PartGiven } from "../schema/parts.ts";
import type { StrategyFile } from "../schema/strategy.ts";
import { reportsOf } from "./cluster.ts";
import { sessionOverridesOf } from "./sessions.ts";

/** Knobs that a file gives to the part its preset has go on top of the preset's; another part starts from its defaults. */
function choose(
  parts: readonly Described[],
  what: string,
  given: PartGiven | undefined,
  base: PartGiven | undefined,
): PartChoice {
  const chosen = given ?? base;
  if (chosen === undefined) throw new RangeError(`strategyOf: no ${what}`);
  const inherited = base !== undefined && base.name === chosen.name ? base.knobs : {};
  const part = partNamed(parts, chosen.name, what);
  return { name: part.name, knobs: withDefaults(part, { ...inherited, ...chosen.knobs }) };
}

/** @param own parts beside the catalogue's */
export function strategyOf(
  { name, preset, balancing, placement, reports, affinity, state, sessions }: StrategyFile,
  own: OwnNames = noOwnNames,
): Strategy {
  const rules = { ...preset?.sessions, ...(sessions === undefined ? {} : sessionOverridesOf(sessions)) };
  return {
    name,
    balancing: choose([...balancingAlgorithms, ...own.balancing], "balancing algorithm", balancing, preset?.balancing),
    ...(placement === undefined || placement.length === 0
      ? {}
      : { placement: placement.map((given) => choose(placementHelpers, "placement helper", given, undefined)) }),
    ...(reports === undefined ? {} : { reports: reportsOf(reports) }),
    affinity: choose([...affinityMechanisms, ...own.affinity], "affinity mechanism", affinity, preset?.affinity),
    state: choose([...stateBackends, ...own.state], "state backend", state, preset?.state),
    ...(Object.keys(rules).length === 0 ? {} : { sessions: rules }),
  };
}
