/** The benchmark as programs of node: `dist/bench/bench.js`, and the one in which each system is measured. */
import { defineConfig } from "vite";
import { programs } from "./vite.programs.ts";

export default defineConfig({
  build: {
    ssr: true,
    outDir: "dist/bench",
    target: "node20",
    minify: false,
    rollupOptions: {
      input: { bench: "sim/bench/bench.ts", child: "sim/bench/child.ts" },
      output: programs,
    },
  },
});
