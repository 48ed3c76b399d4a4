/** The first decision in which two runs part, from the decisions themselves. */
import type { Decision } from "../sim/index.ts";

/** The decisions of one index on both sides. */
export interface DecisionPair {
  readonly a: Decision;
  readonly b: Decision;
}

export interface FirstDifference {
  /** The last equal decisions before it, oldest first. */
  readonly before: readonly DecisionPair[];
  /** null: this side decides no more. */
  readonly a: Decision | null;
  readonly b: Decision | null;
}

/**
 * What makes two decisions differ: what the digest counts. Not the balancer, which it does not, and not the names of
 * server and population, which a scenario may change without any decision changing.
 */
const counted = [
  ["atMs", "time"],
  ["visit", "visit"],
  ["request", "request"],
  ["attempt", "attempt"],
  ["serverIndex", "server"],
  ["reason", "reason"],
] as const satisfies readonly (readonly [keyof Decision, string])[];

/** In what two decisions differ, in words. */
export const differences = (a: Decision, b: Decision): readonly string[] =>
  counted.flatMap(([key, word]) => (a[key] === b[key] ? [] : [word]));

/** How many equal decisions are shown before the first that differs. */
export const CONTEXT = 2;

/**
 * Both lists begin at the same index of their streams, lack none in between, and end where their stream ends or where the
 * other's does.
 *
 * @returns null when the two are the same
 */
export function firstDifference(a: readonly Decision[], b: readonly Decision[]): FirstDifference | null {
  const before: DecisionPair[] = [];
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const [ofA = null, ofB = null] = [a[at], b[at]];
    if (ofA === null || ofB === null || differences(ofA, ofB).length > 0) return { before, a: ofA, b: ofB };
    before.push({ a: ofA, b: ofB });
    if (before.length > CONTEXT) before.shift();
  }
  return null;
}
