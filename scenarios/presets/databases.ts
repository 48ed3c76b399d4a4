/** Sessions in a database, with or without a cache in front. */
import type { StrategyPreset } from "./preset.ts";

export const databases: readonly StrategyPreset[] = [];
