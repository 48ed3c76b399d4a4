/** Who may have the request at hand: eligible, not barred, and not the one that has just refused it. */
import type { FleetView } from "./algorithm.ts";

/** Whether the request may go to `server`, which is eligible. */
export const isOpen = (fleet: FleetView, server: number, avoid: number): boolean =>
  server !== avoid && (fleet.barredCount === 0 || fleet.isBarred[server] === 0);

/**
 * The first open server in the order of the fleet, from place `from` among the eligible ones round to the place before it;
 * without any, the one to be avoided if it is eligible and not barred, else -1. O(1) where nobody is barred.
 */
export function firstOpen(fleet: FleetView, avoid: number, from = 0): number {
  const { eligible, eligibleCount } = fleet;
  for (let step = 0; step < eligibleCount; step++) {
    let place = from + step;
    if (place >= eligibleCount) place -= eligibleCount;
    if (isOpen(fleet, eligible[place]!, avoid)) return eligible[place]!;
  }
  return avoid >= 0 && fleet.isEligible[avoid] === 1 && fleet.isBarred[avoid] === 0 ? avoid : -1;
}
