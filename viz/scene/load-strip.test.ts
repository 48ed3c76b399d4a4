import { expect, test } from "vitest";
import { sampleData } from "../testing/sample.ts";
import { FAIR_LEVEL, fairShares, levelOf, loadStripScene, stripRowHeight } from "./load-strip.ts";
import { timeScene } from "./time.ts";

test("a share is relative to the servers that worked in the window, per unit of weight", () => {
  expect(
    fairShares(
      [
        [10, 20],
        [30, 0],
      ],
      [1, 1],
    ),
  ).toEqual([
    [0.5, 1],
    [1.5, 0],
  ]);
  expect(fairShares([[10], [20]], [1, 2])).toEqual([[1], [1]]);
});

test("a window in which nobody asked has no shares", () => {
  expect(fairShares([[0], [0]], [1, 1])).toEqual([[null], [null]]);
});

test("equal ratios below and above the fair share are equally far from it", () => {
  expect(levelOf(1)).toBe(FAIR_LEVEL);
  expect(levelOf(0)).toBe(0);
  for (const ratio of [1.1, 1.3, 1.6, 3]) expect(levelOf(ratio) - FAIR_LEVEL).toBe(FAIR_LEVEL - levelOf(1 / ratio));
});

test("the crashed server shows as having got nothing while it was down, and only it", () => {
  const data = sampleData();
  const box = { x: 50, y: 0, width: 480, height: 40 };
  const [sticky] = data.strategies;
  const scene = loadStripScene(sticky!, timeScene(data, box).edges, box);
  const down = [13, 14, 15];
  for (const window of down) expect(scene.shares[1]?.[window]).toBe(0);
  expect(scene.shares[0]!.slice(4).every((share) => share !== null && share > 0)).toBe(true);
  expect(scene.levels.map(({ level }) => level)).toContain(0);
});

test("neighbouring windows of one level are one rectangle", () => {
  const servers = [{ name: "a", weight: 1, requests: 0, utilisation: null, sessionsHeldMean: 0 }];
  const { timeline } = sampleData().strategies[0]!;
  const box = { x: 0, y: 0, width: 40, height: 12 };
  const scene = loadStripScene(
    { servers, timeline: { ...timeline, serverRequests: [[5, 7, 0, 6]] } },
    [0, 10, 20, 30, 40],
    box,
  );
  expect(scene.levels).toEqual([{ level: FAIR_LEVEL, d: "M0,0H20v11H0ZM30,0H40v11H30Z" }]);
});

test("rows shrink as servers become more, and are never invisible", () => {
  expect([1, 8, 100, 256].map(stripRowHeight)).toEqual([12, 12, 1, 1]);
});
