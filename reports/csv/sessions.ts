import { sessionCauses } from "../../sim/metrics/causes.ts";
import type { RunRecord } from "../../sim/record.ts";
import { type Cell, column, csvOf } from "./table.ts";

interface Row {
  readonly run: RunRecord;
  readonly end: string;
  readonly cause: string | null;
  readonly sessions: Cell;
  readonly writesLost: Cell;
}

/** Every way in which a session can end; a loss has a row for each cause that occurred in any of the runs. */
function rowsOf(run: RunRecord, causes: readonly string[]): Row[] {
  const ended = (end: string, sessions: number | null): Row => ({ run, end, cause: null, sessions, writesLost: null });
  return [
    ended("completed", run.metrics.sessionsCompleted),
    ended("timedOut", run.metrics.sessionsTimedOut),
    ended("abandoned", run.metrics.sessionsAbandoned),
    ...causes.map((cause) => {
      const loss = run.sessionsLostByCause.find((entry) => entry.cause === cause);
      return { run, end: "lost", cause, sessions: loss?.sessions ?? 0, writesLost: loss?.writes ?? 0 };
    }),
  ];
}

/** `sessions.csv`: how the sessions of each run ended after warm-up, and why those that were lost were lost. */
export function sessionsCsv(records: readonly RunRecord[]): string {
  const occurred = new Set<string>(records.flatMap((run) => run.sessionsLostByCause.map(({ cause }) => cause)));
  const causes = sessionCauses.map(({ name }) => name).filter((name) => occurred.has(name));
  return csvOf<Row>(
    [
      column("strategy", ({ run }) => run.strategy),
      column("seed", ({ run }) => run.seed),
      column("end", ({ end }) => end),
      column("cause", ({ cause }) => cause),
      column("sessions", ({ sessions }) => sessions),
      column("writesLost", ({ writesLost }) => writesLost),
    ],
    records.flatMap((run) => rowsOf(run, causes)),
  );
}
