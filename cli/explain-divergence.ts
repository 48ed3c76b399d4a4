/** Two results run again as far as the window in which they part, to find the first decision that differs. */
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { agrees, type Divergence } from "../reports/divergence.ts";
import { CONTEXT, type FirstDifference, firstDifference } from "../reports/divergence-decision.ts";
import { SCENARIO_FILE } from "../reports/manifest.ts";
import { VERSION } from "../sim/index.ts";
import type { RunRecord } from "../sim/record.ts";
import type { Compared } from "./compare-decisions.ts";
import { UserError } from "./errors.ts";
import type { Cell } from "./execute/cell.ts";
import type { ReplaySource } from "./execute/replay.ts";
import { type DecisionsMade, runDecisions } from "./execute/run-cell.ts";
import type { Progress } from "./progress.ts";
import { findReplay } from "./replay-source.ts";
import { recordFile } from "./results-folder.ts";
import { safeText } from "./safe-text.ts";
import type { SavedResults } from "./saved-results.ts";

/** One of the two that are compared. */
export interface Side {
  readonly folder: string;
  readonly results: SavedResults;
  /** Of those that its records may have replayed, the ones that are there. */
  readonly logs: readonly ReplaySource[];
}

export interface Explained extends Compared {
  /** null where there is none, and where it cannot be found. */
  readonly first: FirstDifference | null;
  /** Why it cannot be found; null otherwise. */
  readonly whyUnknown: string | null;
}

export interface ExplainOptions {
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** A run that cannot be made again; its message says why. */
class Unrepeatable extends Error {}

/**
 * The logs that a folder's records may have replayed: where its scenario's path leads from the folder, and from where this
 * command runs. Reads them whole.
 */
async function logsOf(folder: string, { plan }: SavedResults): Promise<readonly ReplaySource[]> {
  const logs: ReplaySource[] = [];
  for (const place of [folder, "."]) {
    try {
      const found = await findReplay(plan.scenario, { fileName: join(place, SCENARIO_FILE), text: "", bundled: false });
      if (found !== null) logs.push(found.source);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  return logs;
}

/** What it takes to make the runs of a folder again. */
export const sideOf = async (folder: string, results: SavedResults): Promise<Side> => ({
  folder,
  results,
  logs: await logsOf(folder, results),
});

/** @throws Unrepeatable when the log of a record is not to be found. */
function replayOf({ folder, results, logs }: Side, cell: Cell, file: string): ReplaySource | null {
  const [replay] = results.plan.scenario.replays;
  if (replay === undefined) return null;
  // A record is named by the bytes of its log too.
  const log = logs.find((candidate) => recordFile({ ...cell, replay: candidate }) === file);
  if (log !== undefined) return log;
  const path = `${safeText(replay.path)}, which ${safeText(folder)} replays,`;
  throw new Unrepeatable(
    logs.length > 0
      ? `${path} is not the log it was`
      : `${path} leads to no log from that folder nor from this one; give the command where it does`,
  );
}

function checkVersion(side: Side, { version }: RunRecord): void {
  if (version === VERSION) return;
  throw new Unrepeatable(
    `${safeText(side.folder)} is of version ${safeText(version)} and this is version ${VERSION}, ` +
      "which may decide otherwise; run both again with one version",
  );
}

/** The decisions of one side around the window. @throws Unrepeatable when they are not those of the record. */
async function decisionsOf(
  side: Side,
  chosen: { readonly strategy: string; readonly seed: number },
  { from, to }: Divergence,
  between: (doneFraction: number) => Promise<void>,
): Promise<DecisionsMade["decisions"]> {
  const { plan, records, files } = side.results;
  const at = plan.cells.findIndex(({ strategy, seed }) => strategy.name === chosen.strategy && seed === chosen.seed);
  const [cell, record, file] = [plan.cells[at]!, records[at]!, files[at]!];
  checkVersion(side, record);
  const replay = replayOf(side, cell, file);
  const range = { from: Math.max(0, from - CONTEXT), to };
  const { decisions, digest } = await runDecisions({ ...cell, replay }, range, between);
  if (agrees(record.digest, digest, Math.min(to, record.digest.decisions))) return decisions;
  throw new Unrepeatable(
    `made again, ${chosen.strategy} with seed ${chosen.seed} of ${safeText(side.folder)} decides otherwise than its ` +
      "record says: the record was edited, or is of another build of this version; run it again into a new folder",
  );
}

async function firstOf(
  { a, b, seed }: Compared,
  divergence: Divergence,
  sides: readonly [Side, Side],
  between: (doneFraction: number) => Promise<void>,
): Promise<FirstDifference> {
  const ofA = await decisionsOf(sides[0], { strategy: a, seed }, divergence, (done) => between(done / 2));
  const ofB = await decisionsOf(sides[1], { strategy: b, seed }, divergence, (done) => between((1 + done) / 2));
  const first = firstDifference(ofA, ofB);
  if (first !== null) return first;
  throw new Error(`digests of ${a} and ${b}, seed ${seed}, differ in a window in which all decisions are the same`);
}

/**
 * Makes the runs that part again, one after the other, each until shortly after the window.
 *
 * @throws the signal's reason when it ends this early
 */
export async function explainDivergences(
  compared: readonly Compared[],
  sides: readonly [Side, Side],
  { progress, signal }: ExplainOptions,
): Promise<readonly Explained[]> {
  const explained: Explained[] = [];
  progress.start(compared.length, 0);
  try {
    for (const [at, pair] of compared.entries()) {
      const between = async (doneFraction: number): Promise<void> => {
        progress.cell(at, doneFraction);
        // Lets timers and Ctrl-C in.
        await setImmediate();
        signal.throwIfAborted();
      };
      explained.push(await explain(pair, sides, between));
      progress.cell(at, 1);
    }
  } finally {
    progress.stop();
  }
  return explained;
}

async function explain(
  pair: Compared,
  sides: readonly [Side, Side],
  between: (doneFraction: number) => Promise<void>,
): Promise<Explained> {
  if (pair.divergence === null) return { ...pair, first: null, whyUnknown: null };
  try {
    return { ...pair, first: await firstOf(pair, pair.divergence, sides, between), whyUnknown: null };
  } catch (error) {
    if (!(error instanceof Unrepeatable)) throw error;
    return { ...pair, first: null, whyUnknown: error.message };
  }
}
