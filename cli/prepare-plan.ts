import { noteOn } from "./note.ts";
import type { RunOptions } from "./options.ts";
import { type Plan, planOf } from "./plan.ts";
import { findReplay } from "./replay-source.ts";
import { loadScenarioText, readScenarioText } from "./scenario-source.ts";
import { type ColourChoice, type World, wantsColour } from "./world.ts";

/** Everything that can be wrong is found here, before anything runs. */
export async function preparePlan(
  source: string,
  options: Omit<RunOptions, "color"> & { readonly color?: ColourChoice },
  world: World,
): Promise<Plan> {
  const colour = wantsColour(options.color ?? "auto", world.err, world.environment);
  const text = await readScenarioText(source, world);
  const scenario = loadScenarioText(text, options.set ?? [], colour);
  const plan = planOf(scenario, options, null);
  const replay = await findReplay(scenario, text);
  if (replay === null) return plan;
  for (const line of replay.notes) noteOn(world, options.quiet === true)(line);
  return planOf(scenario, options, replay.source);
}
