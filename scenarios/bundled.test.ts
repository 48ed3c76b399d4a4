import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { shopLog } from "./bundled/shop-log.ts";
import {
  bundledLogs,
  bundledScenarios,
  loadScenario,
  renderProblems,
  scenarioJsonSchema,
  scenarioTemplate,
} from "./index.ts";
import readme from "./README.md?raw";

const load = (name: string, text: string) => {
  const result = loadScenario(text, { fileName: `${name}.yaml` });
  if (!result.ok) throw new Error(renderProblems(result.problems, { fileName: `${name}.yaml`, text }));
  return result.scenario;
};

test.each(bundledScenarios)(
  "$name loads, has a subject, asks a question, claims an answer and says it in numbers",
  ({ name, text }) => {
    const scenario = load(name, text);
    expect(scenario.name).toBe(name);
    expect(scenario.subject).not.toBeNull();
    expect(scenario.question).toMatch(/\?$/);
    expect(scenario.claim).toMatch(/\.$/);
    expect(scenario.expectations.length).toBeGreaterThan(0);
    expect(scenario.strategies.length).toBeGreaterThan(1);
    for (const { path } of scenario.replays) expect(bundledLogs.map((log) => log.name)).toContain(path);
  },
);

test("no two bundled scenarios have the same hash", () => {
  const hashes = bundledScenarios.map(({ name, text }) => load(name, text).hash);
  expect(new Set(hashes).size).toBe(bundledScenarios.length);
});

test("the bundled log is what its generator writes", () => {
  expect(bundledLogs.find(({ name }) => name === "shop.log")?.text).toBe(shopLog());
});

test("the example in the README loads, and the mistake shown there is told in those words", () => {
  const [, example = ""] = /```yaml\n(.*?)```/s.exec(readme) ?? [];
  expect(load("shop", example).strategies).toHaveLength(3);
  const text = example.replace("poisson", "poison");
  const result = loadScenario(text, { fileName: "shop.yaml" });
  const told = result.ok ? "" : renderProblems(result.problems, { fileName: "shop.yaml", text });
  expect(readme).toContain(told.split("\n\n")[0]);
});

test("the template loads, names its schema on the first line, and fits one screen", () => {
  expect(load("template", scenarioTemplate).name).toBe("my-scenario");
  const lines = scenarioTemplate.trimEnd().split("\n");
  expect(lines[0]).toBe("# yaml-language-server: $schema=./scenario.schema.json");
  expect(lines.length).toBeLessThanOrEqual(40);
});

/** The emitted JSON Schema as an editor applies it, read back by zod. */
const editor = z.fromJSONSchema(JSON.parse(JSON.stringify(scenarioJsonSchema())));

test.each([...bundledScenarios, { name: "template", text: scenarioTemplate }])(
  "an editor has nothing against $name",
  ({ text }) => {
    expect(editor.safeParse(parse(text)).error?.issues ?? []).toEqual([]);
  },
);

test.each([
  ["an unknown key", "duration: 5m", "durration: 5m"],
  ["a missing unit", "duration: 5m", "duration: 5"],
  ["an unknown preset", "- redis-sessions\n", "- redis-session\n"],
  ["an unknown part", "balancing: power-of-two-choices", "balancing: power-of-two"],
  ["an unknown knob", "replicated: { mode: async }", "replicated: { moode: async }"],
  ["two laws at once", "{ exponential: 7s }", "{ exponential: 7s, erlang: { mean: 7s, phases: 2 } }"],
  ["an unknown metric", "metric: sessionsLost", "metric: sessionLost"],
])("an editor underlines %s", (_, right, wrong) => {
  expect(scenarioTemplate).toContain(right);
  expect(editor.safeParse(parse(scenarioTemplate.replace(right, wrong))).success).toBe(false);
});

test("the JSON Schema is draft-07, and explains every key that a file may hold", () => {
  const schema = scenarioJsonSchema();
  expect(schema["$schema"]).toBe("http://json-schema.org/draft-07/schema#");
  expect(unexplained(schema, "")).toEqual([]);
});

/** Paths of keys without a description. */
function unexplained(schema: unknown, path: string): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([keyword, inner]): readonly string[] => {
    if (keyword !== "properties") return unexplained(inner, path);
    return Object.entries(z.record(z.string(), z.unknown()).parse(inner)).flatMap(([key, property]) => {
      const isExplained = z.looseObject({ description: z.string().regex(/[.?]$/) }).safeParse(property).success;
      return [...(isExplained ? [] : [`${path}.${key}`]), ...unexplained(property, `${path}.${key}`)];
    });
  });
}
