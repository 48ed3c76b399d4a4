/** Runs of one strategy put together: timelines, losses and servers averaged. */
import { type Cause, sessionCauses } from "../sim/metrics/causes.ts";
import type { AffinityLetter, RunRecord, TimelineRecord } from "../sim/record.ts";
import type { StrategyData } from "./dashboard-data.ts";

/** Mean over the values that are there; null when none is. */
function meanOf(values: readonly (number | null | undefined)[]): number | null {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (value === null || value === undefined) continue;
    sum += value;
    count++;
  }
  return count === 0 ? null : sum / count;
}

/** Six significant digits are finer than any screen and keep a report of 200 runs small. */
const forDrawing = (value: number): number => Number(value.toPrecision(6));

/** Column by column over runs: entry w is the mean of the runs' entries w. */
const nullableMeans = (columns: readonly (readonly (number | null)[])[]): (number | null)[] =>
  (columns[0] ?? []).map((_, at) => {
    const mean = meanOf(columns.map((column) => column[at]));
    return mean === null ? null : forDrawing(mean);
  });

const means = (columns: readonly (readonly number[])[]): number[] =>
  (columns[0] ?? []).map((_, at) => forDrawing(meanOf(columns.map((column) => column[at])) ?? 0));

function poolHeat(timelines: readonly TimelineRecord[]): number[] {
  const cells = new Map<number, Map<number, number>>();
  for (const { heat } of timelines) {
    for (let at = 0; at + 2 < heat.length; at += 3) {
      const window = heat[at] ?? 0;
      const band = heat[at + 1] ?? 0;
      const row = cells.get(window) ?? new Map<number, number>();
      cells.set(window, row.set(band, (row.get(band) ?? 0) + (heat[at + 2] ?? 0)));
    }
  }
  const ascending = <T>(entries: Map<number, T>) => [...entries].sort(([a], [b]) => a - b);
  return ascending(cells).flatMap(([window, row]) =>
    ascending(row).flatMap(([band, count]) => [window, band, forDrawing(count / timelines.length)]),
  );
}

function poolLossesOverTime(timelines: readonly TimelineRecord[]): StrategyData["timeline"]["sessionsLost"] {
  const none = Array<number>(timelines[0]?.windows ?? 0).fill(0);
  const columns = (cause: Cause) =>
    timelines.map(({ sessionsLost }) => sessionsLost.find((loss) => loss.cause === cause)?.count ?? none);
  return sessionCauses
    .filter(({ name }) => timelines.some(({ sessionsLost }) => sessionsLost.some(({ cause }) => cause === name)))
    .map(({ name }) => ({ cause: name, count: means(columns(name)) }));
}

export function poolTimelines(timelines: readonly TimelineRecord[]): StrategyData["timeline"] {
  const counts = (
    name:
      | "requestsOffered"
      | "requestsAnswered"
      | "requestsUnanswered"
      | "sessionsBorn"
      | "sessionsLive"
      | "sessionsMoved"
      | "staleReads"
      | "writesLost",
  ) => means(timelines.map((timeline) => timeline[name]));
  const nullable = (name: "responseTimeP50Ms" | "responseTimeP90Ms" | "responseTimeP99Ms" | "loadPeakToMean") =>
    nullableMeans(timelines.map((timeline) => timeline[name]));
  return {
    requestsOffered: counts("requestsOffered"),
    requestsAnswered: counts("requestsAnswered"),
    requestsUnanswered: counts("requestsUnanswered"),
    responseTimeP50Ms: nullable("responseTimeP50Ms"),
    responseTimeP90Ms: nullable("responseTimeP90Ms"),
    responseTimeP99Ms: nullable("responseTimeP99Ms"),
    loadPeakToMean: nullable("loadPeakToMean"),
    sessionsBorn: counts("sessionsBorn"),
    sessionsLive: counts("sessionsLive"),
    sessionsMoved: counts("sessionsMoved"),
    staleReads: counts("staleReads"),
    writesLost: counts("writesLost"),
    sessionsLost: poolLossesOverTime(timelines),
    serverRequests: (timelines[0]?.serverRequests ?? []).map((_, server) =>
      means(timelines.map((timeline) => timeline.serverRequests[server] ?? [])),
    ),
    heat: poolHeat(timelines),
  };
}

export function poolAffinityOutcomes(runs: readonly RunRecord[]): Record<AffinityLetter, number> {
  const mean = (letter: AffinityLetter) => meanOf(runs.map((run) => run.affinityOutcomes[letter])) ?? 0;
  return { N: mean("N"), I: mean("I"), V: mean("V"), D: mean("D"), E: mean("E"), O: mean("O"), U: mean("U") };
}

export function poolServers(runs: readonly RunRecord[]): StrategyData["servers"] {
  return (runs[0]?.servers ?? []).map(({ name, weight }, server) => {
    const over = (value: (entry: RunRecord["servers"][number]) => number | null) =>
      meanOf(runs.map((run) => (run.servers[server] ? value(run.servers[server]) : null)));
    return {
      name,
      weight,
      requests: over((entry) => entry.requests) ?? 0,
      utilisation: over((entry) => entry.utilisation),
      sessionsHeldMean: over((entry) => entry.sessionsHeldMean) ?? 0,
    };
  });
}
