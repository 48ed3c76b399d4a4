/** What was asked: the strategies, their order, the reference and the seeds. Records alone do not tell these. */
import type { RunRecord } from "../sim/record.ts";
import type { DashboardData, StrategyData } from "./dashboard-data.ts";
import type { Expectation } from "./expectations.ts";

export interface Experiment {
  readonly scenario: DashboardData["scenario"];
  /** In the order of reports. */
  readonly strategies: readonly Pick<StrategyData, "name" | "summary" | "parts">[];
  /** The strategy that the others are compared with. */
  readonly reference: string;
  /** Seed of the first run; run i has seed + i. */
  readonly seed: number;
  readonly runs: number;
  readonly expectations: readonly Expectation[];
}

/** What all records of one experiment have in common. */
const sharedBy = (record: RunRecord): string =>
  JSON.stringify([
    record.version,
    record.scenario.name,
    record.scenario.hash,
    record.durationMs,
    record.warmUpMs,
    record.timeline.windowMs,
    record.timeline.windows,
    record.faults,
  ]);

/**
 * The records of `experiment` by strategy, each list in the order of seeds, whatever order they come in.
 *
 * @throws RangeError when one is missing, or when they are not from the same scenario and version.
 */
export function arrange(
  records: readonly RunRecord[],
  experiment: Experiment,
): ReadonlyMap<string, readonly RunRecord[]> {
  const byCell = new Map(records.map((record) => [`${record.seed}/${record.strategy}`, record]));
  const seeds = Array.from({ length: experiment.runs }, (_, run) => experiment.seed + run);
  const arranged = new Map(
    experiment.strategies.map(({ name }) => [
      name,
      seeds.map((seed) => {
        const record = byCell.get(`${seed}/${name}`);
        if (record === undefined) throw new RangeError(`no record of strategy ${name} with seed ${seed}`);
        return record;
      }),
    ]),
  );
  const kinds = new Set([...arranged.values()].flat().map(sharedBy));
  if (kinds.size !== 1) {
    throw new RangeError(
      `expected records of one scenario and one version, got ${kinds.size} kinds: ${[...kinds].join(" ")}`,
    );
  }
  if (!arranged.has(experiment.reference)) {
    throw new RangeError(`the reference ${experiment.reference} is not among the strategies`);
  }
  return arranged;
}
