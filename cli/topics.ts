/** Everything that has a name in the lab: what `list` shows and `describe` explains. */
import {
  bundledScenarios,
  fileKeyOf,
  fileValueOf,
  loadScenario,
  type StrategyPreset,
  strategyPresets,
} from "../scenarios/index.ts";
import { balancingAlgorithms } from "../sim/balancing/index.ts";
import type { Described, Knob } from "../sim/catalogue.ts";
import { type Metric, metrics } from "../sim/metrics/catalogue.ts";
import { lossCauses } from "../sim/metrics/causes.ts";
import { affinityMechanisms } from "../sim/persistence/affinity/index.ts";
import { stateBackends } from "../sim/persistence/state/index.ts";

export interface Entry {
  readonly name: string;
  readonly aliases: readonly string[];
  /** One sentence. */
  readonly summary: string;
  /** Further facts, each with a label. */
  readonly facts: readonly { readonly label: string; readonly text: string }[];
}

export interface Topic {
  /** The word after `list`. */
  readonly name: string;
  /** What one entry is. */
  readonly what: string;
  readonly entries: () => readonly Entry[];
}

const fact = (label: string, text: string) => ({ label, text });

function knobText(name: string, knob: Knob): string {
  const choices = knob.unit === "choice" ? ` (${knob.choices.join(", ")})` : "";
  return `${fileKeyOf(name, knob)}: ${fileValueOf(knob, knob.default)}${choices}. ${knob.summary}`;
}

const partEntry = (part: Described): Entry => ({
  name: part.name,
  aliases: part.aliases ?? [],
  summary: part.summary,
  facts: [
    fact("when to use", part.whenToUse),
    fact("known flaw", part.knownFlaw),
    ...Object.entries(part.knobs).map(([name, knob]) => fact("knob", knobText(name, knob))),
    fact("source", part.source),
  ],
});

const presetEntry = (preset: StrategyPreset): Entry => ({
  name: preset.name,
  aliases: [],
  summary: preset.summary,
  facts: [
    ...(["balancing", "affinity", "state"] as const).map((part) => fact(part, preset[part].name)),
    fact("products", preset.products),
    fact("known flaw", preset.knownFlaw),
  ],
});

const metricEntry = ({ name, title, unit, better, group, definition }: Metric): Entry => ({
  name,
  aliases: [],
  summary: title,
  facts: [
    fact("definition", definition),
    fact("unit", unit),
    fact("better", better === "neutral" ? "neither direction" : better),
    fact("group", group),
  ],
});

function scenarioEntry({ name, text }: (typeof bundledScenarios)[number]): Entry {
  const loaded = loadScenario(text, { fileName: `${name}.yaml` });
  if (!loaded.ok) throw new Error(`the bundled scenario ${name} is not valid`);
  const { question, claim, strategies, runs } = loaded.scenario;
  return {
    name,
    aliases: [],
    summary: question ?? name,
    facts: [
      ...(claim === null ? [] : [fact("claim", claim)]),
      fact("strategies", strategies.map((strategy) => strategy.name).join(", ")),
      fact("runs", String(runs)),
      fact("try", `evenkeel run ${name}`),
    ],
  };
}

export const topics: readonly Topic[] = [
  { name: "scenarios", what: "bundled scenario", entries: () => bundledScenarios.map(scenarioEntry) },
  { name: "strategies", what: "strategy preset", entries: () => strategyPresets.map(presetEntry) },
  { name: "balancing", what: "balancing algorithm", entries: () => balancingAlgorithms.map(partEntry) },
  { name: "affinity", what: "affinity mechanism", entries: () => affinityMechanisms.map(partEntry) },
  { name: "state", what: "state backend", entries: () => stateBackends.map(partEntry) },
  { name: "metrics", what: "metric", entries: () => metrics.map(metricEntry) },
  {
    name: "causes",
    what: "cause of a lost session",
    entries: () => lossCauses.map(({ name, summary }) => ({ name, aliases: [], summary, facts: [] })),
  },
];
