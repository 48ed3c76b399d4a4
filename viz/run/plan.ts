/** From a scenario and the reader's choices to the runs to be made and what they are to answer. */
import type { Experiment } from "../../reports/experiment.ts";
import { aboutStrategy, type LoadedScenario, strategyPresets } from "../../scenarios/index.ts";
import { strategyOf } from "../../scenarios/resolve/strategy.ts";
import type { RunInput, Strategy } from "../../sim/index.ts";

export interface Plan {
  readonly experiment: Experiment;
  /** Seed by seed, all strategies of one before the next: a comparison is there after the first seed. */
  readonly cells: readonly RunInput[];
}

/** The scenario's own strategies, then the presets that it does not name. */
export function choosableStrategies(scenario: LoadedScenario): readonly Strategy[] {
  const own = new Set(scenario.strategies.map(({ name }) => name));
  const others = strategyPresets.filter(({ name }) => !own.has(name));
  return [...scenario.strategies, ...others.map((preset) => strategyOf({ name: preset.name, preset }))];
}

/** @param names the strategies to run; null takes the scenario's. Names that nobody has are left out. */
export function planOf(scenario: LoadedScenario, names: readonly string[] | null): Plan {
  const chosen =
    names === null ? scenario.strategies : choosableStrategies(scenario).filter(({ name }) => names.includes(name));
  const strategies = chosen.length === 0 ? scenario.strategies : chosen;
  const { runs, seed } = scenario;
  return {
    experiment: {
      scenario: { name: scenario.name, question: scenario.question, hash: scenario.hash, text: scenario.text },
      strategies: strategies.map(aboutStrategy),
      reference: strategies.find(({ name }) => name === scenario.reference)?.name ?? strategies[0]?.name ?? "",
      seed,
      runs,
      expectations: scenario.expectations,
    },
    cells: Array.from({ length: runs }, (_, run) => seed + run).flatMap((runSeed) =>
      strategies.map((strategy) => ({
        scenario: scenario.model,
        strategy,
        seed: runSeed,
        scenarioHash: scenario.hash,
      })),
    ),
  };
}
