/** The program: its commands, its help, and the only place that turns an outcome into an exit code. */
import { Command, CommanderError } from "commander";
import { VERSION } from "../sim/index.ts";
import type { Finish } from "./commands/command.ts";
import { compareCommand } from "./commands/compare.ts";
import { conformCommand } from "./commands/conform.ts";
import { dashboardCommand } from "./commands/dashboard.ts";
import { describeCommand } from "./commands/describe.ts";
import { diffCommand } from "./commands/diff.ts";
import { explainCommand } from "./commands/explain.ts";
import { initCommand } from "./commands/init.ts";
import { kitCommand } from "./commands/kit.ts";
import { listCommand } from "./commands/list.ts";
import { reportCommand } from "./commands/report.ts";
import { runCommand } from "./commands/run.ts";
import { schemaCommand } from "./commands/schema.ts";
import { validateFileCommand } from "./commands/validate-file.ts";
import { type ExitCode, exitCodeHelp, exitCodes, UserError } from "./errors.ts";
import type { World } from "./world.ts";

const HELP_WIDTH = 80;

const description =
  "A deterministic lab for load balancing with session persistence: runs one scenario under many strategies, and says " +
  "what each costs in load skew, session loss and latency.";

const footer = `
evenkeel COMMAND --help shows a command's options. Start here:
  evenkeel run checkout-crash          a bundled scenario, verdict first
  evenkeel init my.yaml                a scenario of your own to change

${exitCodeHelp}`;

function programFor(world: World, finish: Finish): Command {
  const program = new Command("evenkeel")
    .description(description)
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand(false)
    .addHelpText("after", footer)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.out.write(text),
      writeErr: (text) => world.err.write(text),
      getOutHelpWidth: () => HELP_WIDTH,
      getErrHelpWidth: () => HELP_WIDTH,
    });
  const groups = [
    {
      heading: "Run:",
      commands: [runCommand, compareCommand, dashboardCommand, reportCommand, diffCommand, explainCommand],
    },
    { heading: "Check:", commands: [conformCommand, kitCommand] },
    { heading: "Look up:", commands: [listCommand, describeCommand] },
    { heading: "Write scenarios:", commands: [initCommand, validateFileCommand, schemaCommand] },
  ];
  for (const { heading, commands } of groups) {
    program.commandsGroup(heading);
    for (const make of commands) program.addCommand(make(world, finish).copyInheritedSettings(program));
  }
  return program;
}

/** Never rejects: a user's mistake prints its message, a bug its stack. */
export async function main(words: readonly string[], world: World): Promise<ExitCode> {
  let outcome: ExitCode = exitCodes.fine;
  const finish: Finish =
    (work) =>
    async (...given) => {
      outcome = await work(...given);
    };
  const program = programFor(world, finish);
  try {
    if (words.length === 0) {
      program.outputHelp({ error: true });
      return exitCodes.usage;
    }
    await program.parseAsync([...words], { from: "user" });
    return outcome;
  } catch (error) {
    // Commander has already said what is wrong, or shown the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
    if (error instanceof UserError) {
      world.err.write(`${error.message}\n`);
      return error.exitCode;
    }
    world.err.write(
      `evenkeel has a bug; please report this:\n${error instanceof Error ? error.stack : String(error)}\n`,
    );
    return exitCodes.internalError;
  }
}
