/** From a checked file to what a run needs. Nothing is checked here, and nothing is defaulted after it. */
import type { Scenario, Strategy } from "../../sim/scenario.ts";
import { hashOf } from "../hash.ts";
import type { OwnNames } from "../own-names.ts";
import type { Expectation } from "../schema/expectation.ts";
import type { ScenarioFile, subjects } from "../schema/index.ts";
import { clusterOf } from "./cluster.ts";
import { faultsOf } from "./faults.ts";
import { populationOf } from "./population.ts";
import { sessionRulesOf } from "./sessions.ts";
import { strategyOf } from "./strategy.ts";

/** A log that a population replays instead of drawing its arrivals. */
export interface Replay {
  /** Index into the model's populations. */
  readonly population: number;
  /** As written in the file, relative to it; a bundled scenario's is the name of a bundled log. */
  readonly path: string;
  /** Simulated time for one unit of the log's time: 0.1 replays ten times as fast. */
  readonly timeScale: number;
  /** Silence of a client, in the log's own time, after which its next request begins a new session. */
  readonly sessionGapMs: number;
}

export interface LoadedScenario {
  readonly name: string;
  readonly question: string | null;
  /** The answer that its run gives, in a sentence. */
  readonly claim: string | null;
  readonly subject: (typeof subjects)[number] | null;
  /**
   * 16 hexadecimal digits over all that can change a number: the model, the strategies' parts and knobs, what is
   * replayed and how. Order of keys and of strategies, comments and prose do not count.
   */
  readonly hash: string;
  readonly model: Scenario;
  readonly strategies: readonly Strategy[];
  /** The strategy that the others are compared with. */
  readonly reference: string;
  /** Runs of each strategy, with the seeds seed, seed + 1, … */
  readonly runs: number;
  readonly seed: number;
  readonly expectations: readonly Expectation[];
  readonly replays: readonly Replay[];
  /** The file as it was given. */
  readonly text: string;
}

/** Steps that a person would choose for an axis of time, in ms. */
const windowSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500]
  .concat([1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1_000))
  .concat([1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000))
  .concat([1, 2, 4, 6, 12, 24].map((hours) => hours * 3_600_000));

/** The smallest sensible width of which at most 120 cover the run. */
export function defaultWindowMs(durationMs: number): number {
  const least = durationMs / 120;
  return windowSteps.find((step) => step >= least) ?? 86_400_000 * Math.ceil(least / 86_400_000);
}

/** @param own parts beside the catalogue's */
export function resolve(file: ScenarioFile, text: string, own?: OwnNames): LoadedScenario {
  const cluster = clusterOf(file.cluster);
  const populations = Object.entries(file.workload);
  const model: Scenario = {
    name: file.name,
    durationMs: file.duration,
    warmUpMs: file.warmUp,
    windowMs: file.window ?? defaultWindowMs(file.duration),
    populations: populations.map(([name, population]) => populationOf(name, population)),
    cluster,
    sessions: sessionRulesOf(file.sessions),
    faults: file.faults.flatMap((fault) => faultsOf(fault, cluster)),
  };
  const replays = populations.flatMap(([, { arrivals }], population): Replay[] => {
    if (arrivals.process !== "replay") return [];
    const { log, timeScale, sessionGap } = arrivals;
    return [{ population, path: log, timeScale, sessionGapMs: sessionGap }];
  });
  const strategies = file.strategies.map((strategy) => strategyOf(strategy, own));
  return {
    name: file.name,
    question: file.question ?? null,
    claim: file.claim ?? null,
    subject: file.subject ?? null,
    hash: hashOf({ model, replays, strategies: strategies.toSorted((a, b) => (a.name < b.name ? -1 : 1)) }),
    model,
    strategies,
    reference: file.reference ?? strategies[0]?.name ?? "",
    runs: file.runs,
    seed: file.seed,
    expectations: file.expect,
    replays,
    text,
  };
}
