/** Results that the reader drops on the page or chooses: a results folder, a report, or records. */
import type { DashboardData } from "../../reports/dashboard-data.ts";
import type { Experiment } from "../../reports/experiment.ts";
import { fold } from "../../reports/fold.ts";
import { loadScenario, presetNamed } from "../../scenarios/index.ts";
import { RECORD_SCHEMA_VERSION, type RunRecord } from "../../sim/index.ts";
import { planOf } from "../run/plan.ts";
import { isDashboardData, isManifest, isRunRecord, type Manifest } from "./kinds.ts";

export interface NamedText {
  readonly name: string;
  readonly text: string;
}

export type Loaded =
  | { readonly ok: true; readonly data: DashboardData }
  /** What was found, what was expected, and the way out. */
  | { readonly ok: false; readonly reason: string };

const refused = (reason: string): Loaded => ({ ok: false, reason });

const wayOut = "Drop a results folder (evenkeel run SCENARIO --out FOLDER), its report.html, or its records/*.json.";

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The data inside a report. */
function embedded(html: string): unknown {
  const found = /<script id="evenkeel-data" type="application\/json">([\s\S]*?)<\/script>/.exec(html)?.[1];
  return found === undefined ? null : parse(found);
}

export function loadFiles(files: readonly NamedText[]): Loaded {
  const records: RunRecord[] = [];
  const wholes: { name: string; data: DashboardData }[] = [];
  let manifest: Manifest | null = null;
  for (const { name, text } of files) {
    const value = name.endsWith(".html") ? embedded(text) : name.endsWith(".json") ? parse(text) : undefined;
    if (value === undefined) continue;
    if (isDashboardData(value)) wholes.push({ name, data: value });
    else if (isRunRecord(value)) records.push(value);
    else if (isManifest(value)) manifest = value;
    else if (files.length === 1) return refused(`${name} holds neither a comparison nor a run record. ${wayOut}`);
  }
  const outdated = records.find(({ schemaVersion }) => schemaVersion !== RECORD_SCHEMA_VERSION);
  if (outdated !== undefined) {
    return refused(
      `The records have schema version ${outdated.schemaVersion}; this page reads version ${RECORD_SCHEMA_VERSION}. Make them again with this version.`,
    );
  }
  if (records.length > 0) return fromRecords(records, manifest, files);
  const hashes = new Set(wholes.map(({ data }) => data.scenario.hash));
  if (hashes.size > 1) {
    const list = wholes.map(({ name, data }) => `${name} is of ${data.scenario.name} (${data.scenario.hash})`);
    return refused(`These reports are of different scenarios: ${list.join("; ")}. Drop one of them.`);
  }
  const [whole] = wholes;
  return whole === undefined
    ? refused(`Nothing among ${files.length} files holds results. ${wayOut}`)
    : { ok: true, data: whole.data };
}

function fromRecords(records: readonly RunRecord[], manifest: Manifest | null, files: readonly NamedText[]): Loaded {
  const scenarios = new Map(
    records.map(({ scenario, version }) => [`${scenario.name} (${scenario.hash}), engine ${version}`, true]),
  );
  if (scenarios.size > 1) {
    return refused(
      `The records do not belong together; they are of ${[...scenarios.keys()].join(", and of ")}. Drop those of one.`,
    );
  }
  const experiment = experimentOf(records, manifest, files);
  for (const { name } of experiment.strategies) {
    for (let run = 0; run < experiment.runs; run++) {
      const seed = experiment.seed + run;
      if (!records.some((record) => record.strategy === name && record.seed === seed)) {
        return refused(
          `There is no record of ${name} with seed ${seed}; strategies are compared seed by seed. Drop the whole results folder.`,
        );
      }
    }
  }
  return { ok: true, data: fold(records, experiment) };
}

/** Records do not tell how strategies work or what was expected; the scenario beside them does. */
function experimentOf(
  records: readonly RunRecord[],
  manifest: Manifest | null,
  files: readonly NamedText[],
): Experiment {
  const hash = records[0]?.scenario.hash ?? "";
  const seeds = records.map(({ seed }) => seed);
  const seed = manifest?.seed ?? Math.min(...seeds);
  const runs = manifest?.runs ?? Math.max(...seeds) - seed + 1;
  const names =
    manifest?.strategies.map(({ name }) => name) ?? [...new Set(records.map(({ strategy }) => strategy))].sort();
  const text = files.find(({ name }) => /(^|\/)scenario\.yaml$/.test(name))?.text;
  const loaded = text === undefined ? null : loadScenario(text, { fileName: "scenario.yaml" });
  if (loaded?.ok === true && loaded.scenario.hash === hash) {
    const { experiment } = planOf(loaded.scenario, names);
    const byName = new Map(experiment.strategies.map((strategy) => [strategy.name, strategy]));
    const strategies = names.map((name) => byName.get(name) ?? described(name));
    const reference = manifest?.reference ?? experiment.reference;
    return { ...experiment, seed, runs, strategies, reference };
  }
  return {
    scenario: { name: records[0]?.scenario.name ?? "", question: null, hash, text: null },
    strategies: names.map(described),
    reference: manifest?.reference ?? names[0] ?? "",
    seed,
    runs,
    expectations: [],
  };
}

function described(name: string): Experiment["strategies"][number] {
  const preset = presetNamed(name);
  const parts = {
    balancing: preset?.balancing.name ?? "unknown",
    affinity: preset?.affinity.name ?? "unknown",
    state: preset?.state.name ?? "unknown",
  };
  return { name, summary: preset?.summary ?? "its scenario is not among the files", parts };
}
