import { sessionCauses } from "../../sim/metrics/causes.ts";
import type { RunRecord, TimelineRecord } from "../../sim/record.ts";
import { type Column, column, csvOf } from "./table.ts";

interface Row {
  readonly run: RunRecord;
  readonly timeline: TimelineRecord;
  readonly window: number;
}

const counted = [
  "requestsOffered",
  "requestsAnswered",
  "requestsUnanswered",
  "responseTimeP50Ms",
  "responseTimeP90Ms",
  "responseTimeP99Ms",
  "responseTimeMaxMs",
  "loadPeakToMean",
  "loadCv",
  "loadJain",
  "sessionsBorn",
  "sessionsLive",
  "sessionsMoved",
  "staleReads",
  "writesLost",
  "surpriseTimeouts",
  "transactionsInterrupted",
] as const;

/** `no-affinity` becomes `sessionsLostNoAffinity`. */
const causeColumn = (cause: string): string =>
  `sessionsLost${cause.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}`;

const lossAt = ({ timeline, window }: Row, cause: string): number =>
  timeline.sessionsLost.find((loss) => loss.cause === cause)?.count[window] ?? 0;

const columns: readonly Column<Row>[] = [
  column("strategy", ({ run }) => run.strategy),
  column("seed", ({ run }) => run.seed),
  column("windowStartMs", ({ timeline, window }) => window * timeline.windowMs),
  ...counted.map((name) => column<Row>(name, ({ timeline, window }) => timeline[name][window] ?? null)),
  column("sessionsLost", (row) => sessionCauses.reduce((sum, { name }) => sum + lossAt(row, name), 0)),
  ...sessionCauses.map(({ name }) => column<Row>(causeColumn(name), (row) => lossAt(row, name))),
];

/** `timeline.csv`: one row for each window of each run, warm-up included. */
export const timelineCsv = (records: readonly RunRecord[]): string =>
  csvOf(
    columns,
    records.flatMap((run) =>
      Array.from({ length: run.timeline.windows }, (_, window) => ({ run, timeline: run.timeline, window })),
    ),
  );
