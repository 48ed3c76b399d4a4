/**
 * The built command on other versions of Node, fetched as npm package `node`: the same bytes from each. Runs only when
 * asked, because it downloads: `npm run test:nodes`.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** Major versions, separated by commas. */
const asked = process.env["NODE_VERSIONS"]?.split(",") ?? [];
const scenarios = ["checkout-crash", "flash-crowd", "mobile-users", "access-log-replay"];
const program = fileURLToPath(new URL("../dist/cli/evenkeel.js", import.meta.url));
const run = promisify(execFile);

describe.skipIf(asked.length === 0)("the built command, as the version of Node that runs this test has it", () => {
  let folder = "";
  const expected = new Map<string, string>();
  const outputOf = async (node: string, scenario: string) =>
    (await run(node, [program, "run", scenario, "--runs", "2", "--quiet", "--json"])).stdout;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nodes-"));
    for (const scenario of scenarios) expected.set(scenario, await outputOf(process.execPath, scenario));
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true }));

  it.each(asked)(
    "prints the same bytes on Node %s",
    async (version) => {
      const home = join(folder, version);
      await run("npm", ["install", "--no-audit", "--no-fund", "--prefix", home, `node@${version}`]);
      const node = join(home, "node_modules", "node", "bin", "node");
      expect((await run(node, ["--version"])).stdout).toMatch(new RegExp(`^v${version}\\.`));
      for (const scenario of scenarios) expect(await outputOf(node, scenario)).toBe(expected.get(scenario));
    },
    300_000,
  );
});
