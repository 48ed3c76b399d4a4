import { Command, InvalidArgumentError } from "commander";
import { differenceLines } from "../../reports/divergence-text.ts";
import { plainNumber } from "../../reports/format.ts";
import { prettyJson } from "../../reports/json.ts";
import { wrapText } from "../../reports/text-table.ts";
import { type Compared, compareDecisions } from "../compare-decisions.ts";
import { exitCodes } from "../errors.ts";
import { type Explained, explainDivergences, type Side, sideOf } from "../explain-divergence.ts";
import { jsonOption } from "../options.ts";
import { progressOn } from "../progress.ts";
import { safeText } from "../safe-text.ts";
import { readResults, type SavedResults } from "../saved-results.ts";
import { reportWidth, type World } from "../world.ts";
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
const INDENT = "  ";

/** What is known of one pair of runs: a line, and the first difference or why it is not known. */
function linesOf({ a, b, seed, decisions, divergence, first, whyUnknown }: Explained, width: number): string[] {
  const which = `${a === b ? a : `${a} (A) and ${b} (B)`}, seed ${seed}`;
  if (divergence === null) return [`${which}: the same ${whole(decisions[0])} decisions`];
  const all = `(of ${whole(decisions[0])} and ${whole(decisions[1])})`;
  const index = first?.a?.index ?? first?.b?.index;
  if (first !== null && index !== undefined) {
    return [`${which}: the first difference is decision ${whole(index)} ${all}`, ...differenceLines(first, width), ""];
  }
  const window = `${whole(divergence.from)} to ${whole(divergence.to - 1)}`;
  const why = wrapText(`Which of them is not known: ${whyUnknown}.`, width - INDENT.length);
  return [
    `${which}: the first difference is among decisions ${window} ${all}`,
    ...why.map((line) => INDENT + line),
    "",
  ];
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

/** null when interrupted, which has then been said. */
async function explainUntilInterrupted(
  compared: readonly Compared[],
  sides: readonly [Side, Side],
  world: World,
): Promise<readonly Explained[] | null> {
  const interruption = new AbortController();
  const stopListening = world.onInterrupt(() => interruption.abort());
  try {
    return await explainDivergences(compared, sides, {
      progress: progressOn(world, false),
      signal: interruption.signal,
    });
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    world.err.write("interrupted: nothing is printed; --strategies A,B compares one pair alone\n");
    return null;
  } finally {
    stopListening();
  }
}

export const diffCommand: MakeCommand = (world, finish) =>
  new Command("diff")
    .summary("where the decisions of two results part")
    .description(
      "Finds, run by run, the first decision in which two results folders part: the window from their digests, the " +
        "decision itself by running both again up to there. Decisions, visits, requests and attempts count from 0.",
    )
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
        const sides = [await sideOf(a, before), await sideOf(b, after)] as const;
        const explained = await explainUntilInterrupted(compared, sides, world);
        if (explained === null) return exitCodes.interrupted;
        if (options.json) world.out.write(prettyJson({ schemaVersion: 1, runs: explained }));
        else {
          for (const note of preface(before, after)) world.err.write(`${safeText(a)} and ${safeText(b)} are ${note}\n`);
          const lines = explained.flatMap((pair) => linesOf(pair, reportWidth(world.out)));
          world.out.write(`${lines.join("\n").trimEnd()}\n`);
        }
        return exitCodes.fine;
      }),
    );
