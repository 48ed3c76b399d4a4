/** Whether the lab's own draws fall as the recorded ones did, where a product leaves everything to chance. */
import type { ProductDefinition, Recorder } from "./product.ts";
import { play } from "./replay.ts";
import type { Trace } from "./trace.ts";

export interface DrawComparison {
  /** Requests by server, as recorded and as the lab drew them. */
  readonly recorded: Readonly<Record<string, number>>;
  readonly drawn: Readonly<Record<string, number>>;
  readonly chiSquare: number;
  /** What chance exceeds for 3 seeds in a million. */
  readonly limit: number;
  readonly fits: boolean;
}

/** Lets every draw be the product's own, and counts where requests go. */
class OwnDraws implements Recorder {
  readonly counts = new Map<string, number>();
  hasDrawn = false;
  decided(_request: number, verdict: string): void {
    this.counts.set(verdict, (this.counts.get(verdict) ?? 0) + 1);
  }
  tried(): void {}
  setCookie(): void {}
  arrived(): void {}
  drawn(_request: number, candidates: readonly string[], own?: string): string {
    if (own !== undefined) this.hasDrawn = true;
    return own ?? candidates[0]!;
  }
}

/** Standard normal deviates beyond which 3.4 in a million lie, on the upper side. */
const DEVIATES = 4.5;

/**
 * Pearson's chi-square of two samples of one unknown law, against the quantile of Wilson and Hilferty (1931). Draws that
 * follow the load are more even than independent ones, so the limit holds for them too.
 *
 * Null when the trace is not all left to chance, or the product has no draws of its own.
 */
export function compareDraws(trace: Trace, definition: ProductDefinition): DrawComparison | null {
  if (trace.free?.includes("all") !== true) return null;
  const own = new OwnDraws();
  play(trace, definition.create(trace, own));
  if (!own.hasDrawn) return null;
  const recorded = trace.distribution ? new Map(Object.entries(trace.distribution.count)) : countOf(trace.expected);
  const cells = [...new Set([...recorded.keys(), ...own.counts.keys()])].sort();
  // Samples of different size are scaled to each other.
  const scale = Math.sqrt(sumOf(own.counts) / sumOf(recorded));
  let chiSquare = 0;
  for (const cell of cells) {
    const [a, b] = [recorded.get(cell) ?? 0, own.counts.get(cell) ?? 0];
    const difference = a * scale - b / scale;
    chiSquare += (difference * difference) / (a + b);
  }
  const limit = chiSquareLimit(cells.length - 1);
  return {
    recorded: countsOf(cells, recorded),
    drawn: countsOf(cells, own.counts),
    chiSquare,
    limit,
    fits: chiSquare <= limit,
  };
}

function countOf(verdicts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const verdict of verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return counts;
}

const sumOf = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);

function chiSquareLimit(freedom: number): number {
  if (freedom === 0) return 0;
  const variance = 2 / (9 * freedom);
  const root = 1 - variance + DEVIATES * Math.sqrt(variance);
  return freedom * root * root * root;
}

const countsOf = (cells: readonly string[], counts: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries(cells.map((cell) => [cell, counts.get(cell) ?? 0]));
