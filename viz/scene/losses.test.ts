import { expect, test } from "vitest";
import { sessionCauses } from "../../sim/metrics/causes.ts";
import { sampleData } from "../testing/sample.ts";
import { lossCurves, lossScene, mainCauses, OTHER, totalOf } from "./losses.ts";

const box = { x: 0, y: 0, width: 30, height: 100 };

test("the curves end at the number of sessions lost that the metrics give", () => {
  const data = sampleData();
  for (const strategy of data.strategies) {
    expect(totalOf(lossCurves(strategy, data)).at(-1) ?? 0).toBeCloseTo(strategy.metrics.sessionsLost?.mean ?? 0, 3);
  }
});

test("losses before the end of warm-up do not count", () => {
  const { timeline } = sampleData().strategies[0]!;
  const strategy = { timeline: { ...timeline, sessionsLost: [{ cause: "crash" as const, count: [5, 1, 2] }] } };
  expect(lossCurves(strategy, { warmUpMs: 1000, windowMs: 1000 })).toEqual([{ cause: "crash", cumulative: [0, 1, 3] }]);
});

test("causes are stacked: each begins where the one below ends", () => {
  const curves = [
    { cause: "crash" as const, cumulative: [1, 2, 4] },
    { cause: "rehash" as const, cumulative: [0, 3, 6] },
  ];
  const scene = lossScene(curves, [0, 10, 20, 30], (value) => 100 - value * 10, box);
  expect(scene.areas.map(({ d }) => d)).toEqual([
    "M0,100L10,90L20,80L30,60L30,100L20,100L10,100L0,100Z",
    "M0,100L10,90L20,50L30,0L30,60L20,80L10,90L0,100Z",
  ]);
});

test("a strategy that lost nothing has no curve", () => {
  const data = sampleData();
  expect(lossCurves(data.strategies[2]!, data)).toEqual([]);
});

test("of many causes the eight that cost the most keep their names in every stack; the rest is one curve on top", () => {
  const names = sessionCauses.slice(0, 11).map(({ name }) => name);
  const stack = (factor: number) => names.map((cause, at) => ({ cause, cumulative: [0, (at + 1) * factor] }));
  const [first, second, empty] = mainCauses([stack(1), stack(10), []]);
  expect(first?.map(({ cause }) => cause)).toEqual([...names.slice(3), OTHER]);
  expect(first?.at(-1)?.cumulative).toEqual([0, 1 + 2 + 3]);
  expect(totalOf(second ?? [])).toEqual(totalOf(stack(10)));
  expect(empty).toEqual([]);
});

test("nine causes are all named: the ninth alone is no crowd", () => {
  const stack = sessionCauses.slice(0, 9).map(({ name }, at) => ({ cause: name, cumulative: [at + 1] }));
  expect(mainCauses([stack])).toEqual([stack]);
});
