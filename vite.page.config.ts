import { defineConfig } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";

/** The page as one file that opens from a disk: code, styles and the engine's worker are all inside it. */
export default defineConfig({
  root: "viz",
  plugins: [viteSingleFile()],
  // Its main build wants node's Buffer.
  resolve: { alias: { "csv-stringify/sync": "csv-stringify/browser/esm/sync" } },
  build: { outDir: "../dist/page", emptyOutDir: true, target: "es2023" },
  worker: { format: "iife" },
});
