/** Bound by a cookie of the balancer, product by product; sessions in server memory. */
import type { StrategyPreset } from "./preset.ts";

export const cookies: readonly StrategyPreset[] = [];
