import { metrics } from "../../sim/metrics/catalogue.ts";
import type { RunRecord } from "../../sim/record.ts";
import { column, csvOf } from "./table.ts";

/** `runs.csv`: one row for each run, one column for each metric of the catalogue. */
export const runsCsv = (records: readonly RunRecord[]): string =>
  csvOf<RunRecord>(
    [
      column("strategy", (run) => run.strategy),
      column("seed", (run) => run.seed),
      column("digest", (run) => run.digest.value),
      column("decisions", (run) => run.digest.decisions),
      ...metrics.map(({ name }) => column<RunRecord>(name, (run) => run.metrics[name])),
    ],
    records,
  );
