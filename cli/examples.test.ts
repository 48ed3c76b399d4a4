/** Every example that help shows is run; one run of each strategy tells whether it works. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smallScenario } from "./testing/scenario.ts";
import { evenkeel } from "./testing/world.ts";

const commands = [
  "",
  "run",
  "compare",
  "dashboard",
  "report",
  "diff",
  "explain",
  "list",
  "describe",
  "init",
  "validate-file",
  "schema",
];
/** Two spaces, the command, and, where two spaces follow, a word on it. */
const example = /^ {2}(evenkeel \S.*?)(?: {2,}.*)?$/gm;
const isRun = (words: readonly string[]): boolean => words[0] === "run" || words[0] === "compare";

let folder = "";
const home = process.cwd();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-examples-"));
  process.chdir(folder);
  for (const name of ["before", "after"]) {
    await evenkeel(["run", "-", "--threads", "1", "--runs", "1", "--out", name], { input: smallScenario });
  }
});
afterAll(async () => {
  process.chdir(home);
  await rm(folder, { recursive: true });
});

test("the examples of help work, in the order in which help shows them", async () => {
  const shown: string[] = [];
  for (const command of commands) {
    const { out } = await evenkeel(command === "" ? ["--help"] : [command, "--help"]);
    shown.push(...[...out.matchAll(example)].map(([, line = ""]) => line));
  }
  const distinct = [...new Set(shown)];
  expect(distinct.length).toBeGreaterThanOrEqual(7);
  for (const line of distinct) {
    const words = line.split(" ").slice(1);
    // Threads need the built program; they change nothing.
    const { code, err } = await evenkeel([
      ...words,
      ...(isRun(words) ? ["--runs", "1", "--threads", "1", "--quiet"] : []),
    ]);
    expect([line, code, err.includes("bug")]).toEqual([line, 0, false]);
  }
}, 60_000);
