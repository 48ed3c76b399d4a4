/** The benchmark as a program of node: `dist/bench/bench.js`, and the process in which it measures. */
import { defineConfig } from "vite";

export default defineConfig({
  build: {
    ssr: true,
    outDir: "dist/bench",
    target: "node20",
    rollupOptions: { input: { child: "sim/bench/child.ts" } },
  },
});
