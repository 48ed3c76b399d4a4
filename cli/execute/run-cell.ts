/** Makes one run in slices, so that the process stays awake for Ctrl-C and progress. Slices cannot change a result. */
import { Simulation } from "../../sim/index.ts";
import type { RunRecord } from "../../sim/record.ts";
import type { Cell } from "./cell.ts";

/** A slice that took longer is halved, one that took less than half as long is doubled. */
const SLICE_MS = 100;

/**
 * @param between called after each slice with the share of the run that is done; what it throws ends the run
 */
export async function runCell(cell: Cell, between: (doneFraction: number) => Promise<void>): Promise<RunRecord> {
  const { scenario, strategy, seed, scenarioHash } = cell;
  const simulation = new Simulation({ scenario, strategy, seed, scenarioHash });
  let sliceMs = scenario.durationMs / 1000;
  let untilMs = sliceMs;
  for (;;) {
    const startedAt = performance.now();
    if (simulation.advance(untilMs) === "done") return simulation.record();
    const tookMs = performance.now() - startedAt;
    if (tookMs > SLICE_MS) sliceMs /= 2;
    else if (tookMs < SLICE_MS / 2) sliceMs *= 2;
    untilMs = Math.min(simulation.nowMs + sliceMs, scenario.durationMs);
    await between(simulation.nowMs / scenario.durationMs);
  }
}
