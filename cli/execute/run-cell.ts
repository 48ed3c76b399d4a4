/** Makes one run in slices, so that the process stays awake for Ctrl-C and progress. Slices cannot change a result. */
import { Simulation } from "../../sim/index.ts";
import type { RunRecord } from "../../sim/record.ts";
import type { Cell } from "./cell.ts";
import { openReplay } from "./replay.ts";

/** A slice that took longer is halved, one that took less than half as long is doubled. */
const SLICE_MS = 100;

/**
 * @param between called after each slice with the share of the run that is done; what it throws ends the run
 */
export async function runCell(cell: Cell, between: (doneFraction: number) => Promise<void>): Promise<RunRecord> {
  const { scenario, strategy, seed, scenarioHash } = cell;
  const simulation = new Simulation({ scenario, strategy, seed, scenarioHash });
  const chunks = cell.replay === null ? null : openReplay(cell.replay).chunks;
  let sliceMs = scenario.durationMs / 1000;
  let untilMs = sliceMs;
  for (;;) {
    const startedAt = performance.now();
    const progress = simulation.advance(untilMs);
    if (progress === "trace") {
      if (chunks === null) throw new Error("the run waits for a trace, but its scenario replays none");
      const next = await chunks.next();
      simulation.feed(next.done === true ? null : next.value);
    }
    if (progress === "done") {
      await chunks?.return();
      return simulation.record();
    }
    const tookMs = performance.now() - startedAt;
    if (tookMs > SLICE_MS) sliceMs /= 2;
    else if (tookMs < SLICE_MS / 2) sliceMs *= 2;
    untilMs = Math.min(simulation.nowMs + sliceMs, scenario.durationMs);
    await between(simulation.nowMs / scenario.durationMs);
  }
}
