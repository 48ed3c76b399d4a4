import { Command } from "commander";
import { prettyJson } from "../../reports/json.ts";
import { wrapText } from "../../reports/text-table.ts";
import { exitCodes, usageError } from "../errors.ts";
import { jsonOption } from "../options.ts";
import { safeText } from "../safe-text.ts";
import { type Entry, topicNamed, topics } from "../topics.ts";
import { reportWidth } from "../world.ts";
import type { MakeCommand } from "./command.ts";

interface Listed {
  readonly name: string;
  readonly entries: readonly Entry[];
}

/** Names to the left, sentences to the right, folded to `width`; a group's name above those that have it. */
function section({ name, entries }: Listed, width: number): string {
  const margin = Math.max(0, ...entries.map((entry) => entry.name.length)) + 4;
  const lines = entries.flatMap((entry, at) => [
    ...(entry.group === undefined || entry.group === entries[at - 1]?.group
      ? []
      : [...(at === 0 ? [] : [""]), `  ${entry.group}:`]),
    ...wrapText(entry.summary, width - margin).map(
      (line, row) => `${(row === 0 ? `  ${entry.name}` : "").padEnd(margin)}${line}`,
    ),
  ]);
  return `${name}\n${lines.join("\n")}\n`;
}

/** Whether the word stands in what a list or `describe` says of the entry; knobs would name too much. */
function tells(entry: Entry, word: string): boolean {
  const texts = [
    entry.name,
    ...entry.aliases,
    entry.summary,
    entry.group ?? "",
    ...entry.facts.map(({ text }) => text),
  ];
  return texts.some((text) => text.toLowerCase().includes(word.toLowerCase()));
}

export const listCommand: MakeCommand = (world, finish) =>
  new Command("list")
    .summary("what there is: scenarios, strategies, metrics, …")
    .description(
      `Lists what has a name: all of it, one kind, or of that kind what speaks of a word. Kinds: ${topics.map(({ name }) => name).join(", ")}.`,
    )
    .argument("[kind]", "what to list")
    .argument("[word]", "only what has this word in its name or in what is said of it, such as redis")
    .addOption(jsonOption())
    .action(
      finish(async (kind: string | undefined, word: string | undefined, { json }: { json?: true }) => {
        const asked = kind === undefined ? topics : [topicNamed(kind)];
        const shown = asked.map(
          ({ name, entries }): Listed => ({
            name,
            entries: entries().filter((entry) => word === undefined || tells(entry, word)),
          }),
        );
        if (word !== undefined && shown.every(({ entries }) => entries.length === 0)) {
          throw usageError(
            `none of the ${shown[0]?.name ?? ""} speaks of "${safeText(word)}"; evenkeel list ${kind} shows all`,
          );
        }
        const text = json
          ? prettyJson(
              Object.fromEntries(
                shown.map(({ name, entries }) => [
                  name,
                  entries.map(({ name: entry, aliases, summary, group = null }) => ({
                    name: entry,
                    aliases,
                    summary,
                    group,
                  })),
                ]),
              ),
            )
          : shown.map((listed) => section(listed, reportWidth(world.out))).join("\n");
        world.out.write(text);
        return exitCodes.fine;
      }),
    );
