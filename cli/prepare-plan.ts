import { readAlgorithm } from "./algorithm/source.ts";
import { inputError } from "./errors.ts";
import { noteOn } from "./note.ts";
import type { RunOptions } from "./options.ts";
import { type OwnAlgorithm, type Plan, planOf } from "./plan.ts";
import { findReplay } from "./replay-source.ts";
import { safeText } from "./safe-text.ts";
import { loadScenarioText, readScenarioText } from "./scenario-source.ts";
import { type ColourChoice, type World, wantsColour } from "./world.ts";

/** @throws UserError for a file that cannot be used, and for two algorithms of one name. */
export async function ownAlgorithms(files: readonly string[]): Promise<readonly OwnAlgorithm[]> {
  if (files.length === 0) return [];
  const { definitionOf } = await import("./algorithm/definition.ts");
  const own: OwnAlgorithm[] = [];
  for (const file of files) {
    const source = await readAlgorithm(file);
    const definition = definitionOf(source);
    const other = own.find((algorithm) => algorithm.definition.name === definition.name);
    if (other !== undefined) {
      const both = `${safeText(other.source.file)} and ${safeText(file)}`;
      throw inputError(`${both} are both called ${definition.name}; give one of them another name`);
    }
    own.push({ source, definition });
  }
  return own;
}

/** Everything that can be wrong is found here, before anything runs. */
export async function preparePlan(
  source: string,
  options: Omit<RunOptions, "color"> & { readonly color?: ColourChoice },
  world: World,
): Promise<Plan> {
  const colour = wantsColour(options.color ?? "auto", world.err, world.environment);
  const own = await ownAlgorithms(options.algorithm ?? []);
  const text = await readScenarioText(source, world);
  const definitions = own.map(({ definition }) => definition);
  const scenario = loadScenarioText(text, options.set ?? [], colour, definitions);
  const plan = planOf(scenario, options, null, own);
  const replay = await findReplay(scenario, text);
  if (replay === null) return plan;
  for (const line of replay.notes) noteOn(world, options.quiet === true)(line);
  return planOf(scenario, options, replay.source, own);
}
