import { Command } from "commander";
import { type RunOptions, withExperimentOptions, withReportOptions } from "../options.ts";
import { runAndReport } from "../run-and-report.ts";
import type { MakeCommand } from "./command.ts";

export const compareCommand: MakeCommand = (world, finish) =>
  withReportOptions(withExperimentOptions(new Command("compare")))
    .summary("the same, with differences to a reference")
    .description(
      "As run, and shows each strategy's difference to the reference with its 95 % interval, paired by seed.",
    )
    .argument("<scenario>", "a bundled name, a file, or - for standard input")
    .addHelpText(
      "after",
      "\nExamples:\n  evenkeel compare lost-cart --runs 10\n  evenkeel compare my.yaml --reference redis-sessions --out results",
    )
    .action(
      finish((source: string, options: RunOptions) => runAndReport(source, { ...options, differences: true }, world)),
    );
