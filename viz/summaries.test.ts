import { describe, expect, test } from "vitest";
import { metrics } from "../sim/metrics/catalogue.ts";
import { estimatesSummary, lossesSummary, peakSummary, percentilesSummary, stripsSummary } from "./summaries.ts";
import { sampleData } from "./testing/sample.ts";

const lost = metrics.find(({ name }) => name === "sessionsLost")!;

describe("every chart has a sentence with its numbers", () => {
  test("an estimate's says who is lowest and highest, with the interval", () => {
    expect(estimatesSummary(sampleData(), lost)).toMatch(
      /^Lowest under redis-sessions, 0; highest under source-hash, \d+ \(.+ … .+\)\.$/,
    );
  });

  test("a peak's says where and when, and not in warm-up", () => {
    const data = sampleData();
    const summary = peakSummary(data, "ms", ({ timeline }) => timeline.responseTimeP99Ms);
    expect(summary).toMatch(/^highest under [\w-]+, [\d.,]+ ms in the window from \d:\d\d\.$/);
    const inWarmUp = peakSummary(data, "ms", () => [9, 1, 1, 1, 2]);
    expect(inWarmUp).toBe("highest under sticky-cookie, 2 ms in the window from 0:20.");
  });

  test("the losses' says who lost the most, why, and who lost none", () => {
    const summary = lossesSummary(sampleData());
    expect(summary).toMatch(
      /^source-hash lost the most sessions, \d+ a run, (all|[\d.]+ %) of them because the hash sends/,
    );
    expect(summary).toMatch(/redis-sessions lost none\.$/);
  });

  test("the percentiles' speaks of the rarest case that all have samples for", () => {
    expect(percentilesSummary(sampleData())).toMatch(/^One request in 100 took [\d,.]+ ms under [\w-]+ or longer/);
  });

  test("the load's names server, strategy and moment", () => {
    expect(stripsSummary(sampleData())).toMatch(
      /^The most uneven moment: server-\d under [\w-]+, [\d.]+ times its fair share in the window from \d:\d\d\.$/,
    );
  });
});

test("no loss anywhere is said in so many words", () => {
  const data = sampleData();
  const kept = data.strategies.filter(({ name }) => name === "redis-sessions");
  expect(lossesSummary({ ...data, strategies: kept })).toBe("No strategy lost a session.");
});
