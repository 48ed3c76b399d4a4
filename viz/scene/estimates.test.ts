import { expect, test } from "vitest";
import { metrics } from "../../sim/metrics/catalogue.ts";
import { sampleData } from "../testing/sample.ts";
import { estimatesScene } from "./estimates.ts";

const metricOf = (name: string) => metrics.find((metric) => metric.name === name)!;

test("every strategy has a row with its mean within its interval, on one axis", () => {
  const { rows } = estimatesScene(sampleData(), metricOf("responseTimeP99Ms"), 300);
  expect(rows.map(({ name }) => name)).toEqual(["sticky-cookie", "source-hash", "redis-sessions"]);
  for (const { x, interval } of rows) {
    expect(x).not.toBeNull();
    expect(interval![0]).toBeLessThanOrEqual(x!);
    expect(interval![1]).toBeGreaterThanOrEqual(x!);
    expect(interval![1]).toBeLessThanOrEqual(300);
  }
});

test("the reference has a rule and no difference; the others say by how much they differ", () => {
  const { rows, referenceX } = estimatesScene(sampleData(), metricOf("sessionsLost"), 300);
  expect(rows[0]).toMatchObject({ isReference: true, difference: "", x: referenceX });
  expect(rows[2]?.difference).toMatch(/^−\d/);
});

test("peak to mean begins at 1, its best value, and counts begin at 0", () => {
  expect(estimatesScene(sampleData(), metricOf("loadPeakToMean"), 300).ticks[0]?.text).toMatch(/^1/);
  expect(estimatesScene(sampleData(), metricOf("sessionsLost"), 300).ticks[0]?.text).toMatch(/^0?$/);
});

test("an interval reaches no further than the axis", () => {
  const data = sampleData();
  const { rows } = estimatesScene(data, metricOf("sessionsLost"), 300);
  for (const { interval } of rows) expect(Math.min(...interval!)).toBeGreaterThanOrEqual(0);
});

test("a metric that no strategy has leaves rows with a dash and no mark", () => {
  const data = sampleData();
  const without = {
    ...data,
    strategies: data.strategies.map((strategy) => ({
      ...strategy,
      metrics: { ...strategy.metrics, responseTimeP999Ms: null },
    })),
  };
  const { rows } = estimatesScene(without, metricOf("responseTimeP999Ms"), 300);
  expect(rows[0]).toMatchObject({ value: "–", x: null, interval: null });
});
