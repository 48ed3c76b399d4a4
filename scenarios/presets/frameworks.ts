/** What web frameworks do with sessions: when they end, and what becomes of requests that meet. */
import type { StrategyPreset } from "./preset.ts";

export const frameworks: readonly StrategyPreset[] = [];
