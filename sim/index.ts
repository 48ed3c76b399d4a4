/** The model's public entry. Pure: the same code in node, in a worker and in the browser. */
import type { Decision, DecisionRange } from "./cluster/decision-log.ts";
import type { DecisionSought, Explainer } from "./cluster/explanation.ts";
import type { OwnParts } from "./cluster/parts.ts";
import { recordOf } from "./cluster/run-record.ts";
import { Simulation as ClusterSimulation, type Progress } from "./cluster/simulation.ts";
import type { DigestRecord, RunRecord } from "./record.ts";
import type { Scenario, Strategy } from "./scenario.ts";
import type { TraceChunk } from "./workload/trace.ts";

export type { BalancingDefinition } from "./balancing/algorithm.ts";
export { balancingAlgorithms } from "./balancing/index.ts";
export { placementHelpers } from "./balancing/placement/index.ts";
export type { Described, Knob, Knobs, KnobValue } from "./catalogue.ts";
export type { Decision, DecisionRange } from "./cluster/decision-log.ts";
export type { Candidate, DecisionSought, Explanation } from "./cluster/explanation.ts";
export type { OwnParts } from "./cluster/parts.ts";
export type { Progress } from "./cluster/simulation.ts";
export type { Better, Metric, MetricName } from "./metrics/catalogue.ts";
export { metricNamed, metrics } from "./metrics/catalogue.ts";
export type { Cause } from "./metrics/causes.ts";
export { sessionCauses } from "./metrics/causes.ts";
export type { TroubleKind } from "./metrics/ledger-counts.ts";
export { troubleKinds } from "./metrics/ledger-counts.ts";
export { PartError } from "./part-error.ts";
export { affinityMechanisms } from "./persistence/affinity/index.ts";
export { stateBackends } from "./persistence/state/index.ts";
export * from "./record.ts";
export type * from "./scenario.ts";
export { VERSION } from "./version.ts";
export type { TraceChunk } from "./workload/trace.ts";

export interface RunInput {
  readonly scenario: Scenario;
  readonly strategy: Strategy;
  readonly seed: number;
  /** Goes into the record; the model does not read it. */
  readonly scenarioHash: string;
  /** Write these decisions down; without it, none, and at no cost. */
  readonly decisions?: DecisionRange;
  /** Explain this decision; without it, none, and at no cost. */
  readonly explain?: DecisionSought;
  /** Parts beside those of the catalogue. */
  readonly own?: OwnParts;
}

/** One run, to be advanced in pieces; the pieces never change the result. */
export class Simulation {
  /** The decisions asked for, as far as the run has come. */
  readonly decisions: readonly Decision[];
  private readonly simulation: ClusterSimulation;
  private readonly input: RunInput;

  constructor(input: RunInput) {
    this.input = input;
    this.simulation = new ClusterSimulation(input.scenario, input.strategy, input.seed, input);
    this.decisions = input.decisions === undefined ? [] : this.simulation.logDecisions(input.decisions);
  }

  get nowMs(): number {
    return this.simulation.nowMs;
  }

  /** What is known of the decision to be explained; null when none was asked for. */
  get explainer(): Pick<Explainer, "explanation" | "visitsSeen" | "requestsSeen"> | null {
    return this.simulation.explainer;
  }

  /** Of the decisions so far. */
  digest(): DigestRecord {
    return this.simulation.balancers.decider.digest.record();
  }

  /** Runs until `untilMs` of virtual time. "trace" asks for `feed` before it can go on. */
  advance(untilMs: number): Progress {
    return this.simulation.advance(untilMs);
  }

  /** The next chunk of the recorded trace, or null when there is no more. @throws Error when none was asked for. */
  feed(chunk: TraceChunk | null): void {
    this.simulation.feed(chunk);
  }

  /** @throws Error when the run is not over. */
  record(): RunRecord {
    const { strategy, seed, scenarioHash } = this.input;
    return recordOf(this.simulation, { scenarioHash, strategy: strategy.name, seed });
  }
}

/** A whole run at once. @throws Error for a scenario that replays a trace: that one wants `Simulation` and `feed`. */
export function simulate(input: RunInput): RunRecord {
  const simulation = new Simulation(input);
  const progress = simulation.advance(Infinity);
  if (progress !== "done") throw new Error("simulate: the scenario replays a trace; advance a Simulation and feed it");
  return simulation.record();
}
