import { expect, test } from "vitest";
import type { DashboardData } from "../reports/dashboard-data.ts";
import { rankedBy } from "../reports/ranking.ts";
import { shownOf } from "./shown.ts";
import { sampleData } from "./testing/sample.ts";

/** The sample's reference again and again, under other names, each with a few lost sessions more. */
function crowd(size: number): DashboardData {
  const data = sampleData();
  const [first] = data.strategies;
  if (first === undefined) throw new Error("the sample has strategies");
  const lost = first.metrics.sessionsLost;
  const strategies = Array.from({ length: size }, (_, at) => ({
    ...first,
    name: `strategy-${at}`,
    metrics: { ...first.metrics, sessionsLost: lost === null ? null : { ...lost, mean: at % 3 } },
  }));
  return { ...data, reference: "strategy-0", strategies };
}
const namesOf = ({ strategies }: Pick<DashboardData, "strategies">) => strategies.map(({ name }) => name);

test("up to twelve strategies are all shown, and the data is the same object", () => {
  const data = crowd(12);
  expect(shownOf(data, null)).toBe(data);
});

test("of more the first eight are shown, and the reference wherever it stands", () => {
  const data = { ...crowd(13), reference: "strategy-10" };
  expect(namesOf(shownOf(data, null))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 10].map((at) => `strategy-${at}`));
});

test("who is chosen is shown, in the order of the data; names that it does not have count as not chosen", () => {
  const data = crowd(20);
  expect(namesOf(shownOf(data, ["strategy-19", "nobody", "strategy-4"]))).toEqual([
    "strategy-0",
    "strategy-4",
    "strategy-19",
  ]);
  expect(namesOf(shownOf(data, ["nobody"]))).toHaveLength(8);
});

test("the ranking goes by the first metric, then the next, and keeps the order of equals", () => {
  const ranked = rankedBy(["sessionsLost", "responseTimeP99Ms"], crowd(6).strategies).map(({ name }) => name);
  expect(ranked).toEqual([0, 3, 1, 4, 2, 5].map((at) => `strategy-${at}`));
});
