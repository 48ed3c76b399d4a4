/** From a scenario and the options to the runs to be made: every strategy with every seed. */
import type { Experiment } from "../reports/experiment.ts";
import { aboutStrategy, type LoadedScenario, presetNamed, strategyPresets } from "../scenarios/index.ts";
import { strategyOf } from "../scenarios/resolve/strategy.ts";
import type { Strategy } from "../sim/scenario.ts";
import { inputError, usageError } from "./errors.ts";
import type { Cell } from "./execute/cell.ts";
import type { ReplaySource } from "./execute/replay.ts";
import { unknownNameError } from "./names.ts";
import type { RunOptions } from "./options.ts";
import type { OwnDefinition } from "./own/definition.ts";
import { kindNames, type OwnSource } from "./own/source.ts";
import { safeText } from "./safe-text.ts";

export interface Plan {
  readonly scenario: LoadedScenario;
  readonly experiment: Experiment;
  /** In the order of strategies, then of seeds. */
  readonly cells: readonly Cell[];
  /** The user's files, in the order given. */
  readonly own: readonly OwnFile[];
}

/** A user's file, and what stands in it. */
export interface OwnFile {
  readonly source: OwnSource;
  readonly definition: OwnDefinition;
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

const uses = (strategy: Strategy, { definition: { parts } }: OwnFile): boolean =>
  (["balancing", "affinity", "state"] as const).some((kind) =>
    parts[kind].some(({ name }) => name === strategy[kind].name),
  );

/** The plainest strategy around a part of the user's: round robin, the balancer's cookie, sessions in server memory. */
function strategyAround({ source: { kind }, definition }: OwnFile): Strategy {
  const { name, parts, strategy } = definition;
  const own = strategy ?? {
    balancing: { name: kind === "algorithm" ? name : "round-robin", knobs: {} },
    // An algorithm is seen at work where no binding decides.
    affinity: { name: kind === "affinity" ? name : kind === "algorithm" ? "none" : "balancer-cookie", knobs: {} },
    state: { name: kind === "state" ? name : "server-memory", knobs: {} },
  };
  const { balancing, affinity, state } = own;
  return strategyOf({ name, preset: undefined, balancing, affinity, state }, parts);
}

/** The strategies asked for, and one around each of the user's files that none of them uses. */
function withOwn(asked: readonly Strategy[], own: readonly OwnFile[]): readonly Strategy[] {
  const added = own.filter((file) => !asked.some((strategy) => uses(strategy, file))).map(strategyAround);
  const clash = added.find(({ name }) => asked.some((strategy) => strategy.name === name));
  if (clash === undefined) return [...asked, ...added];
  const file = own.find(({ definition }) => definition.name === clash.name)!;
  const { kind } = file.source;
  const key = kind === "algorithm" ? "balancing" : kind;
  throw inputError(
    kind === "strategy"
      ? `strategy ${clash.name} is the scenario's as well as that of ${safeText(file.source.file)}; name one of the two otherwise`
      : `strategy ${clash.name} does not use the ${kindNames[kind]} ${clash.name} that --${kind} gives; ` +
          `name one of the two otherwise, or let the strategy say "${key}: ${clash.name}"`,
  );
}

/** What `--strategies` takes for every strategy of the scenario and every preset, unless the scenario calls one so. */
const ALL = "all";

/** The names that were asked for, each once, `all` written out. */
function namesOf(asked: readonly string[], scenario: LoadedScenario): readonly string[] {
  const own = scenario.strategies.map(({ name }) => name);
  const all = own.includes(ALL) ? [ALL] : [...own, ...strategyPresets.map(({ name }) => name)];
  return [...new Set(asked.flatMap((name) => (name === ALL ? all : [name])))];
}

const hasStrategy = (scenario: LoadedScenario, name: string): boolean =>
  scenario.strategies.some((strategy) => strategy.name === name);

function referenceAmong(strategies: readonly Strategy[], scenario: LoadedScenario, asked: string | undefined): string {
  const names = strategies.map(({ name }) => name);
  if (asked !== undefined && !names.includes(asked)) {
    throw usageError(`--reference ${asked} is not among the strategies that run: ${names.join(", ")}`);
  }
  const wanted = asked ?? scenario.reference;
  return names.includes(wanted) ? wanted : (names[0] ?? "");
}

/** @throws UserError for a name that is neither a strategy of the scenario nor a preset. */
export function planOf(
  scenario: LoadedScenario,
  choices: Choices,
  replay: ReplaySource | null,
  own: readonly OwnFile[] = [],
): Plan {
  const asked =
    choices.strategies === undefined
      ? scenario.strategies
      : namesOf(choices.strategies, scenario)
          .filter((name) => !own.some(({ definition }) => definition.name === name && !hasStrategy(scenario, name)))
          .map((name) => strategyNamed(name, scenario));
  const strategies = withOwn(asked, own);
  const seed = choices.seed ?? scenario.seed;
  const runs = choices.runs ?? scenario.runs;
  const experiment: Experiment = {
    scenario: {
      name: scenario.name,
      question: scenario.question,
      hash: scenario.hash,
      text: scenario.replays.length === 0 && own.length === 0 ? scenario.text : null,
    },
    strategies: strategies.map(aboutStrategy),
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
      own: own.filter((file) => uses(strategy, file)).map(({ source }) => source),
    })),
  );
  return { scenario, experiment, cells, own };
}
