/** The verdict in one to three sentences: which strategy, on what, by how much, how sure. */
import { type MetricName, metricNamed } from "../sim/metrics/catalogue.ts";
import type { Difference, Estimate, StrategyData } from "./dashboard-data.ts";
import { differenceOf } from "./estimate.ts";
import { formatChange, formatEstimate, formatValue, listOf } from "./format.ts";

interface Facts {
  readonly runs: number;
  readonly reference: string;
  readonly strategies: readonly StrategyData[];
}

type Compared = StrategyData & { readonly estimate: Estimate; readonly difference: Difference | null };

/** In the order in which a question is decided. */
const deciding: readonly { metric: MetricName; wins: (plural: boolean) => string; subject: string }[] = [
  {
    metric: "sessionsLost",
    wins: (plural) => `${plural ? "lose" : "loses"} the fewest sessions`,
    subject: "lost sessions",
  },
  {
    metric: "writesLost",
    wins: (plural) => `${plural ? "lose" : "loses"} the fewest acknowledged writes`,
    subject: "lost writes",
  },
  {
    metric: "responseTimeP99Ms",
    wins: (plural) => `${plural ? "have" : "has"} the lowest p99 response time`,
    subject: "p99 response time",
  },
  {
    metric: "loadPeakToMean",
    wins: (plural) => `${plural ? "spread" : "spreads"} the load most evenly, peak to mean`,
    subject: "load skew",
  },
];

/** Metrics on which the winner may pay for its win. */
const priceMetrics: readonly MetricName[] = ["errorFraction", "responseTimeP99Ms", "loadPeakToMean"];
const PRICE_WORTH_A_WORD = 0.05;
const MOST_PRICES = 2;

const unitOf = (metric: MetricName) => metricNamed.get(metric)?.unit ?? "ratio";
const titleOf = (metric: MetricName) => metricNamed.get(metric)?.title ?? metric;

function comparedBy(metric: MetricName, { strategies }: Facts): readonly Compared[] {
  return strategies.flatMap((strategy) => {
    const estimate = strategy.metrics[metric];
    return estimate === null ? [] : [{ ...strategy, estimate, difference: strategy.differences?.[metric] ?? null }];
  });
}

/** -1 better than the reference, 1 worse, 0 not told apart. All deciding metrics are better when lower. */
function side({ difference }: Compared, runs: number): number {
  if (difference === null || difference.verdict === "same") return 0;
  if (runs === 1) return difference.mean < 0 ? -1 : 1;
  return difference.verdict === "better" ? -1 : difference.verdict === "worse" ? 1 : 0;
}

const sure = (runs: number): string =>
  runs === 1 ? "in a single run, without an interval" : `95 % interval, ${runs} runs paired by seed`;

function verdictOn(
  rule: (typeof deciding)[number],
  facts: Facts,
): { winners: readonly Compared[]; sentence: string; close: string | null } | null {
  const compared = comparedBy(rule.metric, facts);
  const reference = compared.find(({ name }) => name === facts.reference);
  if (reference === undefined) return null;
  const better = compared.filter((strategy) => side(strategy, facts.runs) < 0);
  const worse = compared.filter((strategy) => side(strategy, facts.runs) > 0);
  const least = Math.min(...(better.length > 0 ? better : [reference]).map(({ estimate }) => estimate.mean));
  const winners = (better.length > 0 ? better : compared).filter(
    (strategy) => strategy.estimate.mean === least && (better.length > 0 || side(strategy, facts.runs) === 0),
  );
  // Told against the reference, or, when the reference itself is best, against the nearest that is worse.
  const loser = better.length > 0 ? reference : worse.toSorted((a, b) => a.estimate.mean - b.estimate.mean)[0];
  const difference = better.length > 0 ? winners[0]?.difference : loser?.difference;
  if (loser === undefined || difference === null || difference === undefined) return null;
  const unit = unitOf(rule.metric);
  const best = formatEstimate(unit, { mean: least, low: null, high: null });
  const other = formatEstimate(unit, { ...loser.estimate, low: null, high: null });
  const role = loser.name === facts.reference ? ", the reference" : "";
  return {
    winners,
    close: closeBehind(winners, compared, facts.runs),
    sentence:
      `${listOf(winners.map(({ name }) => name))} ${rule.wins(winners.length > 1)}: ${best} against ${other} under ${loser.name}${role}; ` +
      `${better.length > 0 ? "difference" : `${loser.name} has`} ${formatChange(unit, difference)}, ${sure(facts.runs)}.`,
  };
}

/** Those that the runs do not tell from the winners, though their means are worse. */
function closeBehind(winners: readonly Compared[], compared: readonly Compared[], runs: number): string | null {
  const [winner] = winners;
  if (winner === undefined || runs === 1) return null;
  const close = compared.filter(
    (strategy) =>
      !winners.includes(strategy) &&
      differenceOf(strategy.estimate.perRun, winner.estimate.perRun, "lower")?.verdict !== "worse",
  );
  if (close.length === 0) return null;
  return `${listOf(close.map(({ name }) => name))} ${close.length === 1 ? "is" : "are"} not clearly behind.`;
}

/** Among equals on loss, who is clearly the fastest? */
function fastestOf(winners: readonly Compared[]): string | null {
  const byP99 = winners
    .flatMap(({ name, metrics }) =>
      metrics.responseTimeP99Ms === null ? [] : [{ name, p99: metrics.responseTimeP99Ms }],
    )
    .toSorted((a, b) => a.p99.mean - b.p99.mean);
  const fastest = byP99[0];
  if (winners.length < 2 || fastest === undefined) return null;
  const clearly = byP99
    .slice(1)
    .every(({ p99 }) => differenceOf(fastest.p99.perRun, p99.perRun, "lower")?.verdict === "better");
  return clearly && byP99.length > 1
    ? `Of these, ${fastest.name} has the lowest p99 response time, ${formatEstimate("ms", fastest.p99)}.`
    : null;
}

function priceOf({ name, differences }: Compared, won: MetricName): string | null {
  const paid = priceMetrics.flatMap((metric) => {
    const difference = differences?.[metric];
    if (metric === won || difference?.verdict !== "worse") return [];
    const { relative } = difference;
    if (relative !== null && Math.abs(relative) < PRICE_WORTH_A_WORD) return [];
    return [`${titleOf(metric)} ${formatChange(unitOf(metric), difference)}`];
  });
  return paid.length === 0 ? null : `${name} pays with ${listOf(paid)}.`;
}

function aloneHeadline(strategy: StrategyData, runs: number): string {
  const { sessionsLost, sessionsLostFraction, responseTimeP99Ms, loadPeakToMean } = strategy.metrics;
  const share =
    sessionsLostFraction === null ? "" : `, ${formatValue("fraction", sessionsLostFraction.mean)} of those that ended`;
  const told = [
    sessionsLost === null ? null : `loses ${formatEstimate("count", sessionsLost)} sessions a run${share}`,
    responseTimeP99Ms === null ? null : `p99 response time ${formatEstimate("ms", responseTimeP99Ms)}`,
    loadPeakToMean === null ? null : `load peak to mean ${formatEstimate("ratio", loadPeakToMean)}`,
  ].filter((part) => part !== null);
  return `${strategy.name} ${told.join("; ")}. ${runs === 1 ? "One run, without an interval." : `${runs} runs, 95 % intervals.`}`;
}

export function headlineFor(facts: Facts): string {
  const [first] = facts.strategies;
  if (facts.strategies.length === 1 && first !== undefined) return aloneHeadline(first, facts.runs);
  const undecided: string[] = [];
  for (const rule of deciding) {
    const verdict = verdictOn(rule, facts);
    if (verdict === null) {
      const occurs = facts.strategies.some(({ metrics }) => metrics[rule.metric]?.mean !== 0);
      // Where nobody lost a write, that is no question.
      if (rule.metric !== "writesLost" || occurs) undecided.push(rule.subject);
      continue;
    }
    const prices = verdict.winners.flatMap((winner) => priceOf(winner, rule.metric) ?? []).slice(0, MOST_PRICES);
    const fastest = rule.metric === "sessionsLost" ? fastestOf(verdict.winners) : null;
    const before = undecided.length === 0 ? null : `No clear difference in ${listOf(undecided)}.`;
    return [before, verdict.sentence, verdict.close, fastest, ...prices].filter((part) => part !== null).join(" ");
  }
  const others = facts.strategies.length === 2 ? "the other strategy" : "the others";
  return `Nothing tells ${facts.reference} and ${others} apart in ${listOf(undecided)}; ${sure(facts.runs)}.`;
}
