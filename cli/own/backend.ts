/** A state backend that stands in a user's file, as a definition like any of the catalogue's. */
import { basename } from "node:path";
import { z } from "zod";
import * as backend from "../../sim/persistence/state/backend.ts";
import { stateBackends } from "../../sim/persistence/state/index.ts";
import { checkedExport, checkMade, checkName, described, functionOf } from "./exported.ts";
import { OwnFault, placeOf, reasonOf } from "./fault.ts";
import { GuardedBackend, hooks, type OwnBackend, Steps } from "./guarded-backend.ts";

const exported = z.object(
  {
    ...described,
    create: functionOf("create(knobs, context, words), that returns an object with read, write and forget"),
  },
  { error: "must be an object" },
);

/** The outcomes of reads and writes by name: what a file that may import nothing writes instead of numbers. */
const { FOUND, MISSING, UNAVAILABLE, PENDING, EXPIRED, WRITTEN, CONFLICT, ALL_NODES } = backend;
const words = { FOUND, MISSING, UNAVAILABLE, PENDING, EXPIRED, WRITTEN, CONFLICT, ALL_NODES };

function checkBackend(made: unknown, file: string): asserts made is OwnBackend {
  checkMade(made, file, { must: ["read", "write", "forget"], may: hooks });
}

/** @throws OwnFault when there is none that can be used. */
export function backendFrom(value: unknown, file: string, at?: string): backend.StateDefinition {
  const { create, ...given } = checkedExport(exported, value, file, at);
  checkName(given.name, stateBackends, file);
  const name = basename(file);
  return {
    summary: `The state backend in ${name}.`,
    whenToUse: "Its file does not say.",
    knownFlaw: "Its file does not say.",
    source: name,
    knobs: {},
    ...given,
    create: (knobs, context) => {
      const steps = new Steps(context);
      let made: unknown;
      try {
        made = create(knobs, steps.context, words);
      } catch (error) {
        throw new OwnFault(`${placeOf(file, error)}: create threw ${reasonOf(error)}`);
      }
      checkBackend(made, file);
      return new GuardedBackend(made, steps, file);
    },
  };
}
