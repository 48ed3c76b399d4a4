/** What went wrong with sessions, by kind and cause: one list of rows for every report. */
import { type Cause, sessionCauses } from "../sim/metrics/causes.ts";
import { type TroubleKind, troubleKinds } from "../sim/metrics/ledger-counts.ts";
import type { RunRecord } from "../sim/record.ts";

/** The lists of a run record; those of a strategy are means over its runs. */
export type Troubles = Pick<RunRecord, `${TroubleKind}ByCause`>;

export interface TroubleRow {
  readonly kind: TroubleKind;
  readonly cause: Cause;
  readonly count: number;
  /** What users lost with sessions that ended before their time; null for other kinds. */
  readonly work: { readonly writes: number; readonly requests: number; readonly ms: number } | null;
}

/** In the order of kinds, then of causes; only what occurred. */
export function troubleRows(troubles: Troubles): readonly TroubleRow[] {
  return troubleKinds.flatMap((kind) =>
    troubles[`${kind}ByCause`].map((entry) => {
      if ("count" in entry) return { kind, cause: entry.cause, count: entry.count, work: null };
      const { cause, sessions, writes, requests, ms } = entry;
      return { kind, cause, count: sessions, work: { writes, requests, ms } };
    }),
  );
}

/** The pairs of kind and cause that occur in any of the lists, in the order of kinds, then of causes. */
export function troublesOccurring(all: readonly Troubles[]): readonly Pick<TroubleRow, "kind" | "cause">[] {
  const rows = all.flatMap(troubleRows);
  return troubleKinds.flatMap((kind) => {
    const causes = new Set<string>(rows.filter((row) => row.kind === kind).map(({ cause }) => cause));
    return sessionCauses.filter(({ name }) => causes.has(name)).map(({ name }) => ({ kind, cause: name }));
  });
}

type Entry = Troubles[keyof Troubles][number];

/** Per run, on average. */
export function poolTroubles(runs: readonly Troubles[]): Troubles {
  const pool = <E extends Entry>(lists: readonly (readonly E[])[]): E[] =>
    sessionCauses.flatMap(({ name }) => {
      const found = lists.flatMap((list) => list.filter(({ cause }) => cause === name));
      const [first] = found;
      if (first === undefined) return [];
      const sums = { ...first };
      for (const key of Object.keys(first) as (keyof E)[]) {
        if (key === "cause") continue;
        const sum = found.reduce((all, entry) => all + Number(entry[key]), 0);
        Object.assign(sums, { [key]: sum / lists.length });
      }
      return [sums];
    });
  return {
    sessionsLostByCause: pool(runs.map((run) => run.sessionsLostByCause)),
    surpriseTimeoutsByCause: pool(runs.map((run) => run.surpriseTimeoutsByCause)),
    staleReadsByCause: pool(runs.map((run) => run.staleReadsByCause)),
    writesLostByCause: pool(runs.map((run) => run.writesLostByCause)),
    transactionsInterruptedByCause: pool(runs.map((run) => run.transactionsInterruptedByCause)),
  };
}
