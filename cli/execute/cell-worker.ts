/** The worker thread's side: one cell in, its record out. */
import type { RunRecord } from "../../sim/record.ts";
import type { Cell } from "./cell.ts";
import { runCell } from "./run-cell.ts";

export interface CellTask {
  readonly cell: Cell;
  readonly index: number;
  /** One float per cell: the share that is done. */
  readonly shared: SharedArrayBuffer;
}

export default function work({ cell, index, shared }: CellTask): Promise<RunRecord> {
  const fractions = new Float64Array(shared);
  return runCell(cell, async (doneFraction) => {
    fractions[index] = doneFraction;
  });
}
