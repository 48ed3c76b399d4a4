/** Bound by what the balancer knows of a client: address, learned id, route, header; sessions in server memory. */
import type { StrategyPreset } from "./preset.ts";

export const keys: readonly StrategyPreset[] = [];
