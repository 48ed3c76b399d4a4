/** The recorded traces, read for tests. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Trace } from "../trace.ts";

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), "golden");

/** The names of a product's files, in order. */
export function filesOf(product: string): readonly string[] {
  return readdirSync(join(folder, product))
    .filter((name) => name.endsWith(".json"))
    .sort();
}

export function traceOf(product: string, file: string): Trace {
  return JSON.parse(readFileSync(join(folder, product, file), "utf8")) as Trace;
}
