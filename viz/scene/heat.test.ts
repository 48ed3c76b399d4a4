import { expect, test } from "vitest";
import { bandLowMs, bandOf } from "../../sim/metrics/timeline.ts";
import { sampleData } from "../testing/sample.ts";
import { HEAT_LEVELS, heatLevel, heatRange, heatScale, heatScene } from "./heat.ts";
import { timeScene } from "./time.ts";

const box = { x: 0, y: 0, width: 240, height: 100 };

test("each level stands for four times as many requests as the one before", () => {
  const top = HEAT_LEVELS - 1;
  expect(heatLevel(1024, 1024)).toBe(top);
  expect(heatLevel(257, 1024)).toBe(top);
  expect(heatLevel(256, 1024)).toBe(top - 1);
  expect(heatLevel(64, 1024)).toBe(top - 2);
  expect(heatLevel(0.001, 1024)).toBe(0);
});

test("the scale spans the bands of all strategies", () => {
  const range = heatRange([{ heat: [0, bandOf(10), 5] }, { heat: [3, bandOf(500), 9] }]);
  expect(range).toEqual({ lowMs: bandLowMs(bandOf(10)), highMs: bandLowMs(bandOf(500) + 1), most: 9 });
});

test("a request is drawn in the window and at the height of its response time", () => {
  const [strategy] = sampleData().strategies;
  const range = { lowMs: bandLowMs(40), highMs: bandLowMs(60), most: 4 };
  const timeline = {
    ...strategy!.timeline,
    heat: [1, 48, 4],
    responseTimeP50Ms: [null, 5, null],
    responseTimeP99Ms: [null, 5, 7],
  };
  const scene = heatScene({ timeline }, range, [0, 80, 160, 240], [40, 120, 200], box);
  const y = heatScale(range, box);
  expect(scene.levels).toEqual([{ level: HEAT_LEVELS - 1, d: `M80,${y(bandLowMs(49))}H160V${y(bandLowMs(48))}H80Z` }]);
  expect(scene.p99).toBe(`M120,${y(5)}L200,${y(7)}`);
});

test("all answered requests of a run are in its map", () => {
  const data = sampleData();
  for (const { timeline } of data.strategies) {
    const drawn = timeline.heat.filter((_, at) => at % 3 === 2).reduce((sum, count) => sum + count, 0);
    const answered = timeline.requestsAnswered.reduce((sum, count) => sum + count, 0);
    expect(drawn).toBeCloseTo(answered, 1);
    const scene = heatScene(
      { timeline },
      heatRange([timeline]),
      timeScene(data, box).edges,
      timeScene(data, box).positions,
      box,
    );
    expect(scene.levels.length).toBeGreaterThan(1);
  }
});
