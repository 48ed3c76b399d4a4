/** From a scenario and the options to the runs to be made: every strategy with every seed. */
import type { Experiment } from "../reports/experiment.ts";
import { hashOf, type LoadedScenario, presetNamed, strategyPresets } from "../scenarios/index.ts";
import { strategyOf } from "../scenarios/resolve/strategy.ts";
import type { Strategy } from "../sim/scenario.ts";
import { usageError } from "./errors.ts";
import type { Cell } from "./execute/cell.ts";
import type { ReplaySource } from "./execute/replay.ts";
import { unknownNameError } from "./names.ts";
import type { RunOptions } from "./options.ts";

export interface Plan {
  readonly scenario: LoadedScenario;
  readonly experiment: Experiment;
  /** In the order of strategies, then of seeds. */
  readonly cells: readonly Cell[];
}

type Choices = Pick<RunOptions, "strategies" | "reference" | "seed" | "runs">;

/** A strategy of the scenario, or else a preset. */
function strategyNamed(name: string, scenario: LoadedScenario): Strategy {
  const own = scenario.strategies.find((strategy) => strategy.name === name);
  if (own !== undefined) return own;
  const preset = presetNamed(name);
  if (preset !== undefined) return strategyOf({ name, preset });
  const known = [...scenario.strategies, ...strategyPresets].map((strategy) => strategy.name);
  throw unknownNameError("strategy", name, known, "evenkeel list strategies");
}

/** What `--strategies` takes for every strategy of the scenario and every preset, unless the scenario calls one so. */
const ALL = "all";

/** The names that were asked for, each once, `all` written out. */
function namesOf(asked: readonly string[], scenario: LoadedScenario): readonly string[] {
  const own = scenario.strategies.map(({ name }) => name);
  const all = own.includes(ALL) ? [ALL] : [...own, ...strategyPresets.map(({ name }) => name)];
  return [...new Set(asked.flatMap((name) => (name === ALL ? all : [name])))];
}

/** The preset's sentence for what is still the preset, the names of the parts for everything else. */
function summaryOf(strategy: Strategy): string {
  const preset = presetNamed(strategy.name);
  const isPreset = preset !== undefined && hashOf(strategyOf({ name: strategy.name, preset })) === hashOf(strategy);
  return isPreset ? preset.summary : partsOf(strategy);
}

const partsOf = ({ balancing, affinity, state }: Strategy): string =>
  `balancing ${balancing.name}, affinity ${affinity.name}, state ${state.name}`;

function referenceAmong(strategies: readonly Strategy[], scenario: LoadedScenario, asked: string | undefined): string {
  const names = strategies.map(({ name }) => name);
  if (asked !== undefined && !names.includes(asked)) {
    throw usageError(`--reference ${asked} is not among the strategies that run: ${names.join(", ")}`);
  }
  const wanted = asked ?? scenario.reference;
  return names.includes(wanted) ? wanted : (names[0] ?? "");
}

/** @throws UserError for a name that is neither a strategy of the scenario nor a preset. */
export function planOf(scenario: LoadedScenario, choices: Choices, replay: ReplaySource | null): Plan {
  const strategies =
    choices.strategies === undefined
      ? scenario.strategies
      : namesOf(choices.strategies, scenario).map((name) => strategyNamed(name, scenario));
  const seed = choices.seed ?? scenario.seed;
  const runs = choices.runs ?? scenario.runs;
  const experiment: Experiment = {
    scenario: {
      name: scenario.name,
      question: scenario.question,
      hash: scenario.hash,
      text: scenario.replays.length === 0 ? scenario.text : null,
    },
    strategies: strategies.map((strategy) => ({
      name: strategy.name,
      summary: summaryOf(strategy),
      parts: { balancing: strategy.balancing.name, affinity: strategy.affinity.name, state: strategy.state.name },
    })),
    reference: referenceAmong(strategies, scenario, choices.reference),
    seed,
    runs,
    expectations: scenario.expectations,
  };
  const cells = strategies.flatMap((strategy) =>
    Array.from({ length: runs }, (_, run) => ({
      scenario: scenario.model,
      scenarioHash: scenario.hash,
      strategy,
      seed: seed + run,
      replay,
    })),
  );
  return { scenario, experiment, cells };
}
