/** Strategies by name: the triples that people run, so that a scenario can say `redis-sessions` and mean it. */
import { clients } from "./clients.ts";
import { cookies } from "./cookies.ts";
import { databases } from "./databases.ts";
import { frameworks } from "./frameworks.ts";
import { keys } from "./keys.ts";
import { memory } from "./memory.ts";
import type { StrategyPreset } from "./preset.ts";
import { replication } from "./replication.ts";
import { replicationProducts } from "./replication-products.ts";
import { stores } from "./stores.ts";

export type { StrategyPreset } from "./preset.ts";

export const strategyPresets: readonly StrategyPreset[] = [
  ...memory,
  ...cookies,
  ...keys,
  ...replication,
  ...replicationProducts,
  ...stores,
  ...databases,
  ...clients,
  ...frameworks,
];

const byName: ReadonlyMap<string, StrategyPreset> = new Map(strategyPresets.map((preset) => [preset.name, preset]));

/** The preset of that name, or undefined. */
export const presetNamed = (name: string): StrategyPreset | undefined => byName.get(name);
