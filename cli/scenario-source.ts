/** From what stands on the command line to a loaded scenario: a bundled name, a path, or `-` for standard input. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { parseScenarioDocument } from "../scenarios/document.ts";
import {
  bundledScenarios,
  type LoadedScenario,
  loadScenario,
  type OwnNames,
  renderProblems,
} from "../scenarios/index.ts";
import { applySettings } from "../scenarios/settings.ts";
import { nearestWord } from "../scenarios/words.ts";
import { inputError, systemReason } from "./errors.ts";
import { safeText } from "./safe-text.ts";
import type { World } from "./world.ts";

export interface ScenarioText {
  /** For messages. */
  readonly fileName: string;
  readonly text: string;
  /** Whether it came with the lab, so that its logs did too. */
  readonly bundled: boolean;
}

const looksLikePath = (source: string): boolean => /[/\\.]/.test(source);

function unknownScenario(source: string): Error {
  const names = bundledScenarios.map(({ name }) => name);
  const nearest = nearestWord(source, names);
  const hint = nearest === null ? "" : ` did you mean "${nearest}"?`;
  return inputError(
    `no bundled scenario and no file is called "${safeText(source)}";${hint === "" ? " " : `${hint} `}` +
      "evenkeel list scenarios shows the bundled ones, evenkeel init my.yaml writes one",
  );
}

/** A bundled name wins over a file of that name; `./name` means the file. @throws UserError when there is neither. */
export async function readScenarioText(source: string, world: World): Promise<ScenarioText> {
  if (source === "-") return { fileName: "standard input", text: await world.readStandardInput(), bundled: false };
  const bundled = bundledScenarios.find(({ name }) => name === source);
  if (bundled !== undefined) return { fileName: `${source}.yaml`, text: bundled.text, bundled: true };
  try {
    return { fileName: source, text: await readFile(source, "utf8"), bundled: false };
  } catch (error) {
    const reason = systemReason(error);
    if (reason === null) throw error;
    if (!looksLikePath(source) && !existsSync(source)) throw unknownScenario(source);
    throw inputError(
      `cannot read the scenario ${safeText(source)}: ${reason}; ` +
        `give a file, a bundled name (evenkeel list scenarios), or - for standard input`,
    );
  }
}

/** The text with `settings` written into it, so that it stands for itself in a results folder and on the page. */
function withSettings(text: string, settings: readonly string[]): string {
  const { document } = parseScenarioDocument(text);
  applySettings(document, settings);
  return document.toString({ lineWidth: 0 });
}

/**
 * Loads a scenario with its overrides. The loaded text has them written in: it gives the same scenario without any.
 *
 * @param own parts of the user, that it may name
 * @throws UserError that shows every problem in its place.
 */
export function loadScenarioText(
  source: ScenarioText,
  settings: readonly string[],
  colour: boolean,
  own?: OwnNames,
): LoadedScenario {
  const fileName = basename(source.fileName);
  const loaded = loadScenario(source.text, { fileName, set: settings, ...(own === undefined ? {} : { own }) });
  if (!loaded.ok) {
    throw inputError(
      renderProblems(loaded.problems, { fileName: source.fileName, text: source.text, colour }).trimEnd(),
    );
  }
  if (settings.length === 0) return loaded.scenario;
  const settled = loadScenario(withSettings(source.text, settings), {
    fileName,
    ...(own === undefined ? {} : { own }),
  });
  if (!settled.ok || settled.scenario.hash !== loaded.scenario.hash) {
    throw new Error(`overrides ${settings.join(" ")} read differently once written into ${fileName}`);
  }
  return settled.scenario;
}
