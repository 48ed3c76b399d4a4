/** The parts that a strategy names: the catalogue's, or those that came along with it. */
import type { BalancingDefinition } from "../balancing/algorithm.ts";
import { partNamed } from "../catalogue.ts";
import { affinityMechanisms } from "../persistence/affinity/index.ts";
import type { AffinityContext, AffinityDefinition, AffinityMechanism } from "../persistence/affinity/mechanism.ts";
import type { StateBackend, StateContext, StateDefinition } from "../persistence/state/backend.ts";
import { stateBackends } from "../persistence/state/index.ts";
import type { Strategy } from "../scenario.ts";

/** Parts beside those of the catalogue. */
export interface OwnParts {
  readonly balancing: readonly BalancingDefinition[];
  readonly affinity: readonly AffinityDefinition[];
  readonly state: readonly StateDefinition[];
}

/** @throws RangeError for a name that nobody knows. */
export function mechanismOf(
  { affinity: { name, knobs } }: Strategy,
  own: OwnParts | undefined,
  context: AffinityContext,
): AffinityMechanism {
  return partNamed([...affinityMechanisms, ...(own?.affinity ?? [])], name, "affinity mechanism").create(
    knobs,
    context,
  );
}

/** @throws RangeError for a name that nobody knows. */
export function backendOf(
  { state: { name, knobs } }: Strategy,
  own: OwnParts | undefined,
  context: StateContext,
): StateBackend {
  return partNamed([...stateBackends, ...(own?.state ?? [])], name, "state backend").create(knobs, context);
}
