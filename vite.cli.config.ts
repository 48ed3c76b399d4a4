/**
 * The command as programs of node: `dist/cli/evenkeel.js` and the file its worker threads load. Everything is bundled but
 * node's own modules and piscina, which loads files beside itself.
 */
import { defineConfig } from "vite";
import { programs } from "./vite.programs.ts";

export default defineConfig({
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
