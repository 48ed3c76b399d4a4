import { expect, test } from "vitest";
import { estimateOf } from "../reports/estimate.ts";
import { evaluateExpectations } from "../reports/expectations.ts";
import { perMetric } from "../reports/per-metric.ts";
import { type RunRecord, Simulation } from "../sim/index.ts";
import type { Strategy } from "../sim/scenario.ts";
import { traceFromText } from "../sim/workload/access-log-text.ts";
import { bundledLogs, bundledScenarios, type LoadedScenario, loadScenario } from "./index.ts";

function load(name: string, set: readonly string[] = []): LoadedScenario {
  const text = bundledScenarios.find((scenario) => scenario.name === name)?.text ?? "";
  const result = loadScenario(text, { fileName: name, set });
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join("\n"));
  return result.scenario;
}

function run({ model, hash, replays }: LoadedScenario, strategy: Strategy, seed: number): RunRecord {
  const simulation = new Simulation({ scenario: model, strategy, seed, scenarioHash: hash });
  const [replay] = replays;
  const log = bundledLogs.find(({ name }) => name === replay?.path)?.text ?? "";
  const { chunks } = traceFromText(log, replay);
  while (simulation.advance(Number.POSITIVE_INFINITY) === "trace") simulation.feed(chunks.next().value ?? null);
  return simulation.record();
}

/** What the runs of a scenario say against its expectations; empty when all are met. */
function unmet(scenario: LoadedScenario): readonly string[] {
  const measured = scenario.strategies.map((strategy) => {
    const records = Array.from({ length: scenario.runs }, (_, k) => run(scenario, strategy, scenario.seed + k));
    return {
      name: strategy.name,
      metrics: perMetric(({ name }) => estimateOf(records.map(({ metrics }) => metrics[name]))),
    };
  });
  const { outcomes, unchecked } = evaluateExpectations(scenario.expectations, measured);
  expect(unchecked).toEqual([]);
  return outcomes.filter(({ passed }) => !passed).map(({ text, measured: found }) => `${text}: ${found}`);
}

test.each(bundledScenarios.map(({ name }) => name))("%s shows what it claims", { timeout: 60_000 }, (name) => {
  expect(unmet(load(name))).toEqual([]);
});

test("session-size at 1 KiB: the signed cookie that fails at 64 KiB loses nobody", () => {
  const expectation = "expect=[{ strategy: signed-cookie, metric: sessionsLost, equals: 0 }]";
  const small = [
    "workload.shoppers.session.size=1KiB",
    "strategies=[signed-cookie]",
    "reference=signed-cookie",
    "runs=1",
  ];
  expect(unmet(load("session-size", [...small, expectation]))).toEqual([]);
});

test("fourth-server with three: the same traffic, and everybody is faster", () => {
  const expectation = "expect=[{ strategy: all-to-all, metric: responseTimeMeanMs, below: 70ms }]";
  expect(unmet(load("fourth-server", ["cluster.servers.count=3", expectation]))).toEqual([]);
});

test.each([
  ["customers whose sessions are as small as the visitors'", "workload.customers.session.size=2KiB"],
  ["a morning of few visitors", "workload.visitors.arrivals={ process: poisson, rate: 0.2/s }"],
])("slab-calcification with %s: nobody is logged out", (_, change) => {
  const expectation = "expect=[{ strategy: by-class, metric: sessionsLost, equals: 0 }]";
  expect(unmet(load("slab-calcification", [change, expectation]))).toEqual([]);
});

test("an expectation that does not hold is told, with what was measured", () => {
  const wrong = "expect=[{ strategy: sticky-cookie, metric: sessionsLost, above: 0 }]";
  expect(unmet(load("two-balancers", [wrong, "runs=1"]))).toEqual([
    expect.stringMatching(/^sticky-cookie: sessionsLost is above 0: /),
  ]);
});
