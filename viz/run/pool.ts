/** Runs on as many workers as the machine has room for. What they make does not depend on how many there are. */
import type { RunInput, RunRecord } from "../../sim/index.ts";
import type { FromPage, FromWorker } from "./protocol.ts";
import EngineWorker from "./worker.ts?worker&inline";

/** More would only take memory from the page. */
const MOST_WORKERS = 4;

export interface PoolHandlers {
  /** Share of all runs that is done, in [0, 1]. */
  readonly onProgress: (doneFraction: number) => void;
  /** Runs complete in any order. */
  readonly onRecord: (record: RunRecord) => void;
  /** After every record. */
  readonly onDone: () => void;
  /** The message is for people; nothing comes after it. */
  readonly onFailed: (message: string) => void;
}

/** Starts at once; the result stops it where it is, and nothing is reported any more. */
export function runAll(cells: readonly RunInput[], handlers: PoolHandlers): () => void {
  const fractions = cells.map(() => 0);
  const workers: Worker[] = [];
  let next = 0;
  let done = 0;
  const stop = (): void => {
    for (const worker of workers.splice(0)) worker.terminate();
  };
  const fail = (message: string): void => {
    stop();
    handlers.onFailed(message);
  };

  function give(worker: Worker): void {
    const index = next++;
    const cell = cells[index];
    if (cell === undefined) return;
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === "failed") return fail(data.message);
      fractions[index] = data.kind === "progress" ? data.doneFraction : 1;
      handlers.onProgress(fractions.reduce((sum, fraction) => sum + fraction, 0) / cells.length);
      if (data.kind === "progress") return;
      done++;
      handlers.onRecord(data.record);
      if (done === cells.length) {
        stop();
        handlers.onDone();
      } else give(worker);
    };
    worker.postMessage(cell satisfies FromPage);
  }

  const count = Math.min(cells.length, MOST_WORKERS, Math.max(1, navigator.hardwareConcurrency || 1));
  for (let started = 0; started < count; started++) {
    const worker = new EngineWorker();
    worker.onerror = ({ message }) => fail(message || "the worker could not be started");
    workers.push(worker);
    give(worker);
  }
  return stop;
}
