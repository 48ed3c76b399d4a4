import { expect, test } from "vitest";
import { balancingAlgorithms } from "../sim/balancing/index.ts";
import type { Described } from "../sim/catalogue.ts";
import { simulate } from "../sim/index.ts";
import { affinityMechanisms } from "../sim/persistence/affinity/index.ts";
import { stateBackends } from "../sim/persistence/state/index.ts";
import { loadScenario, scenarioTemplate } from "./index.ts";
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

test.each(strategyPresets)("$name runs as it stands", ({ name }) => {
  const result = loadScenario(scenarioTemplate, {
    fileName: "template.yaml",
    set: [
      `strategies=[${name}]`,
      "expect=[]",
      "duration=40s",
      "warmUp=5s",
      "faults.0.at=20s",
      "faults.0.restartAfter=5s",
    ],
  });
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join());
  const { model, strategies, seed, hash } = result.scenario;
  const [strategy] = strategies;
  if (strategy === undefined) throw new Error("the scenario has no strategy");
  const { metrics } = simulate({ scenario: model, strategy, seed, scenarioHash: hash });
  expect(metrics.requestsAnswered).toBeGreaterThan(100);
});
