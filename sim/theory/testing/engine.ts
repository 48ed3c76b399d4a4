/**
 * The engine as it is shipped: bundled into one script (of `engine-entry.ts`).
 *
 * The loader of the test runner turns every imported name into a look-up through a getter, which slows the engine's
 * inner loop tenfold; statistics need the millions of requests that this would cost.
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { runInThisContext } from "node:vm";
import { build } from "vite";

type Engine = typeof import("./engine-entry.ts");

async function bundled(): Promise<Engine> {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    root: dirname(fileURLToPath(import.meta.url)),
    build: {
      lib: { entry: "engine-entry.ts", formats: ["iife"], name: "engine" },
      write: false,
      minify: false,
      target: "node20",
    },
  });
  const [chunk] = Array.isArray(result) ? result.flatMap(({ output }) => output) : [];
  if (chunk?.type !== "chunk") throw new Error("the bundler made no script");
  return runInThisContext(`${chunk.code}; engine`, { filename: "engine.js" });
}

export const engine: Engine = await bundled();
