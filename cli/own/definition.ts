/** From what a user's file exports to parts like those of the catalogue. */
import type { Described } from "../../sim/catalogue.ts";
import type { OwnParts } from "../../sim/index.ts";
import { algorithmFrom } from "./algorithm.ts";
import { backendFrom } from "./backend.ts";
import { WAY_OUT } from "./exported.ts";
import { OwnFault, placeOf } from "./fault.ts";
import { mechanismFrom } from "./mechanism.ts";
import { exportOf } from "./realm.ts";
import type { OwnSource } from "./source.ts";
import { type OwnStrategy, strategyFrom } from "./strategy.ts";

export type { OwnParts } from "../../sim/index.ts";

export interface OwnDefinition {
  /** The name in scenarios and reports. */
  readonly name: string;
  readonly parts: OwnParts;
  /** What a file with a whole strategy makes of them; null for a single part. */
  readonly strategy: OwnStrategy | null;
}

export const noParts: OwnParts = { balancing: [], affinity: [], state: [] };

/** All parts of several files. */
export const joined = (all: readonly OwnParts[]): OwnParts => ({
  balancing: all.flatMap(({ balancing }) => balancing),
  affinity: all.flatMap(({ affinity }) => affinity),
  state: all.flatMap(({ state }) => state),
});

/** What the file holds, in a realm of its own. @throws OwnFault when there is nothing that can be used. */
export function definitionOf(source: OwnSource): OwnDefinition {
  const { kind, file } = source;
  const value = exportOf(source);
  if (value === undefined) {
    const expected = kind === "strategy" ? "{ name, balancing, affinity, state }" : "{ name, create }";
    throw new OwnFault(
      `${placeOf(file, null)}: no default export, expected \`export default ${expected}\`; ${WAY_OUT}`,
    );
  }
  const single = (part: Described, parts: Partial<OwnParts>): OwnDefinition => ({
    name: part.name,
    parts: { ...noParts, ...parts },
    strategy: null,
  });
  switch (kind) {
    case "algorithm": {
      const made = algorithmFrom(value, file);
      return single(made, { balancing: [made] });
    }
    case "affinity": {
      const made = mechanismFrom(value, file);
      return single(made, { affinity: [made] });
    }
    case "state": {
      const made = backendFrom(value, file);
      return single(made, { state: [made] });
    }
    case "strategy": {
      const { strategy, parts } = strategyFrom(value, file);
      return { name: strategy.name, parts, strategy };
    }
  }
}
