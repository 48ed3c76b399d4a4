/** A whole strategy in a user's file: three parts, each the catalogue's by name or the file's own. */
import { z } from "zod";
import { balancingAlgorithms } from "../../sim/balancing/index.ts";
import type { Described, Knobs, KnobValue } from "../../sim/catalogue.ts";
import { affinityMechanisms } from "../../sim/persistence/affinity/index.ts";
import { stateBackends } from "../../sim/persistence/state/index.ts";
import { algorithmFrom } from "./algorithm.ts";
import { backendFrom } from "./backend.ts";
import type { OwnParts } from "./definition.ts";
import { checkedExport, nameOfOwn, WAY_OUT } from "./exported.ts";
import { OwnFault, placeOf } from "./fault.ts";
import { mechanismFrom } from "./mechanism.ts";

/** A part by name, with knobs that depart from its defaults. */
export interface Choice {
  readonly name: string;
  readonly knobs: Knobs;
}

/** What the file's strategy is made of. */
export interface OwnStrategy {
  readonly name: string;
  readonly balancing: Choice;
  readonly affinity: Choice;
  readonly state: Choice;
}

const knobValue: z.ZodType<KnobValue> = z.union([z.number(), z.string(), z.boolean(), z.null()]);
const byName = z.object({
  use: z.string({ error: "must be the name of a part" }),
  knobs: z.record(z.string(), knobValue).default({}),
});
const own = z.looseObject({ create: z.unknown() });
const part = z.union([z.string().transform((use) => ({ use, knobs: {} as Knobs })), byName, own], {
  error: "must be a part's name, { use: name, knobs } or a part of its own, { create }",
});
const exported = z.object(
  { name: nameOfOwn, balancing: part, affinity: part, state: part },
  { error: "must be an object { name, balancing, affinity, state }" },
);

/** @throws OwnFault when there is none that can be used. */
export function strategyFrom(
  value: unknown,
  file: string,
): { readonly strategy: OwnStrategy; readonly parts: OwnParts } {
  const { name, balancing, affinity, state } = checkedExport(exported, value, file);
  /** The catalogue's part is looked up, the file's own one is made by `from`; without a name it has the strategy's. */
  function choose<T extends Described>(
    given: z.output<typeof part>,
    at: keyof OwnParts,
    catalogue: readonly T[],
    from: (value: unknown, file: string, at: string) => T,
  ): { readonly choice: Choice; readonly made: readonly T[] } {
    if ("create" in given) {
      const made = from({ name, ...given }, file, `default export.${at}`);
      return { choice: { name: made.name, knobs: {} }, made: [made] };
    }
    const { use, knobs } = given as z.output<typeof byName>;
    const found = catalogue.find((known) => known.name === use || known.aliases?.includes(use));
    const fail = (what: string) => new OwnFault(`${placeOf(file, null)}: default export.${at} ${what}; ${WAY_OUT}`);
    if (found === undefined) throw fail(`names ${JSON.stringify(use)}, which the catalogue does not have`);
    const unknown = Object.keys(knobs).find((knob) => found.knobs[knob] === undefined);
    if (unknown !== undefined) {
      const known = Object.keys(found.knobs).join(", ") || "none";
      throw fail(`sets ${JSON.stringify(unknown)}, which ${found.name} does not have; its knobs: ${known}`);
    }
    return { choice: { name: found.name, knobs }, made: [] };
  }
  const chosen = {
    balancing: choose(balancing, "balancing", balancingAlgorithms, algorithmFrom),
    affinity: choose(affinity, "affinity", affinityMechanisms, mechanismFrom),
    state: choose(state, "state", stateBackends, backendFrom),
  };
  return {
    strategy: {
      name,
      balancing: chosen.balancing.choice,
      affinity: chosen.affinity.choice,
      state: chosen.state.choice,
    },
    parts: { balancing: chosen.balancing.made, affinity: chosen.affinity.made, state: chosen.state.made },
  };
}
