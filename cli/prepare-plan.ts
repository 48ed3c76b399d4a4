import type { OwnNames } from "../scenarios/index.ts";
import type { OwnParts } from "../sim/index.ts";
import { inputError } from "./errors.ts";
import { noteOn } from "./note.ts";
import { type OwnOptions, ownOptionOf, type RunOptions } from "./options.ts";
import { type OwnKind, ownKinds, readOwn } from "./own/source.ts";
import { type OwnFile, type Plan, planOf } from "./plan.ts";
import { findReplay } from "./replay-source.ts";
import { safeText } from "./safe-text.ts";
import { loadScenarioText, readScenarioText } from "./scenario-source.ts";
import { type ColourChoice, type World, wantsColour } from "./world.ts";

export interface OwnGiven {
  readonly kind: OwnKind;
  readonly file: string;
}

/** @throws UserError for a file that cannot be used, and for two of one name and kind. */
export async function ownFiles(given: readonly OwnGiven[]): Promise<readonly OwnFile[]> {
  if (given.length === 0) return [];
  const { definitionOf } = await import("./own/definition.ts");
  const own: OwnFile[] = [];
  for (const { kind, file } of given) {
    const source = await readOwn(kind, file);
    const definition = definitionOf(source);
    const other = own.find(
      ({ definition: { name, parts } }) => name === definition.name || shares(parts, definition.parts),
    );
    if (other !== undefined) {
      const both = `${safeText(other.source.file)} and ${safeText(file)}`;
      throw inputError(`${both} are both called ${definition.name}; give one of them another name`);
    }
    own.push({ source, definition });
  }
  return own;
}

const shares = (a: OwnParts, b: OwnParts): boolean =>
  (["balancing", "affinity", "state"] as const).some((kind) =>
    a[kind].some(({ name }) => b[kind].some((part) => part.name === name)),
  );

/** The files of the options that take one, those of one kind in the order given. */
export const ownGiven = (options: OwnOptions): readonly OwnGiven[] =>
  ownKinds.flatMap((kind) => (options[ownOptionOf[kind]] ?? []).map((file) => ({ kind, file })));

/** All parts that a scenario may name; undefined where the catalogue is all there is. */
export function ownNames(own: readonly OwnFile[]): OwnNames | undefined {
  if (own.length === 0) return undefined;
  const all = own.map(({ definition }) => definition.parts);
  return {
    balancing: all.flatMap(({ balancing }) => balancing),
    affinity: all.flatMap(({ affinity }) => affinity),
    state: all.flatMap(({ state }) => state),
  };
}

/** Everything that can be wrong is found here, before anything runs. */
export async function preparePlan(
  source: string,
  options: Omit<RunOptions, "color"> & { readonly color?: ColourChoice },
  world: World,
): Promise<Plan> {
  const colour = wantsColour(options.color ?? "auto", world.err, world.environment);
  const own = await ownFiles(ownGiven(options));
  const text = await readScenarioText(source, world);
  const scenario = loadScenarioText(text, options.set ?? [], colour, ownNames(own));
  const plan = planOf(scenario, options, null, own);
  const replay = await findReplay(scenario, text);
  if (replay === null) return plan;
  for (const line of replay.notes) noteOn(world, options.quiet === true)(line);
  return planOf(scenario, options, replay.source, own);
}
