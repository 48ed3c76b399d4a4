/** What the ledger has counted by cause between two moments, as a record has it. */
import type { CausedRecord, WorkLostRecord } from "../record.ts";
import { sessionCauses } from "./causes.ts";
import type { LedgerCounts, TroubleKind } from "./ledger-counts.ts";

type Work = "lostWork" | "timedOutWork";

export class MeasuredCauses {
  private readonly end: LedgerCounts;
  private readonly start: LedgerCounts;

  constructor(end: LedgerCounts, start: LedgerCounts) {
    this.end = end;
    this.start = start;
  }

  counts(kind: TroubleKind): CausedRecord[] {
    return sessionCauses.flatMap(({ name: cause }, code) => {
      const count = this.end.caused[kind][code]! - this.start.caused[kind][code]!;
      return count > 0 ? [{ cause, count }] : [];
    });
  }

  work(kind: TroubleKind, work: Work): WorkLostRecord[] {
    return sessionCauses.flatMap(({ name: cause }, code) => {
      const sessions = this.end.caused[kind][code]! - this.start.caused[kind][code]!;
      const since = (column: "writes" | "requests" | "ms") =>
        this.end[work][column][code]! - this.start[work][column][code]!;
      return sessions > 0
        ? [{ cause, sessions, writes: since("writes"), requests: since("requests"), ms: since("ms") }]
        : [];
    });
  }

  /** Mean of a column over `sessions`, all causes together; null where there are none. */
  meanOf(work: Work, column: "requests" | "ms", sessions: number): number | null {
    if (sessions === 0) return null;
    const sum = (counts: LedgerCounts) => counts[work][column].reduce((all, value) => all + value, 0);
    return (sum(this.end) - sum(this.start)) / sessions;
  }
}
