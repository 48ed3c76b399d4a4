import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Decision, VERSION } from "../../sim/index.ts";
import { runDecisions } from "../execute/run-cell.ts";
import { preparePlan } from "../prepare-plan.ts";
import { smallScenario } from "../testing/scenario.ts";
import { evenkeel, worldFor } from "../testing/world.ts";

/** Enough decisions for several windows of the digest before the crash at 20 s. */
const busyScenario = smallScenario.replace("4/s", "20/s");
const home = process.cwd();
let folder = "";
const at = (name: string) => join(folder, name);
const run = (name: string, ...words: string[]) =>
  evenkeel(["run", "-", "--threads", "1", "--quiet", "--out", at(name), ...words], { input: busyScenario });
const diff = (...words: string[]) => evenkeel(["diff", ...words]);
const runsOf = async (...words: string[]) => JSON.parse((await diff(...words, "--json")).out).runs;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-diff-"));
  await run("before");
  await run("after", "--runs", "2");
  await run("changed", "--set", "faults.0.at=21s");
  await run("elsewhere", "--seed", "99");
});
afterEach(() => process.chdir(home));
afterAll(() => rm(folder, { recursive: true }));

/** The first two decisions that are not the same, found the plain way: all decisions of both runs, one by one. */
async function firstThatDiffer(
  a: { readonly scenario: string; readonly strategy: string },
  b: { readonly scenario: string; readonly strategy: string },
  seed: number,
): Promise<readonly (Decision | undefined)[]> {
  const [ofA, ofB] = await Promise.all(
    [a, b].map(async ({ scenario, strategy }) => {
      const options = { strategies: [strategy], seed, runs: 1, quiet: true } as const;
      const { cells } = await preparePlan(scenario, options, worldFor());
      const { decisions } = await runDecisions(cells[0]!, { from: 0, to: Infinity }, async () => undefined);
      return decisions;
    }),
  );
  for (let index = 0; ; index++) {
    const pair = [ofA?.[index], ofB?.[index]];
    if (JSON.stringify(pair[0]) !== JSON.stringify(pair[1])) return pair;
  }
}

/** Rewrites every record of a results folder. */
async function edit(name: string, change: (text: string) => string): Promise<void> {
  for (const file of await readdir(join(at(name), "records"))) {
    const path = join(at(name), "records", file);
    await writeFile(path, change(await readFile(path, "utf8")));
  }
}

describe("diff", () => {
  test("finds nothing between runs that decide the same, seed by seed", async () => {
    const { code, out, err } = await diff(at("before"), at("after"));
    expect([code, err]).toEqual([0, ""]);
    const lines = out.trimEnd().split("\n");
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line).toMatch(/, seed [12]: the same [\d,]+ decisions$/);
    for (const { divergence, first, whyUnknown } of await runsOf(at("before"), at("after"))) {
      expect([divergence, first, whyUnknown]).toEqual([null, null, null]);
    }
  });

  test("finds the first decision that a knob turned late changes, behind all that it does not", async () => {
    const runs = await runsOf(at("before"), at("changed"));
    expect(runs).toHaveLength(6);
    for (const { a, seed, divergence, first } of runs) {
      const scenarios = [at("before"), at("changed")].map((name) => join(name, "scenario.yaml"));
      const [ofA, ofB] = scenarios.map((scenario) => ({ scenario, strategy: a }));
      expect([first.a, first.b]).toEqual(await firstThatDiffer(ofA!, ofB!, seed));
      expect(first.a.index).toBeGreaterThanOrEqual(divergence.from);
      expect(first.a.index).toBeLessThan(divergence.to);
      // Both sides agree until the fault at 20 s of 40 s.
      expect(divergence.from).toBeGreaterThan(0);
      expect(first.a.atMs).toBeGreaterThanOrEqual(20_000);
      expect(first.before.map((pair: { a: Decision }) => pair.a.index)).toEqual([first.a.index - 2, first.a.index - 1]);
      for (const pair of first.before) expect(pair.b).toEqual(pair.a);
    }
  });

  test("shows it with what was equal before, and why each side decided so", async () => {
    const { code, out, err } = await diff(at("before"), at("changed"));
    expect(code).toBe(0);
    expect(err).toContain("are of different scenarios");
    const [head = "", columns = "", ...rows] = out.split("\n");
    expect(head).toMatch(/^sticky-cookie, seed 1: the first difference is decision [\d,]+ \(of [\d,]+ and [\d,]+\)$/);
    expect(columns.trim().split(/ {2,}/)).toEqual([
      "decision",
      "at, ms",
      "server",
      "reason",
      "visit",
      "request",
      "attempt",
      "balancer",
    ]);
    expect(rows.slice(0, 4).map((row) => row.trim().split(" ")[0])).toEqual(["both", "both", "A", "B"]);
    expect(rows[4]).toMatch(/^ {2}They differ in /);
    for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  test("compares one strategy with another, of a bundled scenario that replays a log", async () => {
    const target = at("bundled");
    await evenkeel(["run", "access-log-replay", "--threads", "1", "--quiet", "--out", target]);
    const words = [target, target, "--strategies", "sticky-cookie,redis-sessions"];
    expect((await diff(...words)).out).toMatch(
      /^sticky-cookie \(A\) and redis-sessions \(B\), seed 1: the first difference is decision /,
    );
    const [{ first }] = await runsOf(...words);
    const [a, b] = ["sticky-cookie", "redis-sessions"].map((strategy) => ({ scenario: "access-log-replay", strategy }));
    expect([first.a, first.b]).toEqual(await firstThatDiffer(a!, b!, 1));
  });

  test("says so when there is nothing to compare", async () => {
    expect(await diff(at("before"), at("elsewhere"))).toMatchObject({
      code: 65,
      err: expect.stringContaining("no seed in common"),
    });
    expect(await diff(at("before"), at("before"), "--strategies", "stiky-cookie,redis-sessions")).toMatchObject({
      code: 64,
      err: expect.stringContaining('did you mean "sticky-cookie"?'),
    });
  });

  test("ends with 130 and without a result when interrupted", async () => {
    const interrupted = await evenkeel(["diff", at("before"), at("changed")], { interruptible: (pull) => pull() });
    expect(interrupted).toMatchObject({ code: 130, out: "" });
    expect(interrupted.err).toMatch(/^interrupted: /);
  });
});

describe("diff names the window alone, and why,", () => {
  const expectWindow = async (words: readonly string[], reason: string): Promise<void> => {
    const { code, out } = await diff(...words);
    expect(code).toBe(0);
    expect(out).toMatch(/: the first difference is among decisions [\d,]+ to [\d,]+ \(of /);
    expect(out.replaceAll(/\n +/g, " ")).toContain(reason);
    const [{ first, divergence, whyUnknown }] = await runsOf(...words);
    expect(first).toBeNull();
    expect(divergence.to).toBeGreaterThan(divergence.from);
    expect(whyUnknown).toContain(reason);
  };

  test("when the records are of another version", async () => {
    await run("older", "--runs", "1", "--set", "faults.0.at=21s");
    await edit("older", (text) => text.replace(`"version":"${VERSION}"`, '"version":"0.0.9"'));
    await expectWindow([at("before"), at("older")], `is of version 0.0.9 and this is version ${VERSION}`);
    await expectWindow([at("older"), at("before")], `is of version 0.0.9 and this is version ${VERSION}`);
  });

  test("when a run that is made again decides otherwise than its record says", async () => {
    await run("edited", "--runs", "1");
    // Another digit at the end of every hash: all windows differ from those of any run.
    const flipped = (hash: string) => `"${hash.slice(1, -2)}${hash.at(-2) === "0" ? "1" : "0"}"`;
    await edit("edited", (text) =>
      text.replace(/"digest":\{.*?\}/, (digest) => digest.replaceAll(/"[0-9a-f]{16}"/g, flipped)),
    );
    await expectWindow([at("before"), at("edited")], "decides otherwise than its record says");
  });

  test("when the log of a replay is gone, or another; and finds it from where the command runs", async () => {
    const log = (second: number) =>
      `192.0.2.${second % 7} - - [02/Jun/2025:12:00:${String(second % 60).padStart(2, "0")} +0000] "GET / HTTP/1.1" 200 5\n`;
    const text = Array.from({ length: 50 }, (_, second) => log(second)).join("");
    const scenario = busyScenario
      .replace(/arrivals: .*/, "arrivals: { replay: { log: some.log } }")
      .replace(/session: .*/, "session: { size: 2KiB }");
    await writeFile(at("replayed.yaml"), scenario);
    await writeFile(at("some.log"), text);
    await evenkeel(["run", at("replayed.yaml"), "--runs", "1", "--threads", "1", "--quiet", "--out", at("replayed")]);
    const words = [at("replayed"), at("replayed"), "--strategies", "sticky-cookie,redis-sessions"];
    await expectWindow(words, "leads to no log from that folder nor from this one");
    process.chdir(folder);
    expect((await runsOf(...words))[0].first).not.toBeNull();
    await writeFile(at("some.log"), text.slice(text.indexOf("\n") + 1));
    await expectWindow(words, "is not the log it was");
    process.chdir(home);
    await writeFile(join(at("replayed"), "some.log"), text);
    expect((await runsOf(...words))[0].first).not.toBeNull();
  });
});
