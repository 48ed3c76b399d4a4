/** The worker thread's side: one cell in, its record out. */
import type { RunRecord } from "../../sim/record.ts";
import { OwnFault } from "../own/fault.ts";
import type { Cell } from "./cell.ts";
import { runCell } from "./run-cell.ts";

export interface CellTask {
  readonly cell: Cell;
  readonly index: number;
  /** One float per cell: the share that is done. */
  readonly shared: SharedArrayBuffer;
}

/** A mistake of the user's is an answer too: an error would lose its kind on the way. */
export type CellAnswer = { readonly record: RunRecord } | { readonly mistake: string };

export default async function work({ cell, index, shared }: CellTask): Promise<CellAnswer> {
  const fractions = new Float64Array(shared);
  try {
    const record = await runCell(cell, async (doneFraction) => {
      fractions[index] = doneFraction;
    });
    return { record };
  } catch (error) {
    if (!(error instanceof OwnFault)) throw error;
    return { mistake: error.message };
  }
}
