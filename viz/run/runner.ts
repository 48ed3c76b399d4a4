/** Makes a plan's runs and hands over a comparison as soon as the first seed is complete, then with every further one. */
import type { DashboardData } from "../../reports/dashboard-data.ts";
import { fold } from "../../reports/fold.ts";
import type { RunRecord } from "../../sim/index.ts";
import type { Plan } from "./plan.ts";
import { runAll } from "./pool.ts";

export interface RunnerHandlers {
  readonly onProgress: (doneFraction: number) => void;
  readonly onData: (data: DashboardData, complete: boolean) => void;
  readonly onFailed: (message: string) => void;
}

/** Seeds, from the first on, of which every strategy has its record. */
function completeRuns(records: readonly RunRecord[], { seed, runs, strategies }: Plan["experiment"]): number {
  const counts = new Map<number, number>();
  for (const record of records) counts.set(record.seed, (counts.get(record.seed) ?? 0) + 1);
  let complete = 0;
  while (complete < runs && counts.get(seed + complete) === strategies.length) complete++;
  return complete;
}

/** The result cancels. */
export function run({ experiment, cells }: Plan, handlers: RunnerHandlers): () => void {
  const records: RunRecord[] = [];
  let shown = 0;
  const show = (runs: number): void => {
    shown = runs;
    handlers.onData(fold(records, { ...experiment, runs }), runs === experiment.runs);
  };
  return runAll(cells, {
    onProgress: handlers.onProgress,
    onRecord: (record) => {
      records.push(record);
      const complete = completeRuns(records, experiment);
      if (complete > shown && complete < experiment.runs) show(complete);
    },
    onDone: () => show(experiment.runs),
    onFailed: handlers.onFailed,
  });
}
