import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { scenarioTemplate } from "../../scenarios/index.ts";
import { exitCodes, inputError, systemReason } from "../errors.ts";
import { noteOn } from "../note.ts";
import { safeText } from "../safe-text.ts";
import type { MakeCommand } from "./command.ts";

async function writeNew(file: string, force: boolean): Promise<void> {
  try {
    await writeFile(file, scenarioTemplate, { flag: force ? "w" : "wx" });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") {
      throw inputError(`${safeText(file)} exists; give another name, or --force to overwrite it`);
    }
    const reason = systemReason(error);
    if (reason === null) throw error;
    throw inputError(`cannot write ${safeText(file)}: ${reason}`);
  }
}

export const initCommand: MakeCommand = (world, finish) =>
  new Command("init")
    .summary("write a commented scenario to start from")
    .description("Writes a commented scenario that runs, to a file or to standard output.")
    .argument("[file]", "where to write; standard output when absent")
    .option("--force", "overwrite the file")
    .action(
      finish(async (file: string | undefined, { force }: { force?: true }) => {
        if (file === undefined || file === "-") {
          world.out.write(scenarioTemplate);
          return exitCodes.fine;
        }
        await writeNew(file, force === true);
        noteOn(world, false)(`${safeText(file)} is written; next: evenkeel run ${safeText(file)}`);
        return exitCodes.fine;
      }),
    );
