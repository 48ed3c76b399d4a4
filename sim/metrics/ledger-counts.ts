/** The ledger's running totals, by cause where something went wrong. */
import { sessionCauses } from "./causes.ts";

/** What is counted by cause, each named as the metric that is its total. */
export const troubleKinds = [
  "sessionsLost",
  "surpriseTimeouts",
  "staleReads",
  "writesLost",
  "transactionsInterrupted",
] as const;
export type TroubleKind = (typeof troubleKinds)[number];

const byCause = () => new Float64Array(sessionCauses.length);

/** What users lose with a session that ends before its time, by cause. */
class WorkLost {
  /** Acknowledged writes. */
  readonly writes = byCause();
  /** Requests since the login, and the time. */
  readonly requests = byCause();
  readonly ms = byCause();
}

/** Counts since the start of the run; a copy taken at the end of warm-up is what the measured numbers start from. */
export class LedgerCounts {
  born = 0;
  completed = 0;
  /** Of the completed: born and completed in one moment. */
  fleeting = 0;
  timedOut = 0;
  abandoned = 0;
  lost = 0;
  moved = 0;
  relogins = 0;
  /** Writes that met another one and were rolled back. */
  conflicts = 0;
  staleReads = 0;
  writesLost = 0;
  /** Of the lost: came back with a write of a copy that had them. */
  writesRestored = 0;
  surpriseTimeouts = 0;
  transactionsInterrupted = 0;
  /** By kind, then by the code of the cause. */
  readonly caused: Readonly<Record<TroubleKind, Float64Array>> = {
    sessionsLost: byCause(),
    surpriseTimeouts: byCause(),
    staleReads: byCause(),
    writesLost: byCause(),
    transactionsInterrupted: byCause(),
  };
  readonly lostWork = new WorkLost();
  readonly timedOutWork = new WorkLost();

  totalOf(kind: TroubleKind): number {
    return kind === "sessionsLost" ? this.lost : this[kind];
  }

  copy(): LedgerCounts {
    const copy = new LedgerCounts();
    const { caused, lostWork, timedOutWork, ...totals } = this;
    Object.assign(copy, totals);
    for (const kind of troubleKinds) copy.caused[kind].set(caused[kind]);
    for (const column of ["writes", "requests", "ms"] as const) {
      copy.lostWork[column].set(lostWork[column]);
      copy.timedOutWork[column].set(timedOutWork[column]);
    }
    return copy;
  }
}
