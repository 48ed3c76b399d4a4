import { expect, test } from "vitest";
import { fold } from "../reports/fold.ts";
import { rebase } from "./rebase.ts";
import { planOf } from "./run/plan.ts";
import { sampleData, sampleRecords, sampleScenario } from "./testing/sample.ts";

test("choosing another reference gives what folding the records against it gives", () => {
  const { experiment } = planOf(sampleScenario(), null);
  const folded = fold(sampleRecords(), { ...experiment, reference: "redis-sessions" });
  expect(rebase(sampleData(), "redis-sessions")).toEqual(folded);
});

test("a strategy that is not there is refused by name", () => {
  expect(() => rebase(sampleData(), "nobody")).toThrow('there is no strategy "nobody"');
});
