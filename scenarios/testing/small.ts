/** The smallest scenario, and short ways to load what tests make of it. */
import { type LoadedScenario, loadScenario, type Problem } from "../index.ts";

export const load = (text: string, set: readonly string[] = []): LoadedScenario => {
  const result = loadScenario(text, { fileName: "test.yaml", set });
  if (!result.ok) throw new Error(result.problems.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  return result.scenario;
};
export const problems = (text: string, set: readonly string[] = []): readonly Problem[] => {
  const result = loadScenario(text, { fileName: "test.yaml", set });
  return result.ok ? [] : result.problems;
};
export const told = (text: string, set: readonly string[] = []): readonly string[] =>
  problems(text, set).map(({ line, column, message }) => `${line}:${column} ${message}`);

export const small = `name: small
duration: 1m
workload:
  users:
    arrivals: { process: poisson, rate: 2/s }
    session: { requests: 3, think: 1s, writes: 50%, size: 1KiB }
cluster:
  servers: { count: 2, workers: 1, service: 10ms }
strategies: [sticky-cookie]
`;

export const replayed = small
  .replace("{ process: poisson, rate: 2/s }", "{ replay: { log: logs/shop.log, timeScale: 0.5, sessionGap: 10m } }")
  .replace("requests: 3, think: 1s, writes: 50%, ", "");
