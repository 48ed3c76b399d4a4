/** One run to be made: a pure function of what stands here. Plain data, so that it can be sent to a thread. */
import { createHash } from "node:crypto";
import { canonicalJson } from "../../scenarios/hash.ts";
import type { Scenario, Strategy } from "../../sim/scenario.ts";
import type { ReplaySource } from "./replay.ts";

export interface Cell {
  readonly scenario: Scenario;
  readonly scenarioHash: string;
  readonly strategy: Strategy;
  readonly seed: number;
  /** Where the scenario's recorded arrivals come from; null where it has none. */
  readonly replay: ReplaySource | null;
}

export const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

/** The same for two cells exactly if their records are the same: what was made once need not be made again. */
export const cellKey = ({ scenarioHash, strategy, seed, replay }: Cell, version: string): string =>
  sha256(canonicalJson({ scenario: scenarioHash, strategy, seed, version, log: replay?.sha256 ?? null })).slice(0, 32);
