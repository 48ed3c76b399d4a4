/** Strategies by name: the triples that people run, so that a scenario can say `redis-sessions` and mean it. */
import { clients } from "./clients.ts";
import { cookies } from "./cookies.ts";
import { databases } from "./databases.ts";
import { frameworks } from "./frameworks.ts";
import { keys } from "./keys.ts";
import { memory } from "./memory.ts";
import type { FamilyPreset, StrategyPreset } from "./preset.ts";
import { replication } from "./replication.ts";
import { replicationProducts } from "./replication-products.ts";
import { stores } from "./stores.ts";

export type { FamilyPreset, StrategyPreset } from "./preset.ts";

const families: Readonly<Record<string, readonly StrategyPreset[]>> = {
  memory,
  cookies,
  keys,
  replication: [...replication, ...replicationProducts],
  stores,
  databases,
  clients,
  frameworks,
};

/** Those of a family stand together. */
export const strategyPresets: readonly FamilyPreset[] = Object.entries(families).flatMap(([family, presets]) =>
  presets.map((preset) => ({ ...preset, family })),
);

const byName: ReadonlyMap<string, FamilyPreset> = new Map(strategyPresets.map((preset) => [preset.name, preset]));

/** The preset of that name, or undefined. */
export const presetNamed = (name: string): FamilyPreset | undefined => byName.get(name);
