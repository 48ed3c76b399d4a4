import { setImmediate } from "node:timers/promises";
import type { Executor } from "./executor.ts";
import { runCell } from "./run-cell.ts";

/** All cells in this thread, one after the other. */
export const runInline: Executor = async (cells, { done, progress, signal }) => {
  for (const [index, cell] of cells.entries()) {
    const record = await runCell(cell, async (doneFraction) => {
      progress(index, doneFraction);
      // Lets timers and Ctrl-C in.
      await setImmediate();
      signal.throwIfAborted();
    });
    await done(index, record);
    signal.throwIfAborted();
  }
};
