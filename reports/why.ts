/** What went wrong under each strategy and why, in lines for a terminal. */
import type { StrategyData } from "./dashboard-data.ts";
import { formatValue, listOf } from "./format.ts";
import { type TroubleRow, troubleRows } from "./troubles.ts";

/** Causes of one kind that are named; the rest is counted. */
const MOST_CAUSES = 4;

/**
 * What goes with a lost session is not told again: of writes and transactions only those are shown that were lost without
 * their session.
 */
const kinds = [
  { kind: "sessionsLost", title: "sessions lost" },
  { kind: "surpriseTimeouts", title: "surprise timeouts" },
  { kind: "staleReads", title: "stale reads" },
  { kind: "writesLost", title: "writes lost, their sessions kept" },
  { kind: "transactionsInterrupted", title: "transactions interrupted, their sessions kept" },
] as const;

interface Line {
  readonly strategy: string;
  /** `sessions lost: 41 crash, 2 failover; stale reads: 12 replication-lag`. */
  readonly text: string;
}

/** Rounding of means over runs leaves less than this. */
const NOTHING = 1e-6;

/** Events of the row that no session's end accounts for. */
function ownCount(row: TroubleRow, rows: readonly TroubleRow[]): number {
  const ended = rows.filter(({ cause, work }) => work !== null && cause === row.cause);
  if (row.kind === "writesLost") {
    const lost = ended.find(({ kind }) => kind === "sessionsLost");
    return row.count - (lost?.work?.writes ?? 0);
  }
  return row.kind === "transactionsInterrupted" && ended.length > 0 ? 0 : row.count;
}

function kindText({ kind, title }: (typeof kinds)[number], rows: readonly TroubleRow[]): string | null {
  const causes = rows
    .filter((row) => row.kind === kind)
    .map((row) => ({ cause: row.cause, count: ownCount(row, rows) }))
    .filter(({ count }) => count > NOTHING)
    .toSorted((a, b) => b.count - a.count);
  if (causes.length === 0) return null;
  const named = causes.slice(0, MOST_CAUSES).map(({ cause, count }) => `${formatValue("count", count)} ${cause}`);
  const left = causes.length - named.length;
  const more = left === 0 ? [] : [left === 1 ? "1 more cause" : `${left} more causes`];
  return `${title}: ${[...named, ...more].join(", ")}`;
}

/** One for each strategy under which something went wrong, counts being means per run; then who had no trouble. */
export function whyLines(strategies: readonly StrategyData[]): {
  readonly lines: readonly Line[];
  readonly spared: string | null;
} {
  const told = strategies.map((strategy) => {
    const rows = troubleRows(strategy);
    return { strategy: strategy.name, text: kinds.flatMap((kind) => kindText(kind, rows) ?? []).join("; ") };
  });
  const spared = told.filter(({ text }) => text === "").map(({ strategy }) => strategy);
  return {
    lines: told.filter(({ text }) => text !== ""),
    spared: spared.length === 0 ? null : listOf(spared, 12),
  };
}
