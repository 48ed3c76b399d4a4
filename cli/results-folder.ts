/** A results folder: a record for each finished run, and the reports made from them. */
import { existsSync } from "node:fs";
import { access, constants, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";
import { csvFiles } from "../reports/csv/index.ts";
import type { DashboardData } from "../reports/dashboard-data.ts";
import { htmlReport } from "../reports/html.ts";
import {
  manifestJson,
  type OwnReportFile,
  type ReportFile,
  repeatCommand,
  SCENARIO_FILE,
  shellCommand,
} from "../reports/manifest.ts";
import { markdownReport } from "../reports/markdown.ts";
import { resultsJson } from "../reports/results-json.ts";
import { canonicalJson } from "../scenarios/hash.ts";
import { VERSION } from "../sim/index.ts";
import type { RunRecord } from "../sim/record.ts";
import { inputError, systemReason } from "./errors.ts";
import { type Cell, cellKey, sha256 } from "./execute/cell.ts";
import type { Plan } from "./plan.ts";
import { safeText } from "./safe-text.ts";
import { parseRecord } from "./saved-record.ts";

/** The folder of the user's files. */
const OWN = "own";

export interface ResultsFolder {
  /** null where there is none yet, or what is there is not whole. */
  readRecord(cell: Cell): Promise<RunRecord | null>;
  writeRecord(cell: Cell, record: RunRecord): Promise<void>;
  /** Writes the reports; returns the names of the files. `page` null leaves out `report.html`. */
  writeReports(results: Results, page: string | null): Promise<string[]>;
}

export interface Results {
  readonly plan: Plan;
  readonly data: DashboardData;
  /** In the order of the plan's cells. */
  readonly records: readonly RunRecord[];
  /** The records' files, in the same order. */
  readonly files: readonly string[];
}

export const recordFile = (cell: Cell): string => `records/${cellKey(cell, VERSION)}.json`;

const recordText = (record: RunRecord): string => `${canonicalJson(record)}\n`;

/** Under its name only once it is whole, so that an interrupted write leaves nothing that looks finished. */
async function writeWhole(path: string, text: string): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    await writeFile(partial, text);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

/** The user's files, under kind and name, of which there are no two. */
function ownFilesOf({ own }: Plan): readonly OwnReportFile[] {
  return own.map(({ source: { kind, file, text }, definition: { name: called } }) => ({
    name: `${OWN}/${kind}-${called}${extname(file)}`,
    text,
    kind,
    called,
    option: kind === "strategy" ? "--strategy-file" : `--${kind}`,
  }));
}

function reportsOf({ plan, data, records, files }: Results, page: string | null): ReportFile[] {
  const own = ownFilesOf(plan);
  const reports = [
    ...own.map(({ name, text }) => ({ name, text })),
    { name: SCENARIO_FILE, text: plan.scenario.text },
    { name: "results.json", text: resultsJson(data) },
    ...csvFiles(data, records),
    { name: "report.md", text: markdownReport(data, shellCommand(repeatCommand(data, own))) },
    ...(page === null ? [] : [{ name: "report.html", text: htmlReport(page, data) }]),
  ];
  const kept = records.map(({ strategy, seed }, at) => ({ strategy, seed, file: files[at] ?? "" }));
  return [
    ...reports,
    { name: "manifest.json", text: manifestJson({ data, files: reports, own, records: kept, sha256 }) },
  ];
}

/** As mkdir -p. Node's own never returns where a parent takes no folders, as in /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EEXIST") return;
    const parent = dirname(path);
    if (code !== "ENOENT" || existsSync(parent)) throw error;
    await makeFolder(parent);
    await mkdir(path);
  }
}

/** @throws UserError in place of what the operating system has against writing `target`. */
async function guarded<T>(target: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = systemReason(error);
    if (reason === null) throw error;
    throw inputError(`cannot write ${safeText(target)}: ${reason}; give another folder with --out`);
  }
}

/** Makes the folder if need be. @throws UserError when it cannot be written. */
export async function openResultsFolder(path: string): Promise<ResultsFolder> {
  const write = (file: string, text: string) => guarded(file, () => writeWhole(file, text));
  await guarded(`to the folder ${path}`, async () => {
    await makeFolder(join(resolve(path), "records"));
    // Found out now rather than after the runs.
    await access(join(path, "records"), constants.W_OK);
  });
  return {
    readRecord: async (cell) => {
      const text = await readFile(join(path, recordFile(cell)), "utf8").catch(() => null);
      return text === null ? null : parseRecord(text, cell);
    },
    writeRecord: (cell, record) => write(join(path, recordFile(cell)), recordText(record)),
    writeReports: async (results, page) => {
      for (const [at, record] of results.records.entries()) {
        const file = join(path, results.files[at] ?? "");
        if (!existsSync(file)) await write(file, recordText(record));
      }
      const reports = reportsOf(results, page);
      if (results.plan.own.length > 0) await guarded(path, () => makeFolder(join(resolve(path), OWN)));
      for (const { name, text } of reports) await write(join(path, name), text);
      return reports.map(({ name }) => name);
    },
  };
}
