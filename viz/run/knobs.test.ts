import { expect, test } from "vitest";
import { bundledScenarios, loadScenario } from "../../scenarios/index.ts";
import { sampleScenario, sampleText } from "../testing/sample.ts";
import { knobsOf, settingsOf, valuesOf } from "./knobs.ts";

const knobs = knobsOf(sampleText, sampleScenario());

test("the common knobs are found in the scenario, where it has them", () => {
  expect(knobs.map(({ label, usual }) => `${label} ${usual}`)).toEqual([
    "arrivals 4",
    "servers 4",
    "workers each 2",
    "runs 2",
    "first seed 1",
    "clients that keep cookies 100",
    "idle timeout 30",
  ]);
});

test("knobs that stand as in the file give no overrides", () => {
  expect(settingsOf(knobs, new Map())).toEqual([]);
});

test("a turned knob changes the model, and is found again from its overrides", () => {
  const turned = new Map([
    ["arrivals", 6],
    ["server count", 5],
    ["users cookies", 90],
  ]);
  const set = settingsOf(knobs, turned);
  const scenario = sampleScenario(set);
  expect(scenario.model.populations[0]?.arrivals).toEqual({ process: "poisson", ratePerSec: 6 });
  expect(scenario.model.cluster.servers[0]?.count).toBe(5);
  expect(scenario.model.populations[0]?.clients.cookiesFraction).toBe(0.9);
  expect(valuesOf(knobs, [...set, "window=10s"])).toEqual({ values: turned, others: ["window=10s"] });
});

test.each(bundledScenarios)("every knob of $name can be turned", ({ text }) => {
  const loaded = loadScenario(text, { fileName: "scenario.yaml" });
  if (!loaded.ok) throw new Error("a bundled scenario does not load");
  for (const knob of knobsOf(text, loaded.scenario)) {
    const value = knob.usual === knob.maximum ? knob.minimum : Math.min(knob.maximum, knob.usual + knob.step);
    const set = knob.settings(value);
    // A smaller cluster may have no server left to crash; what is checked is that the form of the override is right.
    const { values } = valuesOf([knob], set);
    expect(values.get(knob.key), knob.label).toBeCloseTo(value, 4);
    expect(loadScenario(text, { fileName: "scenario.yaml", set: knob.settings(knob.usual) }).ok).toBe(true);
  }
});
