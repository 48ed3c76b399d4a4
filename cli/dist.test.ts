/** The built command as a process: what cannot be seen from inside. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { access, constants, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smallScenario } from "./testing/scenario.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const built = join(root, "dist", "cli-test");
const program = join(built, "evenkeel.js");
let folder = "";
let scenario = "";

beforeAll(async () => {
  await build({ root, configFile: join(root, "vite.cli.config.ts"), logLevel: "warn", build: { outDir: built } });
  folder = await mkdtemp(join(tmpdir(), "evenkeel-dist-"));
  scenario = join(folder, "small.yaml");
  await writeFile(scenario, smallScenario);
});
afterAll(async () => {
  await rm(built, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
});

const evenkeel = (...words: string[]) => promisify(execFile)(process.execPath, [program, ...words]);

async function filesOf(path: string): Promise<Record<string, string>> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file.slice(path.length), await readFile(file, "utf8")] as const)),
  );
}

const ended = (child: ChildProcess): Promise<{ code: number | null; err: string }> =>
  new Promise((resolve) => {
    let err = "";
    child.stderr?.on("data", (chunk) => {
      err += String(chunk);
    });
    child.on("close", (code) => resolve({ code, err }));
  });

test.skipIf(process.platform === "win32")(
  "a build leaves the command executable, however often it is made",
  async () => {
    await expect(access(program, constants.X_OK)).resolves.toBeUndefined();
  },
);

test("it is a program of node that shows its help, from any folder", async () => {
  expect((await readFile(program, "utf8")).split("\n")[0]).toBe("#!/usr/bin/env node");
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, "--help"], { cwd: folder });
  expect(stdout).toContain("Usage: evenkeel");
  expect(stderr).toBe("");
});

test("the number of threads changes no byte, with an algorithm of the user's own too", async () => {
  const own = join(folder, "mine.ts");
  await writeFile(
    own,
    `export default { name: "mine", create: (_knobs: unknown, { fleet, draws }: any) => {
      let decisions = 0;
      return { pick: () => fleet.eligible[draws.at(0, decisions++).below(fleet.eligibleCount)] };
    } };`,
  );
  const folders = await Promise.all(
    ["1", "3"].map(async (threads) => {
      const target = join(folder, `threads-${threads}`);
      await evenkeel("run", scenario, "--quiet", "--threads", threads, "--algorithm", own, "--out", target);
      return filesOf(target);
    }),
  );
  expect(Object.keys(folders[0] ?? {}).length).toBeGreaterThan(10);
  expect(folders[1]).toEqual(folders[0]);
});

test("a mistake in a user's algorithm is told in one line, whichever thread finds it", async () => {
  const own = join(folder, "wrong.ts");
  await writeFile(own, `export default { name: "wrong", create: () => ({ pick: () => 77 }) };`);
  for (const threads of ["1", "2"]) {
    const child = spawn(process.execPath, [
      program,
      "run",
      scenario,
      "--quiet",
      "--threads",
      threads,
      "--algorithm",
      own,
    ]);
    const { code, err } = await ended(child);
    expect(code).toBe(65);
    expect(err).toBe(`${own}: pick returned 77, expected one of fleet.eligible[0 … 1]; a server is its number\n`);
  }
});

test.each(["1", "2"])(
  "Ctrl-C with %s threads ends it at once with 130, and the same command goes on",
  async (threads) => {
    const target = join(folder, `interrupted-${threads}`);
    const words = ["run", scenario, "--threads", threads, "--runs", "60", "--set", "duration=5m", "--out", target];
    await mkdir(join(target, "records"), { recursive: true });
    const kept = async () => (await readdir(join(target, "records"))).filter((name) => name.endsWith(".json")).length;
    const child = spawn(process.execPath, [program, ...words], { stdio: ["ignore", "ignore", "pipe"] });
    const end = ended(child);
    while ((await kept()) === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const pulledAt = performance.now();
    child.kill("SIGINT");
    const { code, err } = await end;
    // A tenth of a second on an idle machine; a busy one gets time, but never what all runs would take.
    expect(performance.now() - pulledAt).toBeLessThan(5000);
    expect(code).toBe(130);
    expect(err).toMatch(/interrupted: \d+ of 120 runs are finished; the finished ones are in /);
    const before = await kept();
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(120);
    await evenkeel(...words.map((word) => (word === "60" ? "2" : word)));
    expect(Object.keys(await filesOf(target)).some((name) => name.endsWith(".partial"))).toBe(false);
  },
);

test("a reader that stops early is no error", async () => {
  const child = spawn("sh", ["-c", `"${process.execPath}" "${program}" list | head -n 1; true`]);
  const { code, err } = await ended(child);
  expect([code, err]).toEqual([0, ""]);
});
