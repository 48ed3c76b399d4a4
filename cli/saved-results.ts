/** A results folder read back: the plan it was made from, and its records. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { MANIFEST_SCHEMA_VERSION, SCENARIO_FILE } from "../reports/manifest.ts";
import type { RunRecord } from "../sim/record.ts";
import { inputError, systemReason } from "./errors.ts";
import { kindNames, ownKinds } from "./own/source.ts";
import { type OwnFile, type Plan, planOf } from "./plan.ts";
import { ownFiles, ownNames } from "./prepare-plan.ts";
import { safeText } from "./safe-text.ts";
import { parseRecord } from "./saved-record.ts";
import { loadScenarioText } from "./scenario-source.ts";

const manifest = z.object({
  schemaVersion: z.literal(MANIFEST_SCHEMA_VERSION),
  scenario: z.object({ name: z.string(), hash: z.string() }),
  seed: z.int().min(0),
  runs: z.int().min(1),
  reference: z.string(),
  strategies: z.array(z.object({ name: z.string() })),
  own: z
    .array(z.object({ kind: z.enum(ownKinds), file: z.string().regex(/^own\/[a-z]+-[a-z][a-z0-9-]*\.\w+$/) }))
    .default([]),
  files: z.array(z.object({ name: z.string(), sha256: z.string() })),
  records: z.array(z.object({ strategy: z.string(), seed: z.number(), file: z.string() })),
});

export interface SavedResults {
  readonly plan: Plan;
  /** In the order of the plan's cells. */
  readonly records: readonly RunRecord[];
  /** The records' files within the folder, in the same order. */
  readonly files: readonly string[];
}

const makeAgain = "make it again with evenkeel run SCENARIO --out FOLDER";

async function readText(folder: string, name: string): Promise<string> {
  try {
    return await readFile(join(folder, name), "utf8");
  } catch (error) {
    const reason = systemReason(error);
    if (reason === null) throw error;
    throw inputError(`${safeText(folder)} is not a results folder: cannot read its ${name}, ${reason}; ${makeAgain}`);
  }
}

function parseManifest(text: string, folder: string): z.output<typeof manifest> {
  const fail = (why: string) => inputError(`cannot use the manifest.json of ${safeText(folder)}: ${why}; ${makeAgain}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw fail("it is not JSON");
  }
  const parsed = manifest.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw fail(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not as expected"}`);
}

/** The user's files that the records were made with. */
async function ownOf(folder: string, { own: kept, files }: z.output<typeof manifest>): Promise<readonly OwnFile[]> {
  const own = await ownFiles(kept.map(({ kind, file }) => ({ kind, file: join(folder, file) })));
  for (const [at, { source }] of own.entries()) {
    if (files.find(({ name }) => name === kept[at]?.file)?.sha256 === source.sha256) continue;
    throw inputError(
      `${safeText(source.file)} is not the ${kindNames[source.kind]} of the records: it was edited; ${makeAgain}`,
    );
  }
  return own;
}

/** @throws UserError when something is missing, damaged, or does not belong together. */
export async function readResults(folder: string): Promise<SavedResults> {
  const parsed = parseManifest(await readText(folder, "manifest.json"), folder);
  const { scenario, seed, runs, reference, strategies, records } = parsed;
  const source = { fileName: join(folder, SCENARIO_FILE), text: await readText(folder, SCENARIO_FILE), bundled: false };
  const own = await ownOf(folder, parsed);
  const loaded = loadScenarioText(source, [], false, ownNames(own));
  if (loaded.hash !== scenario.hash) {
    throw inputError(
      `${safeText(source.fileName)} is not the scenario of the records: its hash is ${loaded.hash}, expected ${scenario.hash}; ${makeAgain}`,
    );
  }
  const plan = planOf(loaded, { seed, runs, reference, strategies: strategies.map(({ name }) => name) }, null, own);
  const files = plan.cells.map(({ strategy, seed: ofRun }) => {
    const file = records.find((entry) => entry.strategy === strategy.name && entry.seed === ofRun)?.file;
    if (file !== undefined && /^records\/\w+\.json$/.test(file)) return file;
    throw inputError(
      `the manifest.json of ${safeText(folder)} names no record of ${strategy.name} with seed ${ofRun}; ${makeAgain}`,
    );
  });
  const read = plan.cells.map(async (cell, at) => {
    const file = files[at] ?? "";
    const record = parseRecord(await readText(folder, file), cell);
    if (record === null)
      throw inputError(`${safeText(join(folder, file))} is damaged or of another version; ${makeAgain}`);
    return record;
  });
  return { plan, records: await Promise.all(read), files };
}
