import { Command } from "commander";
import { exitCodes, UserError } from "../errors.ts";
import { safeText } from "../safe-text.ts";
import { loadScenarioText, readScenarioText } from "../scenario-source.ts";
import { wantsColour } from "../world.ts";
import type { MakeCommand } from "./command.ts";

export const validateFileCommand: MakeCommand = (world, finish) =>
  new Command("validate-file")
    .summary("check scenario files without running them")
    .description("Checks scenario files and shows every mistake in its place. Nothing is run.")
    .argument("<files...>", "files, bundled names, or - for standard input")
    .action(
      finish(async (files: string[]) => {
        let allGood = true;
        for (const file of files) {
          try {
            const { strategies, runs } = loadScenarioText(
              await readScenarioText(file, world),
              [],
              wantsColour("auto", world.err, world.environment),
            );
            world.out.write(`${safeText(file)}: ok, ${strategies.length} strategies, ${runs} runs each\n`);
          } catch (error) {
            if (!(error instanceof UserError)) throw error;
            allGood = false;
            world.out.write(`${safeText(file)}: not valid\n`);
            world.err.write(`${error.message}\n`);
          }
        }
        return allGood ? exitCodes.fine : exitCodes.invalidInput;
      }),
    );
