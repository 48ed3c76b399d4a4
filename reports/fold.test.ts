import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { MetricName } from "../sim/metrics/catalogue.ts";
import { bucketOf } from "../sim/metrics/histogram.ts";
import type { RunRecord } from "../sim/record.ts";
import { fold } from "./fold.ts";
import { experimentOf, recordOf } from "./testing/records.ts";

type Metrics = Partial<Record<MetricName, number | null>>;

/** One list of metrics per strategy, one entry per run. */
const records = (strategies: Readonly<Record<string, readonly Metrics[]>>): RunRecord[] =>
  Object.entries(strategies).flatMap(([strategy, runs]) =>
    runs.map((metrics, run) => recordOf({ strategy, seed: 1 + run, metrics })),
  );

const folded = (strategies: Readonly<Record<string, readonly Metrics[]>>) => {
  const names = Object.keys(strategies);
  return fold(records(strategies), experimentOf(names, strategies[names[0] ?? ""]?.length ?? 0));
};

const lost = (...counts: number[]): Metrics[] => counts.map((sessionsLost) => ({ sessionsLost }));
const p99 = (...values: number[]): Metrics[] => values.map((responseTimeP99Ms) => ({ responseTimeP99Ms }));

describe("folding", () => {
  test("does not depend on the order of the records", () => {
    const all = records({ "sticky-cookie": lost(4, 5, 6), "redis-sessions": lost(0, 1, 0) });
    const experiment = experimentOf(["sticky-cookie", "redis-sessions"], 3);
    const expected = JSON.stringify(fold(all, experiment));
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        expect(JSON.stringify(fold(shuffled, experiment))).toBe(expected);
      }),
      { numRuns: 20 },
    );
  });

  test("keeps the order of strategies that was asked for", () => {
    const all = records({ b: lost(1), a: lost(2) });
    expect(fold(all, experimentOf(["a", "b"], 1)).strategies.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  test("pairs by seed, and leaves the reference without differences", () => {
    const { strategies } = folded({ "sticky-cookie": lost(4, 50), "redis-sessions": lost(3, 49) });
    expect(strategies[0]?.differences).toBeNull();
    expect(strategies[1]?.differences?.sessionsLost).toEqual({
      mean: -1,
      low: -1,
      high: -1,
      relative: -1 / 27,
      verdict: "better",
    });
    expect(strategies[1]?.differences?.responseTimeP99Ms?.verdict).toBe("same");
  });

  test("averages timelines and losses over runs, a run without a loss counting as 0", () => {
    const [strategy] = folded({ "sticky-cookie": lost(4, 0) }).strategies;
    expect(strategy?.sessionsLostByCause).toEqual([
      { cause: "crash", sessions: 2, writes: 4, requests: 10, ms: 40_000 },
    ]);
    expect(strategy?.writesLostByCause).toEqual([{ cause: "crash", count: 4 }]);
    expect(strategy?.timeline.sessionsLost).toEqual([{ cause: "crash", count: [0, 2] }]);
    expect(strategy?.timeline.responseTimeP90Ms).toEqual([60, null]);
    expect(strategy?.timeline.heat).toEqual([0, 20, 500, 1, 20, 400, 1, 31, 85]);
    expect(strategy?.responseTimeMs).toEqual({
      bucket: [bucketOf(40), bucketOf(300)],
      count: [1800, 200],
      total: 2000,
      sum: 80_000,
      maximum: 310.5,
    });
  });

  test("refuses records that are missing or of another scenario", () => {
    const experiment = experimentOf(["sticky-cookie"], 2);
    expect(() => fold([recordOf()], experiment)).toThrow("no record of strategy sticky-cookie with seed 2");
    const stranger = { ...recordOf({ seed: 2 }), durationMs: 1 };
    expect(() => fold([recordOf(), stranger], experiment)).toThrow("one scenario and one version");
  });
});

describe("the headline", () => {
  test("names the strategy that loses least, by how much and how surely", () => {
    expect(folded({ "sticky-cookie": lost(400, 410, 420), "redis-sessions": lost(0, 0, 0) }).headline).toBe(
      "redis-sessions loses the fewest sessions: 0 against 410 under sticky-cookie, the reference; difference -410 (-435 … -385), 95 % interval, 3 runs paired by seed.",
    );
  });

  test("says so when the reference itself is best", () => {
    expect(folded({ "redis-sessions": lost(0, 0), "sticky-cookie": lost(4, 4), none: lost(9, 9) }).headline).toBe(
      "redis-sessions loses the fewest sessions: 0 against 4 under sticky-cookie; sticky-cookie has +4 (+4 … +4), 95 % interval, 2 runs paired by seed.",
    );
  });

  test("lets the p99 decide among equals, when it is clear", () => {
    const quick = p99(100, 101, 102).map((metrics) => ({ ...metrics, sessionsLost: 0 }));
    const slow = p99(200, 201, 202).map((metrics) => ({ ...metrics, sessionsLost: 0 }));
    const { headline } = folded({ "sticky-cookie": lost(4, 5, 6), slow, quick });
    expect(headline).toContain("slow and quick lose the fewest sessions: 0 against 5");
    expect(headline).toContain("Of these, quick has the lowest p99 response time, 101.0 ms");
  });

  test("tells what the winner pays", () => {
    const dear = [1, 2, 3].map((run) => ({ sessionsLost: 0, responseTimeP99Ms: 400 + run, errorFraction: 0.01 }));
    const { headline } = folded({ "sticky-cookie": lost(400, 410, 420), "redis-sessions": dear });
    expect(headline).toContain("redis-sessions pays with p99 response time +102.0 ms (+99.5 … +104.5).");
  });

  test("names those that the runs do not tell from the winner", () => {
    const { headline } = folded({
      "sticky-cookie": lost(400, 410, 420),
      best: lost(0, 1, 2),
      near: lost(2, 1, 1),
      far: lost(9, 10, 11),
    });
    expect(headline).toContain("best loses the fewest sessions: 1 against 410");
    expect(headline).toContain("near is not clearly behind.");
  });

  test("tells what equals on loss pay, each for itself", () => {
    const failing = [1, 2, 3].map((run) => ({ sessionsLost: 0, errorFraction: 0.05 + run / 1000 }));
    const { headline } = folded({ "sticky-cookie": lost(4, 5, 6), fine: lost(0, 0, 0), failing });
    expect(headline).toContain("fine and failing lose the fewest sessions");
    expect(headline).toMatch(/failing pays with share of requests in error \+4\.20 percentage points/);
    expect(headline).not.toContain("fine pays");
  });

  test("goes on to latency, then to skew, when loss does not tell", () => {
    expect(folded({ a: p99(300, 310), b: p99(200, 211) }).headline).toMatch(
      /^No clear difference in lost sessions\. b has the lowest p99 response time: 206 ms against 305 ms under a, the reference/,
    );
    const even = [{ loadPeakToMean: 1.01 }, { loadPeakToMean: 1.011 }];
    const { headline } = folded({ a: [{}, {}], b: even });
    expect(headline).toMatch(
      /^No clear difference in lost sessions and p99 response time\. b spreads the load most evenly/,
    );
  });

  test("does not claim what the runs do not show", () => {
    expect(folded({ a: p99(300, 200), b: p99(200, 301) }).headline).toBe(
      "Nothing tells a and the other strategy apart in lost sessions, p99 response time and load skew; 95 % interval, 2 runs paired by seed.",
    );
  });

  test("admits a single run, and describes a single strategy", () => {
    expect(folded({ a: lost(4), b: lost(2) }).headline).toContain("in a single run, without an interval");
    expect(folded({ a: [{ sessionsLost: 4, sessionsLostFraction: 0.045 }] }).headline).toBe(
      "a loses 4 sessions a run, 4.50 % of those that ended; p99 response time 300 ms; load peak to mean 1.04. One run, without an interval.",
    );
  });
});

describe("warnings", () => {
  const warningsOf = (...runs: RunRecord[]) => fold(runs, experimentOf(["sticky-cookie"], runs.length)).warnings;
  const enough: Metrics = { requestsAnswered: 20_000, responseTimeP999Ms: 500 };
  const calm = (seed: number) => recordOf({ seed, metrics: enough });

  test("are silent when there is nothing to say", () => {
    expect(warningsOf(calm(1), calm(2))).toEqual([]);
  });

  test("tell of a single run", () => {
    expect(warningsOf(calm(1))).toEqual([expect.stringContaining("There was one run, which has no interval")]);
  });

  test("tell of a server without a steady state", () => {
    const full = (run: RunRecord) => ({
      ...run,
      servers: run.servers.map((server, index) => ({ ...server, utilisation: index === 0 ? 0.995 : 0.5 })),
    });
    expect(warningsOf(full(calm(1)), full(calm(2)))).toEqual([
      expect.stringContaining("Under sticky-cookie, web-1 was busy 99.5 % of the time"),
    ]);
  });

  test("tell of percentiles that too few samples stand behind", () => {
    const run = (seed: number, requestsAnswered: number) => recordOf({ seed, metrics: { requestsAnswered } });
    expect(warningsOf(run(1, 5000), run(2, 5000))).toEqual([expect.stringContaining("p99.9 is left out")]);
    expect(warningsOf(run(1, 500), run(2, 500))).toEqual([
      expect.stringContaining("p99 rests on fewer than 10 samples"),
    ]);
  });

  test("tell when nothing was answered", () => {
    const silent = (seed: number) => recordOf({ seed, metrics: { requestsAnswered: 0 } });
    expect(warningsOf(silent(1), silent(2))).toEqual([expect.stringContaining("No request was answered")]);
  });

  test("tell when strategies did not get the same load", () => {
    const run = (strategy: string, seed: number, requestsOffered: number) =>
      recordOf({ strategy, seed, metrics: { ...enough, requestsOffered } });
    const { warnings } = fold(
      [run("a", 1, 1000), run("a", 2, 1000), run("b", 1, 1100), run("b", 2, 1100)],
      experimentOf(["a", "b"], 2),
    );
    expect(warnings).toEqual([expect.stringContaining("Users sent 1,000 requests under a but 1,100 under b")]);
  });
});

describe("expectations", () => {
  const base = { strategy: "a", metric: "sessionsLost", relativeTo: null, text: "claim" } as const;
  const outcome = (expectation: object) => {
    const experiment = experimentOf(["a", "b"], 2);
    return fold(records({ a: lost(3, 5), b: lost(8, 8) }), {
      ...experiment,
      expectations: [{ ...base, comparison: "equals", value: 0, ...expectation }],
    });
  };

  test.each([
    [{ comparison: "equals", value: 4 }, true],
    [{ comparison: "equals", value: 3 }, false],
    [{ comparison: "below", value: 4 }, false],
    [{ comparison: "atMost", value: 4 }, true],
    [{ comparison: "above", value: 4 }, false],
    [{ comparison: "atLeast", value: 4 }, true],
    [{ comparison: "between", low: 1, high: 4 }, true],
    [{ comparison: "between", low: 5, high: 9 }, false],
    [{ comparison: "equals", value: 0.5, relativeTo: "b" }, true],
    [{ comparison: "atLeast", value: 0, metric: "responseTimeP999Ms" }, false],
    [{ comparison: "atLeast", value: 0, metric: "staleReads", relativeTo: "b" }, false],
  ])("%o on a mean of 4, b having 8, is %s", (expectation, passed) => {
    expect(outcome(expectation).expectations.map((entry) => entry.passed)).toEqual([passed]);
  });

  test("about strategies that were not run are told of, not dropped", () => {
    const data = outcome({ strategy: "c" });
    expect(data.expectations).toEqual([]);
    expect(data.warnings).toContainEqual(
      "1 expectation speaks of a strategy that did not run. Run all strategies to check it.",
    );
  });
});
