/** One run to be made: a pure function of what stands here. Plain data, so that it can be sent to a thread. */
import { createHash } from "node:crypto";
import { canonicalJson } from "../../scenarios/hash.ts";
import type { Scenario, Strategy } from "../../sim/scenario.ts";
import type { OwnSource } from "../own/source.ts";
import type { ReplaySource } from "./replay.ts";

export interface Cell {
  readonly scenario: Scenario;
  readonly scenarioHash: string;
  readonly strategy: Strategy;
  readonly seed: number;
  /** Where the scenario's recorded arrivals come from; null where it has none. */
  readonly replay: ReplaySource | null;
  /** The user's files that the strategy's parts stand in; none where the catalogue has them all. */
  readonly own: readonly OwnSource[];
}

export const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

/** The same for two cells exactly if their records are the same: what was made once need not be made again. */
export function cellKey({ scenarioHash, strategy, seed, replay, own }: Cell, version: string): string {
  const log = replay?.sha256 ?? null;
  // Left out where there is none.
  const files = own.length === 0 ? undefined : own.map(({ kind, sha256: hash }) => ({ kind, hash }));
  return sha256(canonicalJson({ scenario: scenarioHash, strategy, seed, version, log, own: files })).slice(0, 32);
}
