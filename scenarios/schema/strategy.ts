/** A strategy: the name of a preset, or a triple of parts with a name of its own. */
import { z } from "zod";
import { balancingAlgorithms } from "../../sim/balancing/index.ts";
import { placementHelpers } from "../../sim/balancing/placement/index.ts";
import { affinityMechanisms } from "../../sim/persistence/affinity/index.ts";
import { stateBackends } from "../../sim/persistence/state/index.ts";
import type { OwnNames } from "../own-names.ts";
import { presetNamed, type StrategyPreset, strategyPresets } from "../presets/index.ts";
import { closed, type UnknownWordParams } from "./closed.ts";
import { type PartGiven, partSchema } from "./parts.ts";
import { identifier } from "./quantities.ts";
import { type ReportsFile, reports } from "./reports.ts";
import { type SessionOverridesFile, sessionOverrides } from "./sessions.ts";

const presetNames = strategyPresets.map((preset) => preset.name);
const params: UnknownWordParams = { rule: "unknown name", what: "strategy preset", known: presetNames };

const preset = z
  .string({ error: "must be the name of a strategy preset" })
  .meta({ enum: presetNames })
  .transform((name, context) => {
    const found = presetNamed(name);
    if (found !== undefined) return found;
    context.issues.push({ code: "custom", message: "", input: name, params });
    return z.NEVER;
  });

const placementHelper = partSchema(placementHelpers, "placement helper");

const customWith = (own: OwnNames) =>
  closed({
    name: identifier("a strategy's name").describe("The name in reports; unique in the file."),
    extends: preset.describe("A preset whose parts are taken where the file gives none.").optional(),
    balancing: partSchema([...balancingAlgorithms, ...own.balancing], "balancing algorithm")
      .describe("Which server gets a request that no binding decides.")
      .optional(),
    placement: z
      .union([placementHelper.transform((only) => [only]), z.array(placementHelper)], {
        error:
          "must be a placement helper such as slow-start, or a list such as [slow-start, { subset: { size: 20 } }]",
      })
      .describe("What the algorithm sees of the fleet: the first helper sees all of it, the next what that one leaves.")
      .optional(),
    reports: reports
      .describe("What servers tell balancers about their load under this strategy; as in the cluster when absent.")
      .optional(),
    affinity: partSchema([...affinityMechanisms, ...own.affinity], "affinity mechanism")
      .describe("How a request is led back to the server of its session.")
      .optional(),
    state: partSchema([...stateBackends, ...own.state], "state backend")
      .describe("Where the session's data lives, who has copies, and when they are written.")
      .optional(),
    sessions: sessionOverrides
      .describe("Rules of sessions that come with this strategy's framework; the others are as in the scenario.")
      .optional(),
  });

/** Parts that the file itself gives, over the preset's where there is one. */
export interface StrategyFile {
  readonly name: string;
  readonly preset: StrategyPreset | undefined;
  readonly balancing?: PartGiven | undefined;
  readonly placement?: readonly PartGiven[] | undefined;
  readonly reports?: ReportsFile | undefined;
  readonly affinity?: PartGiven | undefined;
  readonly state?: PartGiven | undefined;
  readonly sessions?: SessionOverridesFile | undefined;
}

/** A strategy of a file that may name `own` parts beside the catalogue's. */
export const strategyWith = (own: OwnNames) =>
  z.union(
    [
      preset.transform((found): StrategyFile => ({ name: found.name, preset: found })),
      customWith(own).transform(
        ({ name, extends: base, balancing, placement, reports: told, affinity, state, sessions }): StrategyFile => ({
          name,
          preset: base,
          balancing,
          placement,
          reports: told,
          affinity,
          state,
          sessions,
        }),
      ),
    ],
    { error: "must be the name of a strategy preset, or { name, balancing, affinity, state }" },
  );
