/** A balancing algorithm that stands in a user's file, as a definition like any of the catalogue's. */
import { basename } from "node:path";
import { z } from "zod";
import type { BalancingDefinition } from "../../sim/balancing/algorithm.ts";
import { balancingAlgorithms } from "../../sim/balancing/index.ts";
import { checkedExport, checkMade, checkName, described, functionOf, sentence } from "./exported.ts";
import { OwnFault, placeOf, reasonOf } from "./fault.ts";
import { Guarded, hooks, type OwnAlgorithm } from "./guarded-algorithm.ts";

const exported = z.object(
  {
    ...described,
    create: functionOf("create(knobs, context), that returns an object with pick(request, avoid)"),
    products: sentence,
    cost: sentence,
    decides: z
      .object(
        {
          signal: z.string().nullable(),
          rule: z.string(),
          tieBreak: z.string(),
          best: z.enum(["smallest", "largest"]).exactOptional(),
          among: z.enum(["all", "drawn"]).exactOptional(),
        },
        { error: "must be { signal, rule, tieBreak }, in words" },
      )
      .exactOptional(),
  },
  { error: "must be an object" },
);

function checkAlgorithm(made: unknown, file: string): asserts made is OwnAlgorithm {
  checkMade(made, file, { must: ["pick"], may: hooks });
}

/** @throws OwnFault when there is none that can be used. */
export function algorithmFrom(value: unknown, file: string, at?: string): BalancingDefinition {
  const { create, ...given } = checkedExport(exported, value, file, at);
  checkName(given.name, balancingAlgorithms, file);
  const name = basename(file);
  return {
    summary: `The algorithm in ${name}.`,
    whenToUse: "Its file does not say.",
    knownFlaw: "Its file does not say.",
    source: name,
    products: "None.",
    cost: "Its file does not say.",
    decides: { signal: null, rule: `as ${name} chooses`, tieBreak: `as ${name} breaks it` },
    knobs: {},
    ...given,
    create: (knobs, context) => {
      let made: unknown;
      try {
        made = create(knobs, context);
      } catch (error) {
        throw new OwnFault(`${placeOf(file, error)}: create threw ${reasonOf(error)}`);
      }
      checkAlgorithm(made, file);
      return new Guarded(made, context.fleet, file);
    },
  };
}
