import { setImmediate } from "node:timers/promises";
import { Command, InvalidArgumentError } from "commander";
import { explanationLines, explanationSentence } from "../../reports/explanation-text.ts";
import { plainNumber } from "../../reports/format.ts";
import { prettyJson } from "../../reports/json.ts";
import { balancingAlgorithms, type DecisionSought } from "../../sim/index.ts";
import { exitCodes, usageError } from "../errors.ts";
import { type Explained, explainDecision } from "../execute/run-cell.ts";
import { unknownNameError } from "../names.ts";
import { jsonOption, type OwnOptions, seedOption, setOption, withOwnOptions } from "../options.ts";
import type { Plan } from "../plan.ts";
import { preparePlan } from "../prepare-plan.ts";
import { progressOn } from "../progress.ts";
import { reportWidth, type World } from "../world.ts";
import type { MakeCommand } from "./command.ts";

interface ExplainOptions extends OwnOptions {
  readonly request: DecisionSought;
  readonly strategy?: string;
  readonly set?: readonly string[];
  readonly seed?: number;
  readonly json?: true;
}

/** `1208`, or `shoppers/388/3` and `shoppers/388/3/1`: population, visit, request, attempt. */
function soughtIn(text: string): DecisionSought {
  if (/^\d{1,15}$/.test(text)) return { index: Number(text) };
  const [, population, ...numbers] = /^([^/]+)\/(\d{1,15})\/(\d{1,15})(?:\/(\d{1,15}))?$/.exec(text) ?? [];
  const [visit, request, attempt] = numbers.map((number) => Number(number ?? 0));
  if (population !== undefined) return { population, visit: visit!, request: request!, attempt: attempt! };
  throw new InvalidArgumentError(
    `Expected the number of a decision (1208), or POPULATION/VISIT/REQUEST or .../ATTEMPT (users/388/3), got "${text}".`,
  );
}

const whole = (value: number): string => plainNumber(value, 0);

function notFound(sought: DecisionSought, { decisions, visits, requests }: Explained): Error {
  const counting = (what: string, count: number) =>
    count === 0 ? `no ${what}` : `${whole(count)} ${what}${count === 1 ? "" : "s"}, counted from 0`;
  if ("index" in sought)
    return usageError(`--request ${sought.index}: the run makes ${counting("decision", decisions)}`);
  const { population, visit, request, attempt } = sought;
  const which = `--request ${population}/${visit}/${request}/${attempt}`;
  if (visit >= visits) return usageError(`${which}: ${population} makes ${counting("visit", visits)}`);
  if (request >= requests) return usageError(`${which}: that visit makes ${counting("request", requests)}`);
  return usageError(`${which}: that request is not attempted so often`);
}

/** null when interrupted. */
async function explainUntilInterrupted(plan: Plan, sought: DecisionSought, world: World): Promise<Explained | null> {
  const interruption = new AbortController();
  const stopListening = world.onInterrupt(() => interruption.abort());
  const progress = progressOn(world, false);
  progress.start(1, 0);
  try {
    return await explainDecision(plan.cells[0]!, sought, async (doneFraction) => {
      progress.cell(0, doneFraction);
      // Lets timers and Ctrl-C in.
      await setImmediate();
      interruption.signal.throwIfAborted();
    });
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    return null;
  } finally {
    progress.stop();
    stopListening();
  }
}

export const explainCommand: MakeCommand = (world, finish) =>
  withOwnOptions(new Command("explain"))
    .summary("why a request went to its server")
    .description(
      "Runs a scenario up to one decision and shows what the balancer knew: the request, the binding, every server with " +
        "its signal, the rule, the draws. Decisions, visits, requests and attempts count from 0.",
    )
    .argument("<scenario>", "a bundled name, a file, or - for standard input")
    .requiredOption("--request <which>", "the decision: its number, or POPULATION/VISIT/REQUEST", soughtIn)
    .option("--strategy <name>", "of the scenario, or a preset; the reference when absent")
    .addOption(setOption())
    .addOption(seedOption("seed of the run"))
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nExamples:\n  evenkeel explain checkout-crash --request 1208\n" +
        "  evenkeel explain lost-cart --strategy sticky-cookie --request shoppers/13/3",
    )
    .action(
      finish(async (source: string, { request: sought, strategy, json, ...options }: ExplainOptions) => {
        const chosen = strategy === undefined ? {} : { strategies: [strategy] };
        const whole = await preparePlan(source, { ...options, ...chosen, runs: 1, quiet: true }, world);
        const { cells, experiment, scenario, own } = whole;
        const wanted = strategy ?? cells.find((each) => each.own.length > 0)?.strategy.name;
        const cell = cells.find((each) => each.strategy.name === (wanted ?? experiment.reference))!;
        const populations = scenario.model.populations.map(({ name }) => name);
        if ("population" in sought && !populations.includes(sought.population)) {
          throw unknownNameError("population", sought.population, populations, `${scenario.name}'s workload`);
        }
        const explained = await explainUntilInterrupted({ ...whole, cells: [cell] }, sought, world);
        if (explained === null) return exitCodes.interrupted;
        const { explanation } = explained;
        if (explanation === null) throw notFound(sought, explained);
        const known = [...balancingAlgorithms, ...own.flatMap(({ definition: { parts } }) => parts.balancing)];
        const balancing = known.find(({ name }) => name === cell.strategy.balancing.name)!;
        const placement = (cell.strategy.placement ?? []).map(({ name }) => name);
        const told = { explanation, balancing, affinity: cell.strategy.affinity.name, placement };
        if (json) {
          const { name, decides } = balancing;
          const run = { scenario: scenario.name, strategy: cell.strategy.name, seed: cell.seed };
          const sentence = explanationSentence(told);
          world.out.write(prettyJson({ schemaVersion: 1, ...run, algorithm: name, decides, sentence, ...explanation }));
        } else {
          const title = `decision ${plainNumber(explanation.decision.index, 0)} of ${scenario.name} under ${cell.strategy.name}, seed ${cell.seed}`;
          world.out.write(`${[title, ...explanationLines(told, reportWidth(world.out))].join("\n")}\n`);
        }
        return exitCodes.fine;
      }),
    );
