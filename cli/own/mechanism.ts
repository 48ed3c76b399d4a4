/** An affinity mechanism that stands in a user's file, as a definition like any of the catalogue's. */
import { basename } from "node:path";
import { z } from "zod";
import { affinityMechanisms } from "../../sim/persistence/affinity/index.ts";
import * as mechanism from "../../sim/persistence/affinity/mechanism.ts";
import { checkedExport, checkMade, checkName, described, functionOf } from "./exported.ts";
import { OwnFault, placeOf, reasonOf } from "./fault.ts";
import { GuardedMechanism, hooks, type OwnMechanism } from "./guarded-mechanism.ts";

const exported = z.object(
  {
    ...described,
    create: functionOf("create(knobs, context, words), that returns an object with lookup(request, balancer)"),
  },
  { error: "must be an object" },
);

/** The outcomes of a look-up by name: what a file that may import nothing writes instead of numbers. */
const { NONE, INVALID, VALID, DOWN, IDLE_EXPIRED, OLD_EXPIRED, UNUSED } = mechanism;
const words = { NONE, INVALID, VALID, DOWN, IDLE_EXPIRED, OLD_EXPIRED, UNUSED };

function checkMechanism(made: unknown, file: string): asserts made is OwnMechanism {
  checkMade(made, file, { must: ["lookup"], may: hooks });
}

/** @throws OwnFault when there is none that can be used. */
export function mechanismFrom(value: unknown, file: string, at?: string): mechanism.AffinityDefinition {
  const { create, ...given } = checkedExport(exported, value, file, at);
  checkName(given.name, affinityMechanisms, file);
  const name = basename(file);
  return {
    summary: `The affinity in ${name}.`,
    whenToUse: "Its file does not say.",
    knownFlaw: "Its file does not say.",
    source: name,
    knobs: {},
    ...given,
    create: (knobs, context) => {
      let made: unknown;
      try {
        made = create(knobs, context, words);
      } catch (error) {
        throw new OwnFault(`${placeOf(file, error)}: create threw ${reasonOf(error)}`);
      }
      checkMechanism(made, file);
      return new GuardedMechanism(made, context.views[0]?.count ?? 0, file);
    },
  };
}
