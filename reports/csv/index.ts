import type { RunRecord } from "../../sim/record.ts";
import type { DashboardData } from "../dashboard-data.ts";
import type { ReportFile } from "../manifest.ts";
import { faultsCsv } from "./faults.ts";
import { latencyCsv } from "./latency.ts";
import { runsCsv } from "./runs.ts";
import { serversCsv } from "./servers.ts";
import { sessionsCsv } from "./sessions.ts";
import { summaryCsv } from "./summary.ts";
import { timelineCsv } from "./timeline.ts";

/** The CSV set. `records` are in the order of strategies, then of seeds; `reports/README.md` documents every column. */
export const csvFiles = (data: DashboardData, records: readonly RunRecord[]): readonly ReportFile[] => [
  { name: "summary.csv", text: summaryCsv(data) },
  { name: "runs.csv", text: runsCsv(records) },
  { name: "servers.csv", text: serversCsv(records) },
  { name: "timeline.csv", text: timelineCsv(records) },
  { name: "latency.csv", text: latencyCsv(data) },
  { name: "sessions.csv", text: sessionsCsv(records) },
  { name: "faults.csv", text: faultsCsv(data) },
];
