/** What went wrong under each strategy and why, in lines for a terminal. */
import { metricNamed } from "../sim/metrics/catalogue.ts";
import { troubleKinds } from "../sim/metrics/ledger-counts.ts";
import type { StrategyData } from "./dashboard-data.ts";
import { formatValue, listOf } from "./format.ts";
import { troubleRows } from "./troubles.ts";

/** Causes of one kind that are named; the rest is counted. */
const MOST_CAUSES = 4;

interface Line {
  readonly strategy: string;
  /** `sessions lost: 41 crash, 2 failover; stale reads: 12 replication-lag`. */
  readonly text: string;
}

function kindText(strategy: StrategyData, kind: (typeof troubleKinds)[number]): string | null {
  const rows = troubleRows(strategy)
    .filter((row) => row.kind === kind)
    .toSorted((a, b) => b.count - a.count);
  if (rows.length === 0) return null;
  const named = rows.slice(0, MOST_CAUSES).map(({ cause, count }) => `${formatValue("count", count)} ${cause}`);
  const left = rows.length - named.length;
  return `${metricNamed.get(kind)?.title ?? kind}: ${[...named, ...(left > 0 ? [`${left} more causes`] : [])].join(", ")}`;
}

/** One for each strategy under which something went wrong, counts being means per run; then who had no trouble. */
export function whyLines(strategies: readonly StrategyData[]): {
  readonly lines: readonly Line[];
  readonly spared: string | null;
} {
  const told = strategies.map((strategy) => ({
    strategy: strategy.name,
    text: troubleKinds.flatMap((kind) => kindText(strategy, kind) ?? []).join("; "),
  }));
  const spared = told.filter(({ text }) => text === "").map(({ strategy }) => strategy);
  return {
    lines: told.filter(({ text }) => text !== ""),
    spared: spared.length === 0 ? null : listOf(spared, 12),
  };
}
