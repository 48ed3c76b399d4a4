/**
 * The engine as it is shipped: bundled into one module (of `engine-entry.ts`).
 *
 * The loader of the test runner turns every imported name into a look-up through a getter, which slows the engine's
 * inner loop tenfold; statistics need the millions of requests that this would cost.
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

type Engine = typeof import("./engine-entry.ts");

const folder = dirname(fileURLToPath(import.meta.url));

async function bundled(): Promise<Engine> {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    root: folder,
    // As for a browser: such a module stands alone, and can be taken from memory.
    build: { lib: { entry: "engine-entry.ts", formats: ["es"] }, write: false, minify: false, target: "node20" },
  });
  const [chunk] = Array.isArray(result) ? result.flatMap(({ output }) => output) : [];
  if (chunk?.type !== "chunk") throw new Error("the bundler made no module");
  // With a name of its own, or a stack would show all of the module as an address.
  const base64 = Buffer.from(`${chunk.code}\n//# sourceURL=sim.js`).toString("base64");
  return await import(/* @vite-ignore */ `data:text/javascript;base64,${base64}`);
}

export const engine: Engine = await bundled();
