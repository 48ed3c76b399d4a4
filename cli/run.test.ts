import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { strategyPresets } from "../scenarios/index.ts";
import { smallScenario } from "./testing/scenario.ts";
import { evenkeel } from "./testing/world.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-"));
});
afterEach(() => rm(folder, { recursive: true }));

const page = '<script id="evenkeel-data" type="application/json"></script>';
const inline = ["--threads", "1"];
const run = (...words: string[]) => evenkeel(["run", "-", ...inline, ...words], { input: smallScenario, page });

/** Every file below a folder with its bytes. */
async function filesOf(path: string): Promise<Record<string, string>> {
  const names = await readdir(path, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map(async (file) => [file.slice(path.length), await readFile(file, "utf8")]));
  return Object.fromEntries(texts);
}

describe("a run", () => {
  test("prints the verdict first, then a table, then the expectations", async () => {
    const { code, out, err } = await run();
    expect(code).toBe(0);
    expect(out).toMatch(/^small: What does a crash cost\?\n/);
    expect(out.indexOf("redis-sessions loses")).toBeGreaterThan(0);
    expect(out.indexOf("sticky-cookie (ref)")).toBeGreaterThan(out.indexOf("redis-sessions loses"));
    expect(out).toContain("✓ met");
    expect(err).toContain("6 runs, 2 strategies × 3 seeds from 1");
  });

  test("prints one JSON document and nothing else on standard output", async () => {
    const { out, err } = await run("--json", "--quiet");
    const document = JSON.parse(out);
    expect(err).toBe("");
    expect(document).toMatchObject({ schemaVersion: 1, scenario: { name: "small" }, seed: 1, runs: 3 });
    expect(document.strategies.map(({ name }: { name: string }) => name)).toEqual(["sticky-cookie", "redis-sessions"]);
    const { sessionsLost } = document.strategies[0].metrics;
    expect(sessionsLost.perRun).toHaveLength(3);
    expect(sessionsLost.mean).toBeGreaterThan(0);
    expect(document.strategies[0].digest).toMatch(/^[0-9a-f]{16}$/);
  });

  test("gives the same bytes every time", async () => {
    expect(await run("--json")).toEqual(await run("--json"));
  });

  test("gives 10 when an expectation is not met", async () => {
    const input = smallScenario.replace("strategy: redis-sessions, metric", "strategy: sticky-cookie, metric");
    const { code, out } = await evenkeel(["run", "-", ...inline], { input });
    expect(code).toBe(10);
    expect(out).toContain("✗ not met");
  });

  test("takes seeds, runs, strategies and overrides from the command line", async () => {
    const { out } = await run("--json", "--seed", "7", "--runs", "2", "--strategies", "one-backup,sticky-cookie");
    expect(JSON.parse(out)).toMatchObject({ seed: 7, runs: 2, reference: "sticky-cookie" });
    const wider = JSON.parse((await run("--json", "--set", "cluster.servers.count=3")).out);
    expect(wider.scenario.hash).not.toBe(JSON.parse(out).scenario.hash);
    // The override is part of the text: a folder needs no other knowledge of it.
    await run("--set", "cluster.servers.count=3", "--out", folder);
    const again = await evenkeel(["run", join(folder, "scenario.yaml"), "--json", ...inline]);
    expect(JSON.parse(again.out)).toEqual(wider);
  });

  test("takes all: the scenario's own strategies and every preset, each once", async () => {
    const input = smallScenario.replace(
      "[sticky-cookie,",
      "[{ name: mine, extends: sticky-cookie, balancing: random },",
    );
    const asked = async (names: string, given = input) => {
      const words = ["run", "-", ...inline, "--json", "--quiet", "--runs", "1", "--strategies", names];
      const { out } = await evenkeel(words, { input: given });
      return JSON.parse(out).strategies.map(({ name }: { name: string }) => name);
    };
    const presets = strategyPresets.map(({ name }) => name).filter((name) => name !== "redis-sessions");
    expect(await asked("all")).toEqual(["mine", "redis-sessions", ...presets]);
    expect(await asked("one-backup,all")).toEqual([
      "one-backup",
      "mine",
      "redis-sessions",
      ...presets.filter((name) => name !== "one-backup"),
    ]);
    expect(await asked("all", input.replace("name: mine", "name: all"))).toEqual(["all"]);
  });

  test("colours on demand only, and says the same without", async () => {
    const plain = (await run()).out;
    const coloured = (await run("--color", "always")).out;
    expect(plain).not.toContain("\u001b");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for.
    expect(coloured.replaceAll(/\u001b\[\d+m/g, "")).toBe(plain);
    expect(coloured).toContain("\u001b[");
    const asked = async (environment: Record<string, string>, terminal: boolean) =>
      (await evenkeel(["run", "-", ...inline], { input: smallScenario, environment, terminal })).out.includes("\u001b");
    expect(await asked({}, true)).toBe(true);
    expect(await asked({ NO_COLOR: "1" }, true)).toBe(false);
    expect(await asked({ TERM: "dumb" }, true)).toBe(false);
    expect(await asked({ FORCE_COLOR: "1" }, false)).toBe(true);
  });
});

test("compare shows differences to the reference, and which it is", async () => {
  const { out } = await evenkeel(["compare", "-", ...inline, "--reference", "redis-sessions"], {
    input: smallScenario,
  });
  expect(out).toContain("redis-sessions (ref)");
  expect(out).toMatch(/^ {2}difference .*worse/m);
});

describe("a results folder", () => {
  test("holds every format, and can be made again from its records", async () => {
    const { err } = await run("--out", folder);
    expect(err).toContain("report.html");
    const first = await filesOf(folder);
    expect(Object.keys(first).filter((name) => name.startsWith("/records/"))).toHaveLength(6);
    const manifest = JSON.parse(first["/manifest.json"] ?? "");
    for (const { name } of manifest.files)
      await rm(join(folder, name === "scenario.yaml" ? "results.json" : name), { force: true });
    expect((await evenkeel(["report", folder], { page })).code).toBe(0);
    expect(await filesOf(folder)).toEqual(first);
  });

  test("does not depend on what was made when: an interrupted run goes on where it stopped", async () => {
    const other = join(folder, "other");
    const target = join(folder, "target");
    await run("--out", other);
    let watch: NodeJS.Timeout | undefined;
    const interrupted = await evenkeel(["run", "-", ...inline, "--out", target], {
      input: smallScenario,
      page,
      interruptible: (interrupt) => {
        const look = async () => {
          const kept = await readdir(join(target, "records")).catch(() => []);
          if (kept.some((name) => name.endsWith(".json"))) interrupt();
        };
        watch = setInterval(() => void look(), 1);
      },
    });
    clearInterval(watch);
    expect(interrupted.code).toBe(130);
    expect(interrupted.out).toBe("");
    expect(interrupted.err).toMatch(/interrupted: [1-5] of 6 runs are finished/);
    expect(Object.keys(await filesOf(target)).every((name) => name.startsWith("/records/"))).toBe(true);
    const gone = await run("--out", target);
    expect(gone.code).toBe(0);
    expect(await filesOf(target)).toEqual(await filesOf(other));
  });

  test("makes a record again that is damaged, but does not report from it", async () => {
    await run("--out", folder);
    const before = await filesOf(folder);
    const [name = ""] = Object.keys(before).filter((file) => file.startsWith("/records/"));
    await writeFile(join(folder, name), (before[name] ?? "").slice(0, 500));
    const { code, err } = await evenkeel(["report", folder], { page });
    expect(code).toBe(65);
    expect(err).toContain("is damaged or of another version");
    await run("--out", folder);
    expect(await filesOf(folder)).toEqual(before);
  });

  test("is refused when its scenario is not that of its records", async () => {
    await run("--out", folder);
    await writeFile(join(folder, "scenario.yaml"), smallScenario.replace("4/s", "5/s"));
    const { code, err } = await evenkeel(["report", folder]);
    expect(code).toBe(65);
    expect(err).toContain("is not the scenario of the records");
  });

  test("names the file that cannot be written, and leaves no half of it", async () => {
    await mkdir(join(folder, "summary.csv"));
    const { code, out, err } = await run("--quiet", "--out", folder);
    expect([code, out]).toEqual([65, ""]);
    expect(err).toBe(`cannot write ${join(folder, "summary.csv")}: it is a folder; give another folder with --out\n`);
    expect(Object.keys(await filesOf(folder)).filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  test("says so when the page is not built", async () => {
    const { code, err } = await evenkeel(["run", "-", ...inline, "--quiet", "--out", folder], { input: smallScenario });
    expect(code).toBe(0);
    expect(err).toContain("report.html was not written: the page is not built");
  });
});
