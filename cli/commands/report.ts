import { Command } from "commander";
import { fold } from "../../reports/fold.ts";
import type { MetricName } from "../../sim/metrics/catalogue.ts";
import { noteOn } from "../note.ts";
import { type OutputOptions, withReportOptions } from "../options.ts";
import { printReport } from "../print-report.ts";
import { openResultsFolder } from "../results-folder.ts";
import { writeReports } from "../run-and-report.ts";
import { readResults } from "../saved-results.ts";
import type { MakeCommand } from "./command.ts";

interface ReportOptions extends OutputOptions {
  readonly out?: string;
  readonly metrics?: readonly MetricName[];
}

export const reportCommand: MakeCommand = (world, finish) =>
  withReportOptions(new Command("report"))
    .summary("make the reports again from saved records")
    .description(
      "Makes the CSV, JSON, Markdown and HTML files again from the records of a results folder. Nothing is run.",
    )
    .argument("<folder>", "a folder that --out has written")
    .action(
      finish(async (folder: string, options: ReportOptions) => {
        const { plan, records, files } = await readResults(folder);
        const data = fold(records, plan.experiment);
        const target = options.out ?? folder;
        const written = await writeReports(await openResultsFolder(target), { plan, data, records, files }, world);
        noteOn(world, options.quiet === true)(`${target}: ${written.join(", ")}`);
        return printReport(data, { ...options, differences: true }, world);
      }),
    );
