import { describe, expect, it } from "vitest";
import { group, scenario, strategy } from "../cluster/testing/scenario.ts";
import { simulate } from "../index.ts";
import { metricNamed, metrics } from "./catalogue.ts";

const names = metrics.map(({ name }) => name);

describe("the catalogue of metrics", () => {
  it("names, titles and defines every metric once", () => {
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(metrics.map(({ title }) => title)).size).toBe(names.length);
    expect(metrics.filter(({ definition }) => definition.length < 10)).toEqual([]);
    expect([...metricNamed.values()]).toEqual(metrics);
  });

  it("is what a run is measured by, no more and no less", () => {
    const record = simulate({ scenario: scenario([group()]), strategy: strategy(), seed: 1, scenarioHash: "" });
    expect(Object.keys(record.metrics).sort()).toEqual([...names].sort());
  });

  it("ends the names of quantities with their unit", () => {
    const suffixes = new Map([
      ["ms", "Ms"],
      ["bytes", "Bytes"],
      ["sec", "Sec"],
      ["fraction", "Fraction"],
      ["perSec", "PerSec"],
    ]);
    const without = metrics.filter(({ name, unit }) => !name.endsWith(suffixes.get(unit) ?? ""));
    // The field's own word for a fraction.
    expect(without.map(({ name }) => name)).toEqual(["utilisation", "utilisationMax"]);
  });
});
