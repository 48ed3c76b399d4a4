/** A small comparison made by the engine itself: three strategies, two runs, a crash. Made once for each test file. */
import type { DashboardData } from "../../reports/dashboard-data.ts";
import { fold } from "../../reports/fold.ts";
import { type LoadedScenario, loadScenario } from "../../scenarios/index.ts";
import { type RunRecord, simulate } from "../../sim/index.ts";
import { planOf } from "../run/plan.ts";

export const sampleText = `name: sample
question: What does a crash cost?
duration: 2m
warmUp: 20s
window: 5s
workload:
  users:
    arrivals: { process: poisson, rate: 4/s }
    session: { requests: { geometric: 8 }, think: { exponential: 3s }, writes: 30%, size: 2KiB }
cluster:
  balancers: { redispatch: 1, healthCheck: { interval: 1s } }
  servers: { count: 4, workers: 2, service: { lognormal: { mean: 40ms, cv: 1 } } }
faults:
  - { at: 1m, crash: server-2, restartAfter: 20s }
strategies: [sticky-cookie, source-hash, redis-sessions]
runs: 2
expect:
  - { strategy: redis-sessions, metric: sessionsLost, equals: 0 }
`;

export function sampleScenario(set: readonly string[] = []): LoadedScenario {
  const loaded = loadScenario(sampleText, { fileName: "sample.yaml", set });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join("; "));
  return loaded.scenario;
}

let records: readonly RunRecord[] | null = null;

export function sampleRecords(): readonly RunRecord[] {
  records ??= planOf(sampleScenario(), null).cells.map(simulate);
  return records;
}

export const sampleData = (): DashboardData => fold(sampleRecords(), planOf(sampleScenario(), null).experiment);
