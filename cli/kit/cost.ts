/** How the reads of its view that a decision takes grow with the fleet: counted, so that no machine changes the answer. */
import type { BalancingDefinition } from "../../sim/balancing/algorithm.ts";
import type { Growth } from "../../sim/balancing/growth.ts";
import { withDefaults } from "../../sim/catalogue.ts";
import type { History, Step } from "./history.ts";
import { Trial } from "./trial.ts";

export const sizes = [10, 32, 100, 316, 1000] as const;

export interface Cost {
  /** Mean reads for a decision, `pick`, `sent` and `ended` together, by size of the fleet. */
  readonly reads: readonly number[];
  readonly growth: Growth;
}

const DECISIONS = 50;
/** Decisions before the counting begins, in which tables are made. */
const FIRST = 10;

/**
 * Requests come and go at a steady load of two for each server, which bindings have led there. Weights differ: with equal
 * ones some algorithms take a short cut.
 */
function steady(servers: number): { readonly history: History; readonly warmUp: number } {
  const filling = Array.from({ length: 2 * servers }, (_, at): Step => ({ do: "bind", server: at % servers }));
  const going = Array.from({ length: FIRST + DECISIONS }, (_, at): Step[] => [
    { do: "end", which: at * 7, ms: 20 + (at % 9), answered: true },
    { do: "request", request: at, avoid: -1, barred: [] },
  ]);
  const weights = Array.from({ length: servers }, (_, server) => 1 + (server % 5));
  return { history: { weights, seed: 1, steps: [...filling, ...going.flat()] }, warmUp: filling.length + 2 * FIRST };
}

function readsFor(definition: BalancingDefinition, servers: number): number | null {
  const { history, warmUp } = steady(servers);
  const trial = new Trial(definition, history, { knobs: withDefaults(definition, {}) });
  for (let step = 0; step < warmUp && !trial.isOver; step++) trial.advance();
  trial.watch.reads = 0;
  trial.run();
  return trial.fault === null ? trial.watch.reads / DECISIONS : null;
}

/**
 * From 10 to 1,000 servers a logarithm grows threefold, and a scan a hundredfold; a constant, or a table that is made
 * anew now and then, hardly. The lines between them are drawn in the middle of each pair, on a scale of ratios.
 */
function growthOf(reads: readonly number[]): Growth {
  const [first = 0, last = 0] = [reads[0], reads[reads.length - 1]];
  // An algorithm that reads nothing at a decision has made up its mind before.
  const ratio = (last + 1) / (first + 1);
  if (ratio < Math.sqrt(3)) return "O(1)";
  return ratio < Math.sqrt(3 * 100) ? "O(log n)" : "O(n)";
}

/** null where a decision breaks a rule. */
export function costOf(definition: BalancingDefinition): Cost | null {
  const reads: number[] = [];
  for (const servers of sizes) {
    const found = readsFor(definition, servers);
    if (found === null) return null;
    reads.push(found);
  }
  return { reads, growth: growthOf(reads) };
}
