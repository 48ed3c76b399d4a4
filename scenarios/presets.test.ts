import { expect, test } from "vitest";
import { balancingAlgorithms } from "../sim/balancing/index.ts";
import type { Described } from "../sim/catalogue.ts";
import { affinityMechanisms } from "../sim/persistence/affinity/index.ts";
import { stateBackends } from "../sim/persistence/state/index.ts";
import { presetNamed, strategyPresets } from "./presets.ts";

test("every preset has a name of its own by which it is found", () => {
  expect(new Set(strategyPresets.map(({ name }) => name)).size).toBe(strategyPresets.length);
  for (const preset of strategyPresets) expect(presetNamed(preset.name)).toBe(preset);
});

test.each(strategyPresets)("$name names parts that exist, by their own names, and knobs that they have", (preset) => {
  const check = (parts: readonly Described[], { name, knobs }: (typeof preset)["state"]): void => {
    const part = parts.find((candidate) => candidate.name === name);
    expect(part, name).toBeDefined();
    for (const [knob, value] of Object.entries(knobs)) {
      const described = part?.knobs[knob];
      expect(described, `${name}.${knob}`).toBeDefined();
      if (described?.unit === "choice") expect(described.choices).toContain(value);
    }
  };
  check(balancingAlgorithms, preset.balancing);
  check(affinityMechanisms, preset.affinity);
  check(stateBackends, preset.state);
});

test("no two presets are the same triple", () => {
  const triples = strategyPresets.map(({ balancing, affinity, state }) => JSON.stringify([balancing, affinity, state]));
  expect(new Set(triples).size).toBe(triples.length);
});
