import { Command } from "commander";
import { type RunOptions, withExperimentOptions, withReportOptions } from "../options.ts";
import { runAndReport } from "../run-and-report.ts";
import type { MakeCommand } from "./command.ts";

export const runCommand: MakeCommand = (world, finish) =>
  withReportOptions(withExperimentOptions(new Command("run")))
    .summary("run a scenario under its strategies")
    .description("Runs a scenario under every strategy and prints the verdict, then a table.")
    .argument("<scenario>", "a bundled name, a file, or - for standard input")
    .addHelpText(
      "after",
      "\nExamples:\n  evenkeel run checkout-crash\n  evenkeel run my.yaml --set cluster.servers.count=6 --runs 5 --out results",
    )
    .action(
      finish((source: string, options: RunOptions) => runAndReport(source, { ...options, differences: false }, world)),
    );
