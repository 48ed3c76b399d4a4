import { Command } from "commander";
import { prettyJson } from "../../reports/json.ts";
import { wrapText } from "../../reports/text-table.ts";
import { exitCodes, usageError } from "../errors.ts";
import { unknownNameError } from "../names.ts";
import { jsonOption } from "../options.ts";
import { type Entry, topicNamed, topics } from "../topics.ts";
import { reportWidth } from "../world.ts";
import type { MakeCommand } from "./command.ts";

type Found = Entry & { readonly what: string };

/** Each knob with its default on a line, and what it does below. */
function knobLines(knobs: Entry["knobs"] = [], width: number): string[] {
  if (knobs.length === 0) return [];
  const lines = knobs.flatMap(({ name, default: value, text }) => [
    `    ${name}: ${value}`,
    ...wrapText(text, width - 8).map((line) => `        ${line}`),
  ]);
  return ["  knobs, with their defaults", ...lines];
}

function paragraph({ name, aliases, what, summary, facts, knobs }: Found, width: number): string {
  const known = aliases.length === 0 ? [] : [{ label: "also known as", text: aliases.join(", ") }];
  const margin = Math.max(0, ...[...known, ...facts].map(({ label }) => label.length)) + 4;
  const lines = [...known, ...facts].flatMap(({ label, text }) =>
    wrapText(text, width - margin).map((line, at) => `${(at === 0 ? `  ${label}` : "").padEnd(margin)}${line}`),
  );
  return `${[`${name}, ${what}`, ...wrapText(summary, width - 2).map((line) => `  ${line}`), ...lines, ...knobLines(knobs, width)].join("\n")}\n`;
}

export const describeCommand: MakeCommand = (world, finish) =>
  new Command("describe")
    .summary("explain anything that has a name")
    .description("Explains everything that has this name: scenario, strategy, part, metric or cause.")
    .argument(
      "<name...>",
      "a name that list shows, or a product's name for it; after its kind, where several things have it: cause crash",
    )
    .addOption(jsonOption())
    .action(
      finish(async ([first = "", second, ...others]: readonly string[], { json }: { json?: true }) => {
        if (others.length > 0) throw usageError("describe explains one thing: a name, or a kind and a name");
        const name = second ?? first;
        const asked = second === undefined ? topics : [topicNamed(first)];
        const all = asked.flatMap(({ what, entries }) => entries().map((entry): Found => ({ ...entry, what })));
        const found = all.filter((entry) => entry.name === name || entry.aliases.includes(name));
        if (found.length === 0) {
          const known = all.flatMap((entry) => [entry.name, ...entry.aliases]);
          const [what, list] =
            second === undefined ? ["name", "evenkeel list"] : [asked[0]?.what ?? "name", `evenkeel list ${first}`];
          throw unknownNameError(what, name, known, list);
        }
        const text = json
          ? prettyJson(found)
          : found.map((entry) => paragraph(entry, reportWidth(world.out))).join("\n");
        world.out.write(text);
        return exitCodes.fine;
      }),
    );
