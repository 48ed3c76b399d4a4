import { expect, test } from "vitest";
import { sampleScenario } from "../testing/sample.ts";
import { choosableStrategies, planOf } from "./plan.ts";

test("every strategy runs with every seed, seed by seed, so that a comparison is there early", () => {
  const { cells } = planOf(sampleScenario(), null);
  expect(cells.map(({ seed, strategy }) => `${seed} ${strategy.name}`)).toEqual([
    "1 sticky-cookie",
    "1 source-hash",
    "1 redis-sessions",
    "2 sticky-cookie",
    "2 source-hash",
    "2 redis-sessions",
  ]);
});

test("strategies can be left out, and presets that the scenario does not name can be added", () => {
  const { experiment } = planOf(sampleScenario(), ["redis-sessions", "signed-cookie"]);
  expect(experiment.strategies.map(({ name }) => name)).toEqual(["redis-sessions", "signed-cookie"]);
  expect(experiment.reference).toBe("redis-sessions");
});

test("a preset keeps its sentence only as long as it is the preset", () => {
  const own = sampleScenario(["strategies.redis-sessions.balancing=random"]);
  const [, , redis] = planOf(own, null).experiment.strategies;
  expect(redis?.summary).toBe("balancing random; affinity none; state redis");
});

test("each strategy can be chosen once", () => {
  const names = choosableStrategies(sampleScenario()).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
