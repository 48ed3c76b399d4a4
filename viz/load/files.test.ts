import { expect, test } from "vitest";
import { htmlReport } from "../../reports/html.ts";
import { sampleData, sampleRecords, sampleText } from "../testing/sample.ts";
import { loadFiles, type NamedText } from "./files.ts";

const manifest = {
  schemaVersion: 1,
  seed: 1,
  runs: 2,
  reference: "source-hash",
  strategies: [{ name: "source-hash" }, { name: "sticky-cookie" }, { name: "redis-sessions" }],
  files: [],
};

const recordFiles = (): NamedText[] =>
  sampleRecords().map((record, at) => ({ name: `results/records/${at}.json`, text: JSON.stringify(record) }));

const folder = (): NamedText[] => [
  ...recordFiles(),
  { name: "results/manifest.json", text: JSON.stringify(manifest) },
  { name: "results/scenario.yaml", text: sampleText },
];

const reasonOf = (files: readonly NamedText[]): string => {
  const loaded = loadFiles(files);
  return loaded.ok ? "" : loaded.reason;
};

test("a results folder is folded with what its manifest and scenario say", () => {
  const loaded = loadFiles(folder());
  if (!loaded.ok) throw new Error(loaded.reason);
  expect(loaded.data.reference).toBe("source-hash");
  expect(loaded.data.scenario.question).toBe("What does a crash cost?");
  expect(loaded.data.strategies.map(({ name }) => name)).toEqual(["source-hash", "sticky-cookie", "redis-sessions"]);
  expect(loaded.data.expectations).toHaveLength(1);
});

test("records alone are enough for a comparison, without the question", () => {
  const loaded = loadFiles(recordFiles());
  if (!loaded.ok) throw new Error(loaded.reason);
  expect(loaded.data.runs).toBe(2);
  expect(loaded.data.scenario.question).toBeNull();
});

test("a report is read back as it was written", () => {
  const template = '<html><script id="evenkeel-data" type="application/json"></script></html>';
  const data = { ...sampleData(), headline: "a </script> in the text" };
  expect(loadFiles([{ name: "report.html", text: htmlReport(template, data) }])).toEqual({ ok: true, data });
});

test("records of different scenarios are refused, and both are named", () => {
  const [first, ...rest] = sampleRecords();
  const other = { ...first, scenario: { name: "another", hash: "ffff" } };
  const files = [other, ...rest].map((record, at) => ({ name: `${at}.json`, text: JSON.stringify(record) }));
  const reason = reasonOf(files);
  expect(reason).toContain("another (ffff)");
  expect(reason).toContain("sample (");
});

test("a missing record is named by strategy and seed", () => {
  const reason = reasonOf(recordFiles().slice(1));
  expect(reason).toContain("no record of sticky-cookie with seed 1");
});

test("records of another schema are refused with both versions", () => {
  const files = sampleRecords().map((record, at) => ({
    name: `${at}.json`,
    text: JSON.stringify({ ...record, schemaVersion: 99 }),
  }));
  expect(reasonOf(files)).toContain("schema version 99");
});

test.each([
  ["results.json", '{"schemaVersion":1,"strategies":[]}'],
  ["broken.json", "{"],
  ["page.html", "<html></html>"],
  ["notes.yaml", "name: x"],
])("%s, which holds no results, is refused with the way out", (name, text) => {
  expect(reasonOf([{ name, text }])).toContain("Drop a results folder");
});
