import type { Knobs } from "../../sim/catalogue.ts";
import type { SessionRules } from "../../sim/scenario.ts";

export interface PresetPart {
  readonly name: string;
  /** Only what departs from the part's defaults. */
  readonly knobs: Knobs;
}

export interface StrategyPreset {
  readonly name: string;
  /** One sentence: what it does. */
  readonly summary: string;
  /** Products that do this, with versions where they differ, and how they call it. */
  readonly products: string;
  /** Where that is written. */
  readonly source: string;
  readonly knownFlaw: string;
  /** The bundled scenario that shows the flaw. */
  readonly shownBy: string;
  readonly balancing: PresetPart;
  readonly affinity: PresetPart;
  readonly state: PresetPart;
  /** Rules of sessions that come with the framework; the others are the scenario's. */
  readonly sessions?: Partial<SessionRules>;
}

/** What a list of presets is grouped by: where the session is kept, or what leads back to it. */
export interface FamilyPreset extends StrategyPreset {
  readonly family: string;
}

export const part = (name: string, knobs: Knobs = {}): PresetPart => ({ name, knobs });
