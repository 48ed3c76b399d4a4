import { fileURLToPath } from "node:url";
import { build, type Plugin } from "vite";
import { defineConfig } from "vitest/config";
import type { Reporter } from "vitest/node";

/**
 * Ends the output with `N passed, N failed` on a line of its own, for people who scroll to the end and for machines. A
 * file that could not be loaded counts as a failure; skipped tests stand in the summary above.
 */
const closingLine: Reporter = {
  onTestRunEnd(modules, unhandledErrors) {
    let passed = 0;
    let failed = unhandledErrors.length;
    for (const module of modules) {
      failed += module.errors().length;
      for (const suite of module.children.allSuites()) failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed++;
        if (state === "failed") failed++;
      }
    }
    // Later than the summary of the default reporter, which is written when the run ends.
    process.on("exit", () => process.stdout.write(`${passed} passed, ${failed} failed\n`));
  },
};

const engine = fileURLToPath(new URL("sim/index.ts", import.meta.url));

/**
 * Who imports the engine's public entry gets it in one piece, as it is shipped. Loaded file by file, as vitest does, every
 * constant of another file is looked up anew, and a run takes five to ten times as long.
 */
const engineInOnePiece: Plugin = {
  name: "engine-in-one-piece",
  enforce: "pre",
  async load(id) {
    if (id !== engine) return null;
    const built = await build({
      configFile: false,
      logLevel: "warn",
      build: { ssr: engine, write: false, minify: false, sourcemap: true, target: "node20" },
    });
    if (!("output" in built)) throw new Error("the engine was not built");
    const [{ code, map }] = built.output;
    return { code, map };
  },
};

export default defineConfig({
  plugins: [engineInOnePiece],
  test: {
    include: ["{sim,scenarios,reports,viz,cli}/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    // Long enough for a test on a busy machine; a test that needs a browser sets its own.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    reporters: ["default", closingLine],
  },
});
