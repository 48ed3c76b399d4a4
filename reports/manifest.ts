/** `manifest.json`: where the files of a folder come from, and the command that makes them again. */
import type { DashboardData } from "./dashboard-data.ts";
import { prettyJson } from "./json.ts";

export const MANIFEST_SCHEMA_VERSION = 2;
/** The copy of the scenario in the folder. */
export const SCENARIO_FILE = "scenario.yaml";

export interface ReportFile {
  readonly name: string;
  readonly text: string;
}

/** A word of a POSIX shell. */
const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** A user's part or strategy: its copy in the folder, what it is, and the name that it has in scenarios. */
export interface OwnReportFile extends ReportFile {
  readonly kind: string;
  readonly called: string;
  /** That takes it. */
  readonly option: string;
}

export interface ManifestInput {
  readonly data: DashboardData;
  /** The record file of each run, in the order of strategies, then of seeds. */
  readonly records: readonly { readonly strategy: string; readonly seed: number; readonly file: string }[];
  readonly files: readonly ReportFile[];
  /** Those among the files. */
  readonly own: readonly OwnReportFile[];
  /** SHA-256 of a text's UTF-8 bytes, in hexadecimal. */
  readonly sha256: (text: string) => string;
}

/** The command that repeats the runs, to be given in the results folder. It says everything; no default takes part. */
export function repeatCommand(data: DashboardData, own: readonly OwnReportFile[]): readonly string[] {
  return [
    "evenkeel",
    "run",
    SCENARIO_FILE,
    "--seed",
    String(data.seed),
    "--runs",
    String(data.runs),
    "--strategies",
    data.strategies.map(({ name }) => name).join(","),
    "--reference",
    data.reference,
    ...own.flatMap(({ option, name }) => [option, name]),
  ];
}

export const shellCommand = (words: readonly string[]): string => words.map(shellWord).join(" ");

/** Holds no date, no path and no host name: the same runs give the same manifest anywhere. */
export function manifestJson({ data, records, files, own, sha256 }: ManifestInput): string {
  return prettyJson({
    schemaVersion: MANIFEST_SCHEMA_VERSION,
    version: data.version,
    scenario: { name: data.scenario.name, hash: data.scenario.hash },
    seed: data.seed,
    runs: data.runs,
    reference: data.reference,
    strategies: data.strategies.map(({ name, digest }) => ({ name, digest })),
    command: shellCommand(repeatCommand(data, own)),
    ...(own.length === 0 ? {} : { own: own.map(({ kind, called, name }) => ({ kind, name: called, file: name })) }),
    files: files
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, text }) => ({ name, sha256: sha256(text) })),
    records,
  });
}
