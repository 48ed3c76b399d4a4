/** Runs a plan: what a results folder already has is taken from there, the rest is made and kept as it completes. */
import { availableParallelism } from "node:os";
import type { RunRecord } from "../../sim/record.ts";
import type { Plan } from "../plan.ts";
import type { Progress } from "../progress.ts";
import type { ResultsFolder } from "../results-folder.ts";
import type { Executor } from "./executor.ts";
import { runInline } from "./inline.ts";
import { runOnThreads } from "./threads.ts";

export interface ExecuteOptions {
  /** Unset: one for each core, as many as there are runs to make. */
  readonly threads: number | undefined;
  readonly folder: ResultsFolder | null;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** The reason of an interrupted execution. */
export class Interrupted extends Error {
  readonly finished: number;
  readonly planned: number;

  constructor(finished: number, planned: number) {
    super(`interrupted after ${finished} of ${planned} runs`);
    this.finished = finished;
    this.planned = planned;
  }
}

/**
 * The records of all cells, in the order of the plan, whatever order they were made in.
 *
 * @throws Interrupted when `signal` ends it early; every finished record is then in the folder.
 */
export async function execute(plan: Plan, options: ExecuteOptions): Promise<readonly RunRecord[]> {
  const { folder, progress, signal } = options;
  const records = new Map<number, RunRecord>();
  for (const [index, cell] of plan.cells.entries()) {
    const kept = folder === null ? null : await folder.readRecord(cell);
    if (kept !== null) records.set(index, kept);
  }
  const missing = [...plan.cells.keys()].filter((index) => !records.has(index));
  const threads = Math.min(options.threads ?? availableParallelism(), missing.length);
  const executor: Executor = threads > 1 ? runOnThreads(threads) : runInline;
  progress.start(plan.cells.length, records.size);
  try {
    await executor(
      missing.map((index) => plan.cells[index]!),
      {
        signal,
        progress: (at, doneFraction) => progress.cell(at, doneFraction),
        done: async (at, record) => {
          const index = missing[at]!;
          await folder?.writeRecord(plan.cells[index]!, record);
          records.set(index, record);
          progress.cell(at, 1);
        },
      },
    );
  } catch (error) {
    if (signal.aborted) throw new Interrupted(records.size, plan.cells.length);
    throw error;
  } finally {
    progress.stop();
  }
  return plan.cells.map((_, index) => records.get(index)!);
}
