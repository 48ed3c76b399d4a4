/** Options that several commands share, and the parsers that refuse bad values before anything runs. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { type MetricName, metrics } from "../sim/metrics/catalogue.ts";
import { unknownName } from "./names.ts";
import type { OwnKind } from "./own/source.ts";
import type { ColourChoice } from "./world.ts";

export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}, got "${text}".`);
  };

const list = (text: string): string[] => {
  const names = text.split(",").map((name) => name.trim());
  if (names.every((name) => name !== "")) return [...new Set(names)];
  throw new InvalidArgumentError(`Expected names separated by commas, got "${text}".`);
};

function folder(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError("Expected the path of a folder, got nothing.");
}

const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

function metricList(text: string): MetricName[] {
  return list(text).map((name) => {
    const metric = metrics.find((candidate) => candidate.name === name);
    if (metric !== undefined) return metric.name;
    throw new InvalidArgumentError(
      `${unknownName(
        "metric",
        name,
        metrics.map((known) => known.name),
        "evenkeel list metrics",
      )}.`,
    );
  });
}

const MOST_RUNS = 100_000;
/** Seeds of runs count on from the first; all of them stay exact. */
const MOST_SEED = Number.MAX_SAFE_INTEGER - MOST_RUNS;

export interface OutputOptions {
  readonly json?: true;
  readonly quiet?: true;
  readonly color: ColourChoice;
}

/** Files of the user's, by kind. */
export interface OwnOptions {
  readonly algorithm?: readonly string[];
  readonly affinity?: readonly string[];
  readonly state?: readonly string[];
  readonly strategyFile?: readonly string[];
}

/** The option that takes each kind, as the parser calls it. */
export const ownOptionOf = {
  algorithm: "algorithm",
  affinity: "affinity",
  state: "state",
  strategy: "strategyFile",
} as const satisfies Readonly<Record<OwnKind, keyof OwnOptions>>;

export interface RunOptions extends OutputOptions, OwnOptions {
  readonly out?: string;
  readonly set?: readonly string[];
  readonly seed?: number;
  readonly runs?: number;
  readonly strategies?: readonly string[];
  readonly reference?: string;
  readonly threads?: number;
  readonly metrics?: readonly MetricName[];
}

export const jsonOption = (): Option => new Option("--json", "print one JSON document instead of text");

export const setOption = (): Option =>
  new Option("--set <path=value>", "change the scenario: cluster.servers.count=6").argParser(collect);

/** Adds the options that take a file of the user's. */
export const withOwnOptions = (command: Command): Command => {
  for (const option of ownOptions()) command.addOption(option);
  return command;
};

const ownOptions = (): readonly Option[] => [
  new Option("--algorithm <file>", "a balancing algorithm of your own; see kit --help").argParser(collect),
  new Option("--affinity <file>", "an affinity of your own").argParser(collect),
  new Option("--state <file>", "a state backend of your own").argParser(collect),
  new Option("--strategy-file <file>", "a whole strategy of your own").argParser(collect),
];

export const seedOption = (description: string): Option =>
  new Option("--seed <number>", description).argParser(wholeNumber(0, MOST_SEED));

/** Everything that changes which runs are made. */
export const withExperimentOptions = (command: Command): Command =>
  withOwnOptions(
    command
      .optionsGroup("What to run:")
      .addOption(setOption())
      .option("--strategies <names>", "strategies, separated by commas; all: every one there is", list),
  )
    .option("--reference <name>", "the strategy that the others are compared with")
    .addOption(seedOption("seed of the first run"))
    .option("--runs <number>", "runs of each strategy, seeds counting on", wholeNumber(1, MOST_RUNS))
    .option("--threads <number>", "worker threads; never changes a result", wholeNumber(1, 1024));

export const withReportOptions = (command: Command): Command =>
  command
    .optionsGroup("Output:")
    .option("--out <folder>", "write records, CSV, JSON, Markdown and HTML there", folder)
    .addOption(jsonOption())
    .option("--metrics <names>", "columns of the table, separated by commas", metricList)
    .option("--quiet", "no progress and no notes")
    .addOption(new Option("--color <when>", "colour").choices(["auto", "always", "never"]).default("auto"));

export const portParser = wholeNumber(0, 65_535);
