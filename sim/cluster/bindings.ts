/** What a balancer does with a request whose binding names a server that it would not choose: the rules, applied. */
import type { Fleet } from "../balancing/fleet.ts";
import { type BindingRules, DOWN, INVALID, UNUSED } from "../persistence/affinity/mechanism.ts";
import * as decision from "./decisions.ts";

/** BOUND or INSISTED where the request goes to `server` all the same, else why it does not. `server` is not eligible. */
export function fateOf({ isListed, isUp, isDraining }: Fleet, server: number, rules: BindingRules): number {
  // A name that the configuration does not hold leads nowhere; that is no server to insist on.
  const isKnown = isListed[server] === 1;
  if (isKnown && isUp[server] === 1 && isDraining[server] === 1) {
    if (rules.whenDraining === "refuse") return decision.TURNED_AWAY;
    return rules.whenDraining === "keep" ? decision.BOUND : decision.DRAINED;
  }
  if (rules.whenDown === "refuse") return decision.TURNED_AWAY;
  return rules.whenDown === "insist" && isKnown ? decision.INSISTED : decision.FAILED_OVER;
}

/** The letter of HAProxy's log for that, which for a server that is used is the look-up's own. */
export function letterOf({ isListed, isUp }: Fleet, server: number, fate: number, looked: number): number {
  if (fate === decision.BOUND || fate === decision.INSISTED) return looked;
  if (isListed[server] === 0) return INVALID;
  return isUp[server] === 1 ? UNUSED : DOWN;
}
