import { Command, InvalidArgumentError } from "commander";
import { plainNumber } from "../../reports/format.ts";
import { prettyJson } from "../../reports/json.ts";
import { type Compared, compareDecisions } from "../compare-decisions.ts";
import { exitCodes } from "../errors.ts";
import { jsonOption } from "../options.ts";
import { safeText } from "../safe-text.ts";
import { readResults, type SavedResults } from "../saved-results.ts";
import type { MakeCommand } from "./command.ts";

interface DiffOptions {
  readonly strategies?: readonly [string, string];
  readonly json?: true;
}

function pair(text: string): [string, string] {
  const [a = "", b = "", ...others] = text.split(",");
  if (a !== "" && b !== "" && others.length === 0) return [a, b];
  throw new InvalidArgumentError(`Expected two names separated by a comma, got "${text}".`);
}

const whole = (value: number): string => plainNumber(value, 0);

function line({ a, b, seed, decisions, divergence }: Compared): string {
  const which = `${a === b ? a : `${a} and ${b}`}, seed ${seed}`;
  if (divergence === null) return `${which}: the same ${whole(decisions[0])} decisions`;
  const { from, to } = divergence;
  return `${which}: the first difference is among decisions ${whole(from + 1)} to ${whole(to)} (of ${whole(decisions[0])} and ${whole(decisions[1])})`;
}

function preface(a: SavedResults, b: SavedResults): string[] {
  const [recordA] = a.records;
  const [recordB] = b.records;
  const notes: string[] = [];
  if (recordA?.version !== recordB?.version) {
    notes.push(
      `made by versions ${recordA?.version} and ${recordB?.version}; between versions every decision may differ`,
    );
  }
  if (a.plan.scenario.hash !== b.plan.scenario.hash) {
    notes.push(`of different scenarios, ${a.plan.scenario.hash} and ${b.plan.scenario.hash}`);
  }
  return notes;
}

export const diffCommand: MakeCommand = (world, finish) =>
  new Command("diff")
    .summary("where the decisions of two results part")
    .description("Finds, run by run, where the decisions of two results folders part, from their digests.")
    .argument("<a>", "a results folder")
    .argument("<b>", "another, or the same")
    .option("--strategies <a,b>", "one strategy of each folder; all they share when absent", pair)
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nExamples:\n  evenkeel diff before after\n  evenkeel diff results results --strategies sticky-cookie,redis-sessions",
    )
    .action(
      finish(async (a: string, b: string, options: DiffOptions) => {
        const [before, after] = [await readResults(a), await readResults(b)];
        const compared = compareDecisions(before, after, options.strategies ?? null);
        if (options.json) world.out.write(prettyJson({ schemaVersion: 1, runs: compared }));
        else {
          for (const note of preface(before, after)) world.err.write(`${safeText(a)} and ${safeText(b)} are ${note}\n`);
          world.out.write(`${compared.map(line).join("\n")}\n`);
        }
        return exitCodes.fine;
      }),
    );
