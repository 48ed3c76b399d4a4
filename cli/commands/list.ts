import { Argument, Command } from "commander";
import { prettyJson } from "../../reports/json.ts";
import { wrapText } from "../../reports/text-table.ts";
import { exitCodes } from "../errors.ts";
import { jsonOption } from "../options.ts";
import { type Topic, topics } from "../topics.ts";
import { reportWidth } from "../world.ts";
import type { MakeCommand } from "./command.ts";

/** Names to the left, sentences to the right, folded to `width`. */
function section({ name, entries }: Topic, width: number): string {
  const all = entries();
  const margin = Math.max(0, ...all.map((entry) => entry.name.length)) + 4;
  const lines = all.flatMap((entry) =>
    wrapText(entry.summary, width - margin).map(
      (line, at) => `${(at === 0 ? `  ${entry.name}` : "").padEnd(margin)}${line}`,
    ),
  );
  return `${name}\n${lines.join("\n")}\n`;
}

export const listCommand: MakeCommand = (world, finish) =>
  new Command("list")
    .summary("what there is: scenarios, strategies, metrics, …")
    .description("Lists what has a name: all of it, or one kind.")
    .addArgument(
      new Argument("[kind]", "what to list").choices(
        topics.flatMap(({ name, alias }) => (alias === undefined ? [name] : [name, alias])),
      ),
    )
    .addOption(jsonOption())
    .action(
      finish(async (kind: string | undefined, { json }: { json?: true }) => {
        const shown = topics.filter(({ name, alias }) => [undefined, name, alias ?? name].includes(kind));
        const text = json
          ? prettyJson(
              Object.fromEntries(
                shown.map(({ name, entries }) => [
                  name,
                  entries().map((entry) => ({ name: entry.name, aliases: entry.aliases, summary: entry.summary })),
                ]),
              ),
            )
          : shown.map((topic) => section(topic, reportWidth(world.out))).join("\n");
        world.out.write(text);
        return exitCodes.fine;
      }),
    );
