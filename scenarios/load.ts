/** From text to a scenario, or to everything that is wrong with it. */
import { isMap, isNode, type Node } from "yaml";
import { crossFindings } from "./checks/index.ts";
import { nodesAt, parseScenarioDocument, type ScenarioDocument } from "./document.ts";
import { findingsFrom } from "./findings.ts";
import type { OwnNames } from "./own-names.ts";
import type { Finding, Problem } from "./problems.ts";
import { type LoadedScenario, resolve } from "./resolve/index.ts";
import { type ScenarioFile, scenarioFile, scenarioFileWith } from "./schema/index.ts";
import { applySettings, type SettingOrigins } from "./settings.ts";
import { printable } from "./words.ts";

export interface LoadOptions {
  /** For messages only; nothing is read. */
  readonly fileName: string;
  /** Overrides `a.b=c`, applied in order before anything is checked. */
  readonly set?: readonly string[];
  /** Parts that the file may name beside the catalogue's. */
  readonly own?: OwnNames;
}

export type LoadResult =
  | { readonly ok: true; readonly scenario: LoadedScenario }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads a scenario file. All problems are found at once and come in the order of the text. Throws nothing. */
export function loadScenario(text: string, { set = [], own }: LoadOptions): LoadResult {
  const parsed = parseScenarioDocument(text);
  const schema = own === undefined ? scenarioFile : scenarioFileWith(own);
  const read = readDocument(parsed, set, schema);
  if ("file" in read) return { ok: true, scenario: resolve(read.file, text, own) };
  const { problems } = read;
  if (parsed.repeats.length > 0) {
    // One of the entries with the same key has to go, and nobody knows which: the mistakes of both are told.
    const others = readDocument(parseScenarioDocument(text, "last"), set, schema);
    const isInRepeat = ({ line, setting }: Problem): boolean =>
      setting === undefined && parsed.repeats.some(([first, last]) => line >= first && line <= last);
    if ("problems" in others) problems.push(...others.problems.filter(isInRepeat));
  }
  return { ok: false, problems: inOrder(problems, set) };
}

type Read = { readonly file: ScenarioFile } | { readonly problems: Problem[] };

function readDocument(parsed: ScenarioDocument, set: readonly string[], schema: typeof scenarioFile): Read {
  const { document, syntaxProblems } = parsed;
  const problems: Problem[] = syntaxProblems.map((problem) => ({ path: "", ...problem }));
  const failed = (message: string, hint?: string): Read => ({
    problems: [...problems, { ...startOfFile, path: "", message, ...(hint === undefined ? {} : { hint }) }],
  });
  if (document.contents === null && set.length === 0) {
    return problems.length > 0 ? { problems } : failed("the file is empty", "start from the template: evenkeel init");
  }
  if (document.contents !== null && !isMap(document.contents)) {
    return failed("must be a map from keys to values, such as `name: my-scenario`");
  }
  const settings = applySettings(document, set);
  problems.push(...settings.problems);
  const value = plainValue(parsed);
  if ("message" in value) return failed(value.message);

  const checked = schema.safeParse(value.plain, { reportInput: true });
  const findings = [...(checked.success ? [] : findingsFrom(checked.error)), ...crossFindings(value.plain)];
  for (const finding of findings) {
    if (finding.missing === true && mayBeMisplaced(finding, parsed)) continue;
    problems.push(locate(finding, parsed, settings.origins));
  }
  return problems.length > 0 || !checked.success ? { problems } : { file: checked.data };
}

/** Where the text itself is broken, an entry may only seem to be missing. */
function mayBeMisplaced({ path }: Finding, { document, isSound }: ScenarioDocument): boolean {
  const range = nodeOf(nodesAt(document, path).value)?.range;
  // What has no range was made by an override.
  return range !== undefined && range !== null && !isSound(range[0], range[2]);
}

const startOfFile = { line: 1, column: 1, endColumn: 2 };

/** In the order of the text, then of the overrides; of several complaints with the same words about one place, the first. */
export function inOrder(problems: readonly Problem[], set: readonly string[]): readonly Problem[] {
  const rank = ({ setting }: Problem): number => (setting === undefined ? -1 : set.indexOf(setting));
  const sorted = problems.toSorted((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
  const seen = new Set<string>();
  return sorted.filter((problem) => {
    const key = [problem.setting ?? "", problem.line, problem.column, problem.path, problem.message].join("\n");
    return !seen.has(key) && seen.add(key);
  });
}

/** The document as plain values. Aliases that multiply without end are refused by the YAML library. */
function plainValue({ document }: ScenarioDocument): { readonly plain: unknown } | { readonly message: string } {
  try {
    return { plain: document.toJS() };
  } catch (error) {
    return { message: `not valid YAML: ${error instanceof Error ? error.message : String(error)}` };
  }
}

export function locate(finding: Finding, { document, placeOf }: ScenarioDocument, origins: SettingOrigins): Problem {
  const { key, value, depth } = nodesAt(document, finding.path);
  const path = finding.path.map((step) => printable(String(step))).join(".");
  const told = { path, message: finding.message, ...(finding.hint === undefined ? {} : { hint: finding.hint }) };
  // What is missing, or stands in an entry that is missing, is shown at the key of the nearest entry that exists.
  const node = (depth === finding.path.length && finding.at === "value" ? nodeOf(value) : key) ?? key ?? nodeOf(value);
  const setting = node === null ? undefined : origins.get(node);
  if (setting !== undefined) {
    const split = setting.indexOf("=");
    // What the path made has no range of its own.
    const [start, end] = node?.range ?? [-split - 1, -1];
    return { line: 1, column: split + 2 + start, endColumn: split + 2 + end, ...told, setting };
  }
  const range = node?.range;
  if (range === undefined || range === null || (depth === 0 && finding.path.length > 0))
    return { ...startOfFile, ...told };
  return { ...placeOf(range[0], range[1]), ...told };
}

const nodeOf = (value: unknown): Node | null => (isNode(value) ? value : null);
