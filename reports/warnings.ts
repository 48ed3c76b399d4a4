/** What a reader should know before believing the numbers. Each warning observes, explains and advises. */
import type { DashboardData, StrategyData } from "./dashboard-data.ts";
import { formatValue, listOf, plainNumber } from "./format.ts";

interface Facts extends Pick<DashboardData, "runs" | "strategies"> {
  /** Expectations about strategies that were not run. */
  readonly unchecked: readonly string[];
}

/** Above this share of its capacity a server has no steady state to speak of. */
const SATURATED_UTILISATION = 0.99;
/** The engine withholds p99.9 below this number of answered requests. */
const SAMPLES_FOR_P999 = 10_000;
/** Ten samples must lie beyond a percentile that is to be believed. */
const SAMPLES_FOR_P99 = 1_000;
/** Offered load that differs by more is no longer the same question. */
const UNEQUAL_LOAD_FRACTION = 0.01;

const meanOf = (strategy: StrategyData, metric: keyof StrategyData["metrics"]): number | null =>
  strategy.metrics[metric]?.mean ?? null;

function nothingAnswered({ strategies }: Facts): string[] {
  const silent = strategies.filter((strategy) => meanOf(strategy, "requestsAnswered") === 0);
  if (silent.length === 0) return [];
  return [
    `No request was answered under ${listOf(silent.map(({ name }) => name))}; such a run has no latency and loses no session because ` +
      "none is born. Check the cluster's workers and queues, its timeouts and the faults.",
  ];
}

function singleRun({ runs }: Facts): string[] {
  return runs > 1
    ? []
    : ["There was one run, which has no interval; its differences may be chance. Repeat it with --runs 10."];
}

function saturated({ strategies }: Facts): string[] {
  return strategies.flatMap(({ name, servers }) => {
    const full = servers.filter(({ utilisation }) => utilisation !== null && utilisation >= SATURATED_UTILISATION);
    if (full.length === 0) return [];
    const busiest = Math.max(...full.map(({ utilisation }) => utilisation ?? 0));
    const which =
      full.length === servers.length && full.length > 1
        ? "all servers were"
        : `${listOf(full.map((server) => server.name))} ${full.length === 1 ? "was" : "were"}`;
    return [
      `Under ${name}, ${which} busy ${formatValue("fraction", busiest)} of the time; a queue that never empties has no steady ` +
        "state, and its latency depends on the length of the run. Lower the arrival rate, or add servers or workers.",
    ];
  });
}

function fewSamples({ strategies }: Facts): string[] {
  const answered = strategies.flatMap((strategy) => {
    const count = meanOf(strategy, "requestsAnswered");
    return count === null || count === 0
      ? []
      : [{ name: strategy.name, count, hasP999: strategy.metrics.responseTimeP999Ms !== null }];
  });
  const warn = (short: typeof answered, what: string): string[] => {
    if (short.length === 0) return [];
    const least = plainNumber(Math.floor(Math.min(...short.map(({ count }) => count))), 0);
    const where = short.length === strategies.length ? "" : ` under ${listOf(short.map(({ name }) => name))}`;
    return [`${what}${where}: a run answered only ${least} requests. Raise duration or the arrival rate.`];
  };
  const coarse = answered.filter(({ count }) => count < SAMPLES_FOR_P99);
  if (coarse.length > 0) return warn(coarse, "p99 rests on fewer than 10 samples, and p99.9 is left out");
  return warn(
    answered.filter(({ count, hasP999 }) => !hasP999 && count < SAMPLES_FOR_P999),
    "p99.9 is left out, for it would rest on fewer than 10 samples",
  );
}

function unequalLoad({ strategies }: Facts): string[] {
  const offered = strategies.flatMap((strategy) => {
    const mean = meanOf(strategy, "requestsOffered");
    return mean === null ? [] : [{ name: strategy.name, mean }];
  });
  const byMean = offered.toSorted((a, b) => a.mean - b.mean);
  const least = byMean[0];
  const most = byMean[byMean.length - 1];
  if (least === undefined || most === undefined || most.mean - least.mean <= UNEQUAL_LOAD_FRACTION * most.mean)
    return [];
  return [
    `Users sent ${formatValue("requests", Math.round(least.mean))} requests under ${least.name} but ${formatValue("requests", Math.round(most.mean))} under ${most.name}: ` +
      "who logs in again, waits longer or leaves asks differently. Compare fractions and rates rather than counts.",
  ];
}

function uncheckedExpectations({ unchecked }: Facts): string[] {
  if (unchecked.length === 0) return [];
  const [speak, them] =
    unchecked.length === 1 ? ["expectation speaks of a strategy", "it"] : ["expectations speak of strategies", "them"];
  return [`${unchecked.length} ${speak} that did not run. Run all strategies to check ${them}.`];
}

export const warningsFor = (facts: Facts): readonly string[] =>
  [nothingAnswered, singleRun, saturated, fewSamples, unequalLoad, uncheckedExpectations].flatMap((check) =>
    check(facts),
  );
