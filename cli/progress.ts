/** How far the runs are: one redrawn line on a terminal, nothing in a pipe. */
import cliProgress from "cli-progress";
import type { World } from "./world.ts";

export interface Progress {
  start(runs: number, finished: number): void;
  /** How much of the `at`-th run that has to be made is done, in [0, 1]. */
  cell(at: number, doneFraction: number): void;
  stop(): void;
}

const silent: Progress = { start: () => undefined, cell: () => undefined, stop: () => undefined };

function onTerminal(): Progress {
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    format: "{bar} {percentage} %, {finished} of {runs} runs",
    clearOnComplete: true,
    hideCursor: true,
    // The signal is ours to handle.
    gracefulExit: false,
  });
  const fractions = new Map<number, number>();
  let kept = 0;
  let planned = 0;
  const draw = () => {
    let finished = kept;
    let done = kept;
    for (const fraction of fractions.values()) {
      done += fraction;
      if (fraction === 1) finished++;
    }
    bar.update(done, { finished, runs: planned });
  };
  return {
    start: (runs, finished) => {
      planned = runs;
      kept = finished;
      bar.start(runs, finished, { finished, runs });
    },
    cell: (at, doneFraction) => {
      // A late report of a thread cannot undo a finished run.
      fractions.set(at, Math.max(doneFraction, fractions.get(at) ?? 0));
      draw();
    },
    stop: () => bar.stop(),
  };
}

export const progressOn = (world: World, quiet: boolean): Progress =>
  world.err.isTerminal && !quiet ? onTerminal() : silent;
