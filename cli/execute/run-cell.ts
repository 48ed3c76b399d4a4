/** Makes one run in slices, so that the process stays awake for Ctrl-C and progress. Slices cannot change a result. */
import {
  type Decision,
  type DecisionRange,
  type DecisionSought,
  type Explanation,
  PartError,
  type Progress,
  Simulation,
} from "../../sim/index.ts";
import type { DigestRecord, RunRecord } from "../../sim/record.ts";
import { OwnFault, placeOf } from "../own/fault.ts";
import type { Cell } from "./cell.ts";
import { openReplay } from "./replay.ts";

/** A slice that took longer is halved, one that took less than half as long is doubled. */
const SLICE_MS = 100;

/** Called after each slice with the share of the run that is done; what it throws ends the run. */
type Between = (doneFraction: number) => Promise<void>;

async function inputOf({ scenario, strategy, seed, scenarioHash, own }: Cell) {
  const input = { scenario, strategy, seed, scenarioHash };
  if (own.length === 0) return input;
  // What strips types is a large thing to load, and most runs have no use for it.
  const { definitionOf, joined } = await import("../own/definition.ts");
  return { ...input, own: joined(own.map((source) => definitionOf(source).parts)) };
}

/** What a part of the user's breaks is the user's to hear of, not a defect of the lab. */
function advanced(simulation: Simulation, untilMs: number, { own }: Cell): Progress {
  try {
    return simulation.advance(untilMs);
  } catch (error) {
    const [source] = own;
    if (!(error instanceof PartError) || source === undefined) throw error;
    throw new OwnFault(`${placeOf(source.file, null)}: ${error.message}`);
  }
}

/** Advances to the end, or to the end of the first slice after which `isEnough`. */
async function advance(simulation: Simulation, cell: Cell, isEnough: () => boolean, between: Between): Promise<void> {
  const { durationMs } = cell.scenario;
  const chunks = cell.replay === null ? null : openReplay(cell.replay).chunks;
  let sliceMs = durationMs / 1000;
  let untilMs = sliceMs;
  try {
    for (;;) {
      const startedAt = performance.now();
      const progress = advanced(simulation, untilMs, cell);
      if (progress === "trace") {
        if (chunks === null) throw new Error("the run waits for a trace, but its scenario replays none");
        const next = await chunks.next();
        simulation.feed(next.done === true ? null : next.value);
      }
      if (progress === "done" || isEnough()) return;
      const tookMs = performance.now() - startedAt;
      if (tookMs > SLICE_MS) sliceMs /= 2;
      else if (tookMs < SLICE_MS / 2) sliceMs *= 2;
      untilMs = Math.min(simulation.nowMs + sliceMs, durationMs);
      await between(simulation.nowMs / durationMs);
    }
  } finally {
    await chunks?.return();
  }
}

export async function runCell(cell: Cell, between: Between): Promise<RunRecord> {
  const simulation = new Simulation(await inputOf(cell));
  await advance(simulation, cell, () => false, between);
  return simulation.record();
}

export interface DecisionsMade {
  /** Those of the range, as far as the run has that many. */
  readonly decisions: readonly Decision[];
  /** Of all decisions of the run until it was left. */
  readonly digest: DigestRecord;
}

/** A run made for the sake of some of its decisions; it is left soon after the last of them. */
export async function runDecisions(cell: Cell, range: DecisionRange, between: Between): Promise<DecisionsMade> {
  const simulation = new Simulation({ ...(await inputOf(cell)), decisions: range });
  const { decisions } = simulation;
  await advance(simulation, cell, () => decisions.length === range.to - range.from, between);
  return { decisions, digest: simulation.digest() };
}

export interface Explained {
  /** null when the run makes no such decision. */
  readonly explanation: Explanation | null;
  /** Decisions of the run until it was left; visits of the population, and requests of the visit, that was asked for. */
  readonly decisions: number;
  readonly visits: number;
  readonly requests: number;
}

/** A run made for the sake of one decision; it is left soon after. */
export async function explainDecision(cell: Cell, sought: DecisionSought, between: Between): Promise<Explained> {
  const simulation = new Simulation({ ...(await inputOf(cell)), explain: sought });
  const explainer = simulation.explainer!;
  await advance(simulation, cell, () => explainer.explanation !== null, between);
  return {
    explanation: explainer.explanation,
    decisions: simulation.digest().decisions,
    visits: explainer.visitsSeen,
    requests: explainer.requestsSeen,
  };
}
