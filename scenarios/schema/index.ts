/**
 * The schema of a scenario file. Types, the JSON Schema for editors and the reference page are made from it; what it
 * lets through is typed and complete, and nothing is defaulted after it.
 */
import { z } from "zod";
import { noOwnNames, type OwnNames } from "../own-names.ts";
import { closed } from "./closed.ts";
import { cluster } from "./cluster.ts";
import { expectation } from "./expectation.ts";
import { fault } from "./faults.ts";
import { population } from "./population.ts";
import { count, duration, identifier, text } from "./quantities.ts";
import { sessions } from "./sessions.ts";
import { strategyWith } from "./strategy.ts";

const positive = { above: 0 };

/** In the order of a list of scenarios. */
export const subjects = [
  "balancing",
  "affinity",
  "fleet",
  "replication",
  "stores",
  "databases",
  "clients",
  "life-cycle",
] as const;

/** Of a file that may name `own` parts beside the catalogue's. */
export const scenarioFileWith = (own: OwnNames) =>
  closed({
    name: identifier("a name").describe("The scenario's name; for a bundled one, the file's."),
    question: text("a question").describe("The question that the scenario answers.").optional(),
    claim: text("a sentence").describe("The answer that its run gives; `expect` says it in numbers.").optional(),
    subject: z
      .enum(subjects, { error: `must be one of ${subjects.join(", ")}` })
      .describe("What it is about; `evenkeel list scenarios` groups by it.")
      .optional(),
    duration: duration(positive).describe("Length of a run, in simulated time."),
    warmUp: duration().describe("Metrics count from here on.").prefault("0s"),
    window: duration(positive)
      .describe("Width of one window of the timeline; about a 120th of the duration when absent.")
      .optional(),
    workload: z
      .record(identifier("a population's name"), population, {
        error: "must be a map from the names of populations to what they do",
      })
      .refine((populations) => Object.keys(populations).length > 0, { error: "must have at least one population" })
      .describe("Who asks: one entry for each population of users."),
    cluster: cluster.describe("Who answers."),
    sessions: sessions.describe("Rules for every session.").prefault({}),
    faults: z.array(fault, { error: "must be a list of faults" }).describe("What goes wrong, and when.").prefault([]),
    strategies: z
      .array(strategyWith(own), { error: "must be a list of strategies" })
      .min(1, { error: "must hold at least one strategy" })
      .describe("What is compared."),
    reference: identifier("a strategy's name")
      .describe("The strategy that the others are compared with; the first when absent.")
      .optional(),
    runs: count().describe("Runs of each strategy; their seeds are seed, seed + 1 and so on.").prefault(5),
    seed: count({ minimum: 0 }).describe("Seed of the first run.").prefault(1),
    expect: z
      .array(expectation, { error: "must be a list of expectations" })
      .describe("What the runs must show; a run that does not fails.")
      .prefault([]),
  });

export const scenarioFile = scenarioFileWith(noOwnNames);

export type ScenarioFile = z.output<typeof scenarioFile>;
