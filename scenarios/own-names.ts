import type { Described } from "../sim/catalogue.ts";

/** Parts that a strategy may name beside the catalogue's, by kind. */
export interface OwnNames {
  readonly balancing: readonly Described[];
  readonly affinity: readonly Described[];
  readonly state: readonly Described[];
}

export const noOwnNames: OwnNames = { balancing: [], affinity: [], state: [] };
