import { panicThreshold } from "./panic-threshold.ts";
import type { PlacementDefinition } from "./placement.ts";
import { slowStart } from "./slow-start.ts";
import { subset } from "./subset.ts";
import { tiers } from "./tiers.ts";
import { zoneAware } from "./zone-aware.ts";

/** Every placement helper, in the order of lists and reports. */
export const placementHelpers: readonly PlacementDefinition[] = [tiers, zoneAware, subset, panicThreshold, slowStart];
