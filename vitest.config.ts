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

export default defineConfig({
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
