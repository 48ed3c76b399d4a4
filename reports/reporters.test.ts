import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { csvFiles } from "./csv/index.ts";
import { fold } from "./fold.ts";
import { htmlReport } from "./html.ts";
import { manifestJson, repeatCommand, shellCommand } from "./manifest.ts";
import { markdownReport } from "./markdown.ts";
import { resultsJson } from "./results-json.ts";
import { defaultMetrics, plain, terminalReport } from "./terminal.ts";
import { experimentOf, recordOf } from "./testing/records.ts";

const names = ["sticky-cookie", "redis-sessions", "no-affinity"];
const records = names.flatMap((strategy, at) =>
  [1, 2, 3].map((seed) =>
    recordOf({
      strategy,
      seed,
      metrics: {
        sessionsLost: [40 + seed, 0, 300 + 7 * seed][at] ?? 0,
        sessionsLostFraction: [0.4, 0, 0.9][at] ?? 0,
        responseTimeP99Ms: 300 + 12.3 * at * seed,
        loadPeakToMean: 1.2 - 0.05 * at,
        staleReads: at === 2 ? 10 * seed : 0,
      },
    }),
  ),
);
const data = fold(records, {
  ...experimentOf(names, 3),
  expectations: [
    {
      strategy: "redis-sessions",
      metric: "sessionsLost",
      relativeTo: null,
      comparison: "equals",
      value: 0,
      text: "redis-sessions: sessionsLost equals 0",
    },
    {
      strategy: "no-affinity",
      metric: "responseTimeP99Ms",
      relativeTo: "sticky-cookie",
      comparison: "below",
      value: 1,
      text: "no-affinity: responseTimeP99Ms ÷ that of sticky-cookie is below 1",
    },
  ],
});

describe("the terminal report", () => {
  test("of 80 columns, with differences, is the one we looked at", async () => {
    const text = terminalReport(data, { metrics: defaultMetrics, differences: true, width: 80, paint: plain });
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    await expect(text).toMatchFileSnapshot("golden/compare-80.txt");
  });

  test("of 120 columns, without differences, is the one we looked at", async () => {
    const text = terminalReport(data, { metrics: defaultMetrics, differences: false, width: 120, paint: plain });
    await expect(text).toMatchFileSnapshot("golden/run-120.txt");
  });

  const many = Array.from({ length: 13 }, (_, at) => `strategy-${at}`);
  const crowd = (runs: number) =>
    fold(
      many.flatMap((strategy, at) =>
        Array.from({ length: runs }, (_, run) =>
          // Twice the same number of lost sessions, told apart by their p99.
          recordOf({
            strategy,
            seed: 1 + run,
            metrics: { sessionsLost: 10 * Math.floor((12 - at) / 2), responseTimeP99Ms: 300 + at },
          }),
        ),
      ),
      experimentOf(many, runs),
    );

  test("of more than twelve strategies ranks them by the first metric, then by the next, in a line each", () => {
    const text = terminalReport(crowd(3), { metrics: defaultMetrics, differences: true, width: 120, paint: plain });
    const rows = text.split("\n").flatMap((line) => /^(strategy-\d+)(?: \(ref\))? {2}/.exec(line)?.[1] ?? []);
    expect(rows).toEqual([11, 12, 9, 10, 7, 8, 5, 6, 3, 4, 1, 2, 0].map((at) => `strategy-${at}`));
    expect(text).toMatch(/^strategy-0 \(ref\) +60 ±0 /m);
    expect(text).toMatch(/^strategy-11 +0 ±0 better /m);
    expect(text.replaceAll(/\s+/g, " ")).toContain(
      "the best by sessions lost first, verdicts are on the difference to strategy-0",
    );
  });

  test("of more than twelve strategies and one run has the difference in the same line, and one reason for those alike", () => {
    const text = terminalReport(crowd(1), { metrics: defaultMetrics, differences: true, width: 120, paint: plain });
    expect(text).toMatch(/^strategy-12 +0 \(-60\) +312 \(\+12\) +1\.04 same/m);
    expect(text).toContain("  strategy-9, strategy-10: sessions lost: 10 crash");
  });

  test("sends no control character of the scenario to the terminal", () => {
    const hostile = { ...data, scenario: { ...data.scenario, question: "a\u001b[31mb\u0007\u202ec\nd" } };
    const text = terminalReport(hostile, { metrics: defaultMetrics, differences: false, width: 80, paint: plain });
    expect(text.split("\n")[0]).toBe("two-servers: a [31mb c d");
  });

  test("says the same without colour", () => {
    const paint = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[39m`;
    const options = { metrics: defaultMetrics, differences: true, width: 80 };
    const coloured = terminalReport(data, {
      ...options,
      paint: { bold: paint(1), dim: paint(2), good: paint(32), bad: paint(31) },
    });
    expect(coloured).toContain("\u001b[32m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for.
    expect(coloured.replaceAll(/\u001b\[\d+m/g, "")).toBe(terminalReport(data, { ...options, paint: plain }));
  });
});

test("the Markdown report is the one we looked at", async () => {
  const command = shellCommand(repeatCommand(data, []));
  await expect(markdownReport(data, command)).toMatchFileSnapshot("golden/report.md");
});

test("results.json is the one we looked at, every metric there, absent values null", async () => {
  const text = resultsJson(data);
  await expect(text).toMatchFileSnapshot("golden/results.json");
  const strategy = JSON.parse(text).strategies[0];
  expect(strategy.metrics.responseTimeP999Ms).toEqual({
    mean: null,
    low: null,
    high: null,
    perRun: [null, null, null],
  });
  expect(strategy.metrics.sessionsLost).toMatchObject({ mean: 42, perRun: [41, 42, 43] });
});

describe("the CSV files", () => {
  test.each(csvFiles(data, records).map(({ name, text }) => [name, text] as const))(
    "%s is the one we looked at",
    async (name, text) => {
      await expect(text).toMatchFileSnapshot(`golden/${name}`);
    },
  );

  test("have as many cells in every row as in the header", () => {
    for (const { text } of csvFiles(data, records)) {
      // None of the fixture's texts has a comma.
      const cells = text
        .trimEnd()
        .split("\n")
        .map((line) => line.split(",").length);
      expect(new Set(cells).size).toBe(1);
    }
  });

  test("do not let a name become a spreadsheet's formula", () => {
    const [summary] = csvFiles(fold([recordOf({ strategy: "=1+1" })], experimentOf(["=1+1"], 1)), []);
    expect(summary?.text).toContain("\n'=1+1,");
  });
});

describe("the HTML report", () => {
  const page = '<!doctype html><script id="evenkeel-data" type="application/json"></script><script>let x</script>';
  const hostile = { ...data, headline: "</script><script>alert(1)</script><!-- $& \u2028" };

  test("cannot be broken out of by its data, and gives it back unchanged", () => {
    const html = htmlReport(page, hostile);
    expect(html.match(/<\/script>/g)).toHaveLength(2);
    const inside = /application\/json">(.*?)<\/script>/s.exec(html)?.[1] ?? "";
    expect(JSON.parse(inside)).toEqual(hostile);
  });

  test("refuses a page without a place for data", () => {
    expect(() => htmlReport("<html></html>", data)).toThrow("the page has no empty");
  });

  test("has under 1 MB of data for 10 strategies of 20 runs, 120 windows and 12 servers, which leaves the page another", () => {
    const many = Array.from({ length: 10 }, (_, at) => `strategy-${at}`);
    const noisy = (seed: number) => (_: unknown, at: number) => ((seed * 7919 + at * 104729) % 10007) / 7;
    const big = many.flatMap((strategy) =>
      Array.from({ length: 20 }, (_, run) => {
        const record = recordOf({ strategy, seed: 1 + run, metrics: { responseTimeMeanMs: 40 + Math.sqrt(run) } });
        const wide = Array.from({ length: 120 }, noisy(run));
        const counts = wide.map(Math.floor);
        const heat = counts.flatMap((_, window) =>
          Array.from({ length: 16 }, (_, band) => [window, 10 + band, run + band]).flat(),
        );
        const columns = {
          requestsOffered: counts,
          requestsAnswered: counts,
          requestsUnanswered: counts,
          responseTimeP50Ms: wide,
          responseTimeP90Ms: wide,
          responseTimeP99Ms: wide,
          responseTimeMaxMs: wide,
          loadPeakToMean: wide,
          loadCv: wide,
          loadJain: wide,
          sessionsBorn: counts,
          sessionsLive: wide,
          sessionsMoved: counts,
          staleReads: counts,
        };
        const serverRequests = Array.from({ length: 12 }, () => counts);
        return { ...record, timeline: { ...record.timeline, ...columns, windows: 120, serverRequests, heat } };
      }),
    );
    expect(JSON.stringify(fold(big, experimentOf(many, 20))).length).toBeLessThan(1_000_000);
  });
});

describe("the manifest", () => {
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

  test("names the command that repeats the runs, quoted for a shell", () => {
    const odd = { ...data, reference: "what's mine" };
    expect(shellCommand(repeatCommand(odd, []))).toBe(
      "evenkeel run scenario.yaml --seed 1 --runs 3 --strategies sticky-cookie,redis-sessions,no-affinity " +
        "--reference 'what'\\''s mine'",
    );
  });

  test("lists files with their SHA-256, sorted by name", async () => {
    const files = [
      { name: "b.csv", text: "b" },
      { name: "a.csv", text: "" },
    ];
    await expect(
      manifestJson({
        own: [],
        data,
        records: [{ strategy: "sticky-cookie", seed: 1, file: "records/0123.json" }],
        files,
        sha256,
      }),
    ).toMatchFileSnapshot("golden/manifest.json");
  });
});
