/** What every kind of fault is to the run: steps in time, and what is told of it afterwards. */
import type { AffinityMechanism } from "../../persistence/affinity/mechanism.ts";
import type { FaultRecord } from "../../record.ts";
import type { Balancers } from "../balancers.ts";
import type { Roster } from "../roster.ts";
import type { StoreNodes } from "./store-nodes.ts";

/** What faults lay hands on. */
export interface FaultParts {
  /** Of the servers. */
  readonly names: readonly string[];
  readonly roster: Roster;
  readonly store: StoreNodes;
  readonly affinity: AffinityMechanism;
  readonly balancers: Balancers;
}

/** One fault of a scenario, in the run. */
export interface Trouble {
  /** When its steps are due; the number of a step is its place. The first is the fault's own time. */
  readonly stepsMs: readonly number[];
  take(step: number): void;
  /** What is told of it; part by part where the parts come one after the other. */
  records(): readonly FaultRecord[];
}

/** The steps of a fault that begins and, where `afterMs` is not null, ends. */
export const beginAndEnd = (atMs: number, afterMs: number | null): readonly number[] =>
  afterMs === null ? [atMs] : [atMs, atMs + afterMs];

/** Names of what is hit, for people. */
export const namesOf = (names: readonly string[], servers: readonly number[]): string =>
  servers.map((server) => names[server]!).join(", ");
