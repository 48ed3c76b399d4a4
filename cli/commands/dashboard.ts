import { stat } from "node:fs/promises";
import { Command } from "commander";
import type { DashboardData } from "../../reports/dashboard-data.ts";
import { fold } from "../../reports/fold.ts";
import { htmlReport } from "../../reports/html.ts";
import { exitCodes, inputError } from "../errors.ts";
import { noteOn } from "../note.ts";
import { openBrowser } from "../open-browser.ts";
import { portParser, type RunOptions, withExperimentOptions } from "../options.ts";
import { preparePlan } from "../prepare-plan.ts";
import { PAGE_MISSING } from "../run-and-report.ts";
import { runPlan } from "../run-plan.ts";
import { readResults } from "../saved-results.ts";
import { servePage } from "../serve.ts";
import type { World } from "../world.ts";
import type { MakeCommand } from "./command.ts";

interface DashboardOptions extends Omit<RunOptions, "json" | "out" | "metrics" | "color"> {
  readonly port: number;
  readonly open: boolean;
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/** What a folder holds, or what a scenario gives when it is run; null when interrupted. */
async function dataFrom(source: string, options: DashboardOptions, world: World): Promise<DashboardData | null> {
  if (await isFolder(source)) {
    const { plan, records } = await readResults(source);
    return fold(records, plan.experiment);
  }
  const plan = await preparePlan(source, options, world);
  const records = await runPlan(plan, options, null, world);
  return records === null ? null : fold(records, plan.experiment);
}

const DEFAULT_PORT = 8650;

export const dashboardCommand: MakeCommand = (world, finish) =>
  withExperimentOptions(new Command("dashboard"))
    .summary("look at a comparison in a browser")
    .description("Runs a scenario, or takes the results of a folder, and serves the dashboard on 127.0.0.1.")
    .argument("[source]", "a scenario or a results folder; the page's own when absent")
    .optionsGroup("Output:")
    .option("--port <number>", "port to serve on; 0 takes any free one", portParser, DEFAULT_PORT)
    .option("--no-open", "do not open a browser")
    .option("--quiet", "no progress and no notes")
    .action(
      finish(async (source: string | undefined, options: DashboardOptions) => {
        const page = await world.readPage();
        if (page === null) throw inputError(`there is no dashboard to serve: ${PAGE_MISSING}`);
        const data = source === undefined ? undefined : await dataFrom(source, options, world);
        if (data === null) return exitCodes.interrupted;
        const served = await servePage(data === undefined ? page : htmlReport(page, data), options.port);
        const interrupted = new Promise<void>((resolve) => world.onInterrupt(resolve));
        const note = noteOn(world, options.quiet === true);
        world.out.write(`${served.url}\n`);
        note("Ctrl-C stops the server");
        if (options.open) openBrowser(served.url, () => note("no browser could be opened; open the address above"));
        await interrupted;
        await served.stop();
        return exitCodes.fine;
      }),
    );
