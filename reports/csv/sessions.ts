import type { RunRecord } from "../../sim/record.ts";
import { type TroubleRow, troubleRows, troublesOccurring } from "../troubles.ts";
import { type Cell, column, csvOf } from "./table.ts";

interface Row {
  readonly run: RunRecord;
  readonly kind: string;
  readonly cause: string | null;
  readonly count: Cell;
  readonly work: TroubleRow["work"];
}

const none = { writes: 0, requests: 0, ms: 0 };
const endsSessions = (kind: TroubleRow["kind"]): boolean => kind === "sessionsLost" || kind === "surpriseTimeouts";

const ends = ["sessionsCompleted", "sessionsTimedOut", "sessionsAbandoned"] as const;

/** How the session ended, in the words of the first versions, for rows that count ends; null for others. */
const endOf = ({ kind }: Row): string | null =>
  ({
    sessionsCompleted: "completed",
    sessionsTimedOut: "timedOut",
    sessionsAbandoned: "abandoned",
    sessionsLost: "lost",
  })[kind] ?? null;

/** Ends that have no cause; then a row for each kind and cause that occurred in any of the runs, with 0 where it did not here. */
function rowsOf(run: RunRecord, occurring: ReturnType<typeof troublesOccurring>): Row[] {
  const found = troubleRows(run);
  return [
    ...ends.map((kind) => ({ run, kind, cause: null, count: run.metrics[kind], work: null })),
    ...occurring.map(({ kind, cause }) => {
      const row = found.find((entry) => entry.kind === kind && entry.cause === cause);
      return { run, kind, cause, count: row?.count ?? 0, work: row?.work ?? (endsSessions(kind) ? none : null) };
    }),
  ];
}

/** `sessions.csv`: how the sessions of each run ended after warm-up, and what went wrong with them, by cause. */
export function sessionsCsv(records: readonly RunRecord[]): string {
  const occurring = troublesOccurring(records);
  return csvOf<Row>(
    [
      column("strategy", ({ run }) => run.strategy),
      column("seed", ({ run }) => run.seed),
      column("end", endOf),
      column("cause", ({ cause }) => cause),
      column("sessions", (row) => (endOf(row) === null ? null : row.count)),
      column("writesLost", ({ kind, work }) => (kind === "sessionsLost" ? (work?.writes ?? null) : null)),
      column("kind", ({ kind }) => kind),
      column("count", ({ count }) => count),
      column("workLostWrites", ({ work }) => work?.writes ?? null),
      column("workLostRequests", ({ work }) => work?.requests ?? null),
      column("workLostSec", ({ work }) => (work === null ? null : work.ms / 1000)),
    ],
    records.flatMap((run) => rowsOf(run, occurring)),
  );
}
