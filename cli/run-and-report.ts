/** What `run` and `compare` do: load, run, fold, write, print. */
import picocolors from "picocolors";
import type { DashboardData } from "../reports/dashboard-data.ts";
import { fold } from "../reports/fold.ts";
import { resultsJson } from "../reports/results-json.ts";
import { defaultMetrics, type Paint, terminalReport } from "../reports/terminal.ts";
import type { RunRecord } from "../sim/record.ts";
import { type ExitCode, exitCodes } from "./errors.ts";
import { execute, Interrupted } from "./execute/execute.ts";
import type { OutputOptions, RunOptions } from "./options.ts";
import { type Plan, planOf } from "./plan.ts";
import { progressOn } from "./progress.ts";
import { findReplay } from "./replay-source.ts";
import { openResultsFolder, type Results, type ResultsFolder, recordFile } from "./results-folder.ts";
import { loadScenarioText, readScenarioText } from "./scenario-source.ts";
import { type ColourChoice, reportWidth, type World, wantsColour } from "./world.ts";

export const PAGE_MISSING = "the page is not built (npm run build makes it)";

const paintOf = (colour: boolean): Paint => {
  const ink = picocolors.createColors(colour);
  return { bold: ink.bold, dim: ink.dim, good: ink.green, bad: ink.red };
};

interface PrintOptions extends OutputOptions, Pick<RunOptions, "metrics"> {
  readonly differences: boolean;
}

export function printReport(data: DashboardData, options: PrintOptions, world: World): ExitCode {
  const { json, metrics, differences, color } = options;
  const paint = paintOf(wantsColour(color, world.out, world.environment));
  world.out.write(
    json
      ? resultsJson(data)
      : terminalReport(data, { metrics: metrics ?? defaultMetrics, differences, width: reportWidth(world.out), paint }),
  );
  return data.expectations.every(({ passed }) => passed) ? exitCodes.fine : exitCodes.expectationNotMet;
}

export type Note = (text: string) => void;

export const noteOn =
  (world: World, quiet: boolean): Note =>
  (text) => {
    if (!quiet) world.err.write(`${text}\n`);
  };

/** Everything that can be wrong is found here, before anything runs. */
export async function preparePlan(
  source: string,
  options: Omit<RunOptions, "color"> & { readonly color?: ColourChoice },
  world: World,
): Promise<Plan> {
  const colour = wantsColour(options.color ?? "auto", world.err, world.environment);
  const text = await readScenarioText(source, world);
  const scenario = loadScenarioText(text, options.set ?? [], colour);
  const plan = planOf(scenario, options, null);
  const replay = await findReplay(scenario, text);
  if (replay === null) return plan;
  for (const line of replay.notes) noteOn(world, options.quiet === true)(line);
  return planOf(scenario, options, replay.source);
}

/** The records of `plan`; null when interrupted, which has then been said. */
export async function runPlan(
  plan: Plan,
  options: Pick<RunOptions, "threads" | "quiet" | "out">,
  folder: ResultsFolder | null,
  world: World,
): Promise<readonly RunRecord[] | null> {
  const interruption = new AbortController();
  const stopListening = world.onInterrupt(() => interruption.abort());
  try {
    return await execute(plan, {
      threads: options.threads,
      folder,
      progress: progressOn(world, options.quiet === true),
      signal: interruption.signal,
    });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    const kept =
      options.out === undefined
        ? "nothing is kept; --out FOLDER keeps finished runs"
        : `the finished ones are in ${options.out}, and the same command goes on from there`;
    world.err.write(`interrupted: ${error.finished} of ${error.planned} runs are finished; ${kept}\n`);
    return null;
  } finally {
    stopListening();
  }
}

export async function writeReports(folder: ResultsFolder, results: Results, world: World): Promise<string[]> {
  const page = await world.readPage();
  if (page === null) world.err.write(`report.html was not written: ${PAGE_MISSING}\n`);
  return folder.writeReports(results, page);
}

export async function runAndReport(
  source: string,
  options: RunOptions & { readonly differences: boolean },
  world: World,
): Promise<ExitCode> {
  const note = noteOn(world, options.quiet === true);
  const plan = await preparePlan(source, options, world);
  const folder = options.out === undefined ? null : await openResultsFolder(options.out);
  const { scenario, experiment, cells } = plan;
  note(
    `${scenario.name} ${scenario.hash}: ${cells.length} runs, ${experiment.strategies.length} strategies × ${experiment.runs} seeds from ${experiment.seed}`,
  );
  const records = await runPlan(plan, options, folder, world);
  if (records === null) return exitCodes.interrupted;
  const data = fold(records, experiment);
  if (folder !== null) {
    const files = await writeReports(folder, { plan, data, records, files: cells.map(recordFile) }, world);
    note(`${options.out}: ${files.join(", ")}, and ${records.length} records`);
  }
  return printReport(data, options, world);
}
