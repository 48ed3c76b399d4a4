/** What `run` and `compare` do: load, run, fold, write, print. */
import { fold } from "../reports/fold.ts";
import { type ExitCode, exitCodes } from "./errors.ts";
import { noteOn } from "./note.ts";
import type { RunOptions } from "./options.ts";
import { preparePlan } from "./prepare-plan.ts";
import { printReport } from "./print-report.ts";
import { openResultsFolder, type Results, type ResultsFolder, recordFile } from "./results-folder.ts";
import { runPlan } from "./run-plan.ts";
import { safeText } from "./safe-text.ts";
import type { World } from "./world.ts";

export const PAGE_MISSING = "the page is not built (npm run build makes it)";

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
  const files =
    folder === null ? [] : await writeReports(folder, { plan, data, records, files: cells.map(recordFile) }, world);
  const exitCode = printReport(data, options, world);
  if (options.out !== undefined) {
    const out = safeText(options.out);
    note(`${out}: ${files.join(", ")}, and ${records.length} records`);
    note(`look at it in a browser: evenkeel dashboard ${out}`);
  }
  return exitCode;
}
