/** What the page and the engine's worker say to each other: one run in, progress and one record out. */
import type { RunInput, RunRecord } from "../../sim/index.ts";

export type FromPage = RunInput;

export type FromWorker =
  | { readonly kind: "progress"; readonly doneFraction: number }
  | { readonly kind: "record"; readonly record: RunRecord }
  | { readonly kind: "failed"; readonly message: string };
