import Piscina from "piscina";
import type { RunRecord } from "../../sim/record.ts";
import { OwnFault } from "../own/fault.ts";
import type { CellAnswer, CellTask } from "./cell-worker.ts";
import type { Executor } from "./executor.ts";

/** Built beside the command's own file. */
const workerFile = new URL("./cell-worker.js", import.meta.url).href;
const PROGRESS_EVERY_MS = 200;

/** Cells on `threads` worker threads. Interrupting ends the threads where they are. */
export const runOnThreads =
  (threads: number): Executor =>
  async (cells, { done, progress, signal }) => {
    const pool = new Piscina<CellTask, CellAnswer>({ filename: workerFile, minThreads: threads, maxThreads: threads });
    const shared = new SharedArrayBuffer(cells.length * Float64Array.BYTES_PER_ELEMENT);
    const fractions = new Float64Array(shared);
    const timer = setInterval(() => {
      for (const [index, fraction] of fractions.entries()) progress(index, fraction);
    }, PROGRESS_EVERY_MS);
    const interrupted = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
    const recordOf = (answer: CellAnswer): RunRecord => {
      if ("record" in answer) return answer.record;
      throw new OwnFault(answer.mistake);
    };
    const all = Promise.all(
      cells.map(async (cell, index) => done(index, recordOf(await pool.run({ cell, index, shared })))),
    );
    // Whichever of the two comes second is no news.
    all.catch(() => undefined);
    interrupted.catch(() => undefined);
    try {
      signal.throwIfAborted();
      await Promise.race([all, interrupted]);
    } finally {
      clearInterval(timer);
      await pool.destroy();
    }
  };
