import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { smallScenario } from "../testing/scenario.ts";
import { evenkeel } from "../testing/world.ts";

/** Enough decisions for several windows of the digest before the crash. */
const busyScenario = smallScenario.replace("4/s", "20/s");
let folder = "";
const at = (name: string) => join(folder, name);
const run = (name: string, ...words: string[]) =>
  evenkeel(["run", "-", "--threads", "1", "--quiet", "--out", at(name), ...words], {
    input: busyScenario,
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-diff-"));
  await run("before");
  await run("after", "--runs", "2");
  await run("changed", "--set", "faults.0.at=21s");
  await run("elsewhere", "--seed", "99");
});
afterAll(() => rm(folder, { recursive: true }));

describe("diff", () => {
  test("finds nothing between runs that decide the same, seed by seed", async () => {
    const { code, out, err } = await evenkeel(["diff", at("before"), at("after")]);
    expect([code, err]).toEqual([0, ""]);
    const lines = out.trimEnd().split("\n");
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line).toMatch(/, seed [12]: the same [\d,]+ decisions$/);
  });

  test("finds the window in which a changed scenario first decides otherwise", async () => {
    const { out, err } = await evenkeel(["diff", at("before"), at("changed"), "--json"]);
    const { runs } = JSON.parse(out);
    expect(err).toBe("");
    for (const { divergence, decisions } of runs) {
      // Both sides agree until the fault at 20 s of 40 s.
      expect(divergence.from).toBeGreaterThan(0);
      expect(divergence.to).toBeLessThanOrEqual(Math.max(...decisions));
    }
    expect((await evenkeel(["diff", at("before"), at("changed")])).err).toContain("are of different scenarios");
  });

  test("compares one strategy with another", async () => {
    const words = ["diff", at("before"), at("before"), "--strategies", "sticky-cookie,redis-sessions"];
    expect((await evenkeel(words)).out).toContain("sticky-cookie and redis-sessions, seed 1: the first difference");
  });

  test("says so when there is nothing to compare", async () => {
    expect(await evenkeel(["diff", at("before"), at("elsewhere")])).toMatchObject({
      code: 65,
      err: expect.stringContaining("no seed in common"),
    });
    const words = ["diff", at("before"), at("before"), "--strategies", "stiky-cookie,redis-sessions"];
    expect(await evenkeel(words)).toMatchObject({
      code: 64,
      err: expect.stringContaining('did you mean "sticky-cookie"?'),
    });
  });
});
