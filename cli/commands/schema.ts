import { Command } from "commander";
import { scenarioJsonSchema } from "../../scenarios/index.ts";
import { exitCodes } from "../errors.ts";
import type { MakeCommand } from "./command.ts";

export const schemaCommand: MakeCommand = (world, finish) =>
  new Command("schema")
    .summary("print the JSON Schema of scenario files")
    .description("Prints the draft-07 JSON Schema of scenario files, from which editors complete and explain.")
    .action(
      finish(async () => {
        world.out.write(`${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`);
        return exitCodes.fine;
      }),
    );
