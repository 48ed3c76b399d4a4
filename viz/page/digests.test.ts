import { expect, test } from "vitest";
import { sampleData } from "../testing/sample.ts";
import { digestRows, digestVerdict } from "./digests.ts";

test("equal digests are counted against the results given", () => {
  const rows = digestRows(sampleData(), sampleData());
  expect(rows.every(({ verdict }) => verdict === "equal")).toBe(true);
  expect(digestVerdict(rows)).toBe("3 of 3 digests equal those of the results given");
});

test("a differing digest is found", () => {
  const data = sampleData();
  const [first, ...rest] = data.strategies;
  const given = { ...data, strategies: [{ ...first!, digest: "0000000000000000" }, ...rest] };
  expect(digestRows(data, given)[0]?.verdict).toBe("different");
});

test("digests of another scenario, version or seed are not compared", () => {
  const data = sampleData();
  for (const given of [
    { ...data, seed: 7 },
    { ...data, version: "0.0.1" },
    { ...data, scenario: { ...data.scenario, hash: "ffff" } },
    null,
  ]) {
    expect(digestVerdict(digestRows(data, given))).toBe("");
  }
});
