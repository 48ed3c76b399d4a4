import type { RunRecord } from "../../sim/record.ts";
import type { Cell } from "./cell.ts";

export interface Hooks {
  /** A cell is complete. Cells complete in any order. */
  readonly done: (index: number, record: RunRecord) => Promise<void>;
  /** How much of a cell is done, in [0, 1]. */
  readonly progress: (index: number, doneFraction: number) => void;
  /** Ends the work within a second; the executor then rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

/** Makes every cell's record. What it makes does not depend on how. */
export type Executor = (cells: readonly Cell[], hooks: Hooks) => Promise<void>;
