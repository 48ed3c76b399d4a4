import type { FaultRecord } from "../../sim/record.ts";
import type { DashboardData } from "../dashboard-data.ts";
import { column, csvOf } from "./table.ts";

/** `faults.csv`: what went wrong and when, the same in every run. */
export const faultsCsv = (data: DashboardData): string =>
  csvOf<FaultRecord>(
    [
      column("atMs", ({ atMs }) => atMs),
      column("untilMs", ({ untilMs }) => untilMs),
      column("kind", ({ kind }) => kind),
      column("target", ({ target }) => target),
    ],
    data.faults,
  );
