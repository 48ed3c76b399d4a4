import { expect, test } from "vitest";
import { parse } from "yaml";
import { balancingAlgorithms } from "../../sim/balancing/index.ts";
import type { Described } from "../../sim/catalogue.ts";
import { simulate } from "../../sim/index.ts";
import { affinityMechanisms } from "../../sim/persistence/affinity/index.ts";
import { stateBackends } from "../../sim/persistence/state/index.ts";
import { bundledScenarios, loadScenario, scenarioTemplate } from "../index.ts";
import { presetNamed, strategyPresets } from "./index.ts";

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

test("no two presets are the same strategy", () => {
  const strategies = strategyPresets.map(({ name, summary, products, source, knownFlaw, shownBy, ...parts }) =>
    JSON.stringify(parts),
  );
  expect(new Set(strategies).size).toBe(strategies.length);
});

test.each(strategyPresets)("$name: the scenario that shows its flaw runs it, and expects something of it", (preset) => {
  const text = bundledScenarios.find(({ name }) => name === preset.shownBy)?.text;
  expect(text, preset.shownBy).toBeDefined();
  const result = loadScenario(text ?? "", { fileName: preset.shownBy });
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join());
  const file = parse(text ?? "") as { strategies: readonly (string | { name: string; extends?: string })[] };
  const names = file.strategies.flatMap((strategy) => {
    if (typeof strategy === "string") return strategy === preset.name ? [strategy] : [];
    return strategy.extends === preset.name ? [strategy.name] : [];
  });
  expect(names, `strategies of ${preset.shownBy} that are or extend ${preset.name}`).not.toEqual([]);
  const expected = result.scenario.expectations.flatMap((expectation) => [
    expectation.strategy,
    expectation.relativeTo,
  ]);
  expect(names.some((name) => expected.includes(name))).toBe(true);
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
      // So that a cookie can carry them.
      "workload.shoppers.session.size=1KiB",
    ],
  });
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join());
  const { model, strategies, seed, hash } = result.scenario;
  const [strategy] = strategies;
  if (strategy === undefined) throw new Error("the scenario has no strategy");
  const { metrics } = simulate({ scenario: model, strategy, seed, scenarioHash: hash });
  expect(metrics.requestsAnswered).toBeGreaterThan(100);
});
