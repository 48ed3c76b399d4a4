/** What a reader is told of a strategy: a sentence, and each part with what departs from its defaults. */
import { balancingAlgorithms } from "../sim/balancing/index.ts";
import { placementHelpers } from "../sim/balancing/placement/index.ts";
import type { Described } from "../sim/catalogue.ts";
import { affinityMechanisms } from "../sim/persistence/affinity/index.ts";
import { stateBackends } from "../sim/persistence/state/index.ts";
import type { PartChoice, Reports, SessionRules, Strategy } from "../sim/scenario.ts";
import { hashOf } from "./hash.ts";
import { presetNamed } from "./presets/index.ts";
import { strategyOf } from "./resolve/strategy.ts";
import { fileKeyOf, fileValueOf } from "./schema/parts.ts";
import { formatQuantity } from "./units.ts";

export interface AboutStrategy {
  readonly name: string;
  readonly summary: string;
  readonly parts: { readonly balancing: string; readonly affinity: string; readonly state: string };
}

export function aboutStrategy(strategy: Strategy): AboutStrategy {
  const { name, placement = [], reports } = strategy;
  const parts = {
    balancing: [
      partText(balancingAlgorithms, strategy.balancing),
      ...placement.map((helper) => partText(placementHelpers, helper)),
      ...(reports === undefined ? [] : [reportsText(reports)]),
    ].join(", "),
    affinity: partText(affinityMechanisms, strategy.affinity),
    state: [
      partText(stateBackends, strategy.state),
      ...(strategy.sessions === undefined ? [] : [`sessions: ${sessionRulesText(strategy.sessions)}`]),
    ].join(", "),
  };
  const preset = presetNamed(name);
  const isPreset = preset !== undefined && hashOf(strategyOf({ name, preset })) === hashOf(strategy);
  const named = `balancing ${parts.balancing}; affinity ${parts.affinity}; state ${parts.state}`;
  return { name, summary: isPreset ? preset.summary : named, parts };
}

/** `least-connections (load: reported)`. A part that is not in the catalogue is a user's, and has a name only. */
function partText(parts: readonly Described[], { name, knobs }: PartChoice): string {
  const part = parts.find((described) => described.name === name);
  const departing = Object.entries(part?.knobs ?? {}).flatMap(([knob, described]) => {
    const value = knobs[knob];
    if (value === undefined || value === described.default) return [];
    return [`${fileKeyOf(knob, described)}: ${fileValueOf(described, value)}`];
  });
  return departing.length === 0 ? name : `${name} (${departing.join(", ")})`;
}

/** `renewal on-write, locked`: only what a strategy says itself. */
export function sessionRulesText(rules: Partial<SessionRules>): string {
  const { idleTimeoutMs, absoluteTimeoutMs, renewal, cleanup, warning, concurrency, regenerateId, encoding } = rules;
  const limit = (what: string, ms: number | null | undefined): string[] =>
    ms === undefined ? [] : [ms === null ? `no ${what}` : `${what} ${formatQuantity("duration", ms)}`];
  const told = [
    ...limit("idle timeout", idleTimeoutMs),
    ...limit("absolute timeout", absoluteTimeoutMs),
    ...(renewal === undefined ? [] : [`renewal ${renewal}`]),
    ...(cleanup === undefined ? [] : [`clean-up ${cleanup.kind}`]),
    ...(warning === undefined ? [] : [warning === null ? "no warning" : "a warning"]),
    ...(concurrency === undefined ? [] : [concurrency.kind]),
    ...(regenerateId === undefined ? [] : [regenerateId === null ? "one id" : "a new id at login"]),
    ...(encoding === undefined ? [] : [encodingText(encoding)]),
  ];
  return told.join(", ");
}

function encodingText(encoding: SessionRules["encoding"]): string {
  if (encoding === null) return "encoded in no time";
  return encoding.compression === null ? "encoded" : `compressed ${encoding.compression.ratio} to 1`;
}

function reportsText(reports: Reports | null): string {
  if (reports === null) return "no reports";
  const { intervalMs, delayMs, lossFraction } = reports;
  const often = intervalMs === 0 ? "at every change" : `every ${formatQuantity("duration", intervalMs)}`;
  const late =
    delayMs.law !== "constant"
      ? `, ${delayMs.law} delay`
      : delayMs.value > 0
        ? `, ${formatQuantity("duration", delayMs.value)} late`
        : "";
  const lost = lossFraction > 0 ? `, ${formatQuantity("share", lossFraction)} lost` : "";
  return `reports ${often}${late}${lost}`;
}
