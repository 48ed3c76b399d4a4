/** Any triple of parts with any values for their knobs, read from what the parts say of themselves. */
import fc from "fast-check";
import type { Described, Knob, Knobs, KnobValue, Strategy } from "../../index.ts";
import { engine } from "./engine.ts";

/** Sizes that matter in a run of seconds: a limit of hours would never be reached. */
const sizes: Readonly<Record<string, readonly number[]>> = {
  ms: [0, 0.5, 3, 40, 700],
  bytes: [0, 16, 1000, 4096],
  count: [1, 2, 5, 100],
  number: [1, 3, 20],
  fraction: [0, 0.25, 1],
  perSec: [1, 50, 1000],
};

function knobValue(knob: Knob): fc.Arbitrary<KnobValue> {
  switch (knob.unit) {
    case "choice":
      return fc.constantFrom(...knob.choices);
    case "flag":
      return fc.boolean();
    case "text":
      return fc.constant(knob.default);
    default: {
      const { minimum = 0, maximum = Number.MAX_VALUE } = knob;
      const within = (sizes[knob.unit] ?? []).map((size) => Math.min(maximum, Math.max(minimum, size)));
      return fc.constantFrom<KnobValue>(knob.default, ...within);
    }
  }
}

export const arbitraryPart = (parts: readonly Described[]) =>
  fc
    .constantFrom(...parts)
    .chain(({ name, knobs }) =>
      fc
        .record(Object.fromEntries(Object.entries(knobs).map(([knobName, knob]) => [knobName, knobValue(knob)])))
        .map((values: Knobs) => ({ name, knobs: values })),
    );

export const arbitraryStrategy: fc.Arbitrary<Strategy> = fc
  .record({
    balancing: arbitraryPart(engine.balancingAlgorithms),
    placement: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(arbitraryPart(engine.placementHelpers), { maxLength: 3 }) },
    ),
    affinity: arbitraryPart(engine.affinityMechanisms),
    state: arbitraryPart(engine.stateBackends),
  })
  .map((parts) => ({ name: `${parts.balancing.name}/${parts.affinity.name}/${parts.state.name}`, ...parts }));
