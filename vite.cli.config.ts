/**
 * The command as programs of node: `dist/cli/evenkeel.js` and the file its worker threads load. Everything is bundled but
 * node's own modules and piscina, which loads files beside itself.
 */
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { defineConfig, type Plugin } from "vite";
import { programs } from "./vite.programs.ts";

/** npm makes the command executable when it links it, and not again; every build writes a new file. */
const executable: Plugin = {
  name: "executable",
  writeBundle: ({ dir }) => {
    if (dir !== undefined) chmodSync(join(dir, "evenkeel.js"), 0o755);
  },
};

export default defineConfig({
  plugins: [executable],
  build: {
    ssr: true,
    outDir: "dist/cli",
    target: "node20",
    minify: false,
    rollupOptions: {
      input: { evenkeel: "cli/evenkeel.ts", "cell-worker": "cli/execute/cell-worker.ts" },
      output: programs,
    },
  },
  ssr: { noExternal: true, external: ["piscina"] },
});
