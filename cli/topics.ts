/** Everything that has a name in the lab: what `list` shows and `describe` explains. */

import { sessionRulesText } from "../scenarios/about.ts";
import {
  bundledScenarios,
  type FamilyPreset,
  fileKeyOf,
  fileValueOf,
  loadScenario,
  strategyPresets,
  subjects,
} from "../scenarios/index.ts";
import { nearestWord } from "../scenarios/words.ts";
import type { BalancingDefinition } from "../sim/balancing/algorithm.ts";
import { balancingAlgorithms } from "../sim/balancing/index.ts";
import { placementHelpers } from "../sim/balancing/placement/index.ts";
import type { Described, Knob } from "../sim/catalogue.ts";
import { type Metric, metrics } from "../sim/metrics/catalogue.ts";
import { causeNotes } from "../sim/metrics/cause-notes.ts";
import { sessionCauses } from "../sim/metrics/causes.ts";
import { affinityMechanisms } from "../sim/persistence/affinity/index.ts";
import { stateBackends } from "../sim/persistence/state/index.ts";
import { usageError } from "./errors.ts";
import { safeText } from "./safe-text.ts";

export interface Entry {
  readonly name: string;
  readonly aliases: readonly string[];
  /** One sentence. */
  readonly summary: string;
  /** What it is listed under; those of a group stand together. */
  readonly group?: string;
  /** Further facts, each with a label. */
  readonly facts: readonly { readonly label: string; readonly text: string }[];
  /** What a scenario may set, with its default as a scenario would write it. */
  readonly knobs?: readonly { readonly name: string; readonly default: string; readonly text: string }[];
}

export interface Topic {
  /** The word after `list`. */
  readonly name: string;
  /** Other words for it: one entry of it among them, so that `describe cause crash` reads as it is said. */
  readonly aliases: readonly string[];
  /** What one entry is. */
  readonly what: string;
  readonly entries: () => readonly Entry[];
}

const fact = (label: string, text: string) => ({ label, text });

function knobEntry(name: string, knob: Knob) {
  const choices = knob.unit === "choice" ? ` One of ${knob.choices.join(", ")}.` : "";
  const value = fileValueOf(knob, knob.default);
  return {
    name: fileKeyOf(name, knob),
    default: value === "" ? '""' : String(value),
    text: `${knob.summary}${choices}`,
  };
}

type Facts = Entry["facts"];

/** @param facts that only this kind of part has */
const partEntry = (part: Described, facts: Facts, kind: string): Entry => ({
  name: part.name,
  aliases: part.aliases ?? [],
  summary: part.summary,
  facts: [
    fact("when to use", part.whenToUse),
    fact("known flaw", part.knownFlaw),
    ...facts,
    fact("source", part.source),
    fact("in a scenario", `${kind}: ${part.name}`),
  ],
  knobs: Object.entries(part.knobs).map(([name, knob]) => knobEntry(name, knob)),
});

const algorithmEntry = (algorithm: BalancingDefinition): Entry =>
  partEntry(
    algorithm,
    [
      fact("products", algorithm.products),
      fact("signal", algorithm.decides.signal ?? "none, servers are not weighed"),
      fact("rule", algorithm.decides.rule),
      fact("tie-break", algorithm.decides.tieBreak),
      fact("cost", `${algorithm.cost}, n being the servers`),
    ],
    "balancing",
  );

const presetEntry = (preset: FamilyPreset): Entry => ({
  name: preset.name,
  aliases: [],
  summary: preset.summary,
  group: preset.family,
  facts: [
    ...(["balancing", "affinity", "state"] as const).map((part) => fact(part, preset[part].name)),
    ...(preset.sessions === undefined ? [] : [fact("sessions", sessionRulesText(preset.sessions))]),
    fact("products", preset.products),
    fact("source", preset.source),
    fact("known flaw", preset.knownFlaw),
    fact("shown by", `evenkeel run ${preset.shownBy}`),
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

function causeEntry({ name, summary }: (typeof sessionCauses)[number]): Entry {
  const { seen, check, from, remedy } = causeNotes[name];
  return {
    name,
    aliases: [],
    summary: `${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.`,
    facts: [fact("seen as", seen), fact("to be sure", check), fact("happens with", from), fact("remedy", remedy)],
  };
}

function scenarioEntry({ name, text }: (typeof bundledScenarios)[number]): Entry {
  const loaded = loadScenario(text, { fileName: `${name}.yaml` });
  if (!loaded.ok) throw new Error(`the bundled scenario ${name} is not valid`);
  const { question, claim, subject, strategies, runs } = loaded.scenario;
  return {
    name,
    aliases: [],
    summary: question ?? name,
    ...(subject === null ? {} : { group: subject }),
    facts: [
      ...(claim === null ? [] : [fact("claim", claim)]),
      fact("strategies", strategies.map((strategy) => strategy.name).join(", ")),
      fact("runs", String(runs)),
      fact("try", `evenkeel run ${name}`),
    ],
  };
}

const bySubject = (a: Entry, b: Entry): number => rankOf(a) - rankOf(b);
const rankOf = ({ group }: Entry): number => (subjects as readonly (string | undefined)[]).indexOf(group);

export const topics: readonly Topic[] = [
  {
    name: "scenarios",
    aliases: ["scenario"],
    what: "bundled scenario",
    entries: () => bundledScenarios.map(scenarioEntry).toSorted(bySubject),
  },
  {
    name: "strategies",
    aliases: ["strategy", "preset", "presets"],
    what: "strategy preset",
    entries: () => strategyPresets.map(presetEntry),
  },
  {
    name: "algorithms",
    aliases: ["algorithm", "balancing"],
    what: "balancing algorithm",
    entries: () => balancingAlgorithms.map(algorithmEntry),
  },
  {
    name: "placement",
    aliases: [],
    what: "placement helper",
    entries: () =>
      placementHelpers.map((helper) => partEntry(helper, [fact("products", helper.products)], "placement")),
  },
  {
    name: "affinity",
    aliases: ["mechanism", "mechanisms"],
    what: "affinity mechanism",
    entries: () => affinityMechanisms.map((part) => partEntry(part, [], "affinity")),
  },
  {
    name: "state",
    aliases: ["backend", "backends"],
    what: "state backend",
    entries: () => stateBackends.map((part) => partEntry(part, [], "state")),
  },
  { name: "metrics", aliases: ["metric"], what: "metric", entries: () => metrics.map(metricEntry) },
  {
    name: "causes",
    aliases: ["cause"],
    what: "cause of trouble with sessions",
    entries: () => sessionCauses.map(causeEntry),
  },
];

const wordsOf = ({ name, aliases }: Topic): readonly string[] => [name, ...aliases];

/** The topic that this word names. @throws UserError when none does. */
export function topicNamed(word: string): Topic {
  const found = topics.find((topic) => wordsOf(topic).includes(word));
  if (found !== undefined) return found;
  const nearest = nearestWord(word, topics.flatMap(wordsOf));
  const meant = nearest === null ? "" : `did you mean "${nearest}"? `;
  throw usageError(
    `"${safeText(word)}" is no kind of thing; ${meant}known: ${topics.map(({ name }) => name).join(", ")}`,
  );
}
