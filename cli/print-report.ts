/** The report on standard output, and what it means for the exit code. */
import picocolors from "picocolors";
import type { DashboardData } from "../reports/dashboard-data.ts";
import { resultsJson } from "../reports/results-json.ts";
import { defaultMetrics, type Paint, terminalReport } from "../reports/terminal.ts";
import { type ExitCode, exitCodes } from "./errors.ts";
import type { OutputOptions, RunOptions } from "./options.ts";
import { reportWidth, type World, wantsColour } from "./world.ts";

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
