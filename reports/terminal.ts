/** The report for a terminal: verdict first, then tables. Colour only repeats what the words say. */
import { type Metric, type MetricName, metricNamed } from "../sim/metrics/catalogue.ts";
import type { DashboardData, Difference, StrategyData, Verdict } from "./dashboard-data.ts";
import { formatCell, formatDifference, formatSpan, plainNumber, unitOf } from "./format.ts";
import { rankedBy } from "./ranking.ts";
import { fitBlocks, padded, type TextColumn, withoutControls, wrapText } from "./text-table.ts";
import { whyLines } from "./why.ts";

/** How to colour; each function returns its text unchanged where colour is off. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
}

const same = (text: string): string => text;
export const plain: Paint = { bold: same, dim: same, good: same, bad: same };

export const defaultMetrics: readonly MetricName[] = [
  "sessionsLost",
  "responseTimeP99Ms",
  "loadPeakToMean",
  "errorFraction",
];

export interface TerminalOptions {
  readonly metrics: readonly MetricName[];
  /** Whether a row under each strategy gives its difference to the reference. */
  readonly differences: boolean;
  /** Characters in a line, 40 at least. */
  readonly width: number;
  readonly paint: Paint;
}

/** Titles are folded to about the width of a number with its interval. */
const HEADER_WIDTH = 13;

/** With more strategies than these a table is a ranking: a line for each, the best by the first metric on top. */
const MOST_IN_ORDER = 12;

const isRanking = ({ strategies }: DashboardData): boolean => strategies.length > MOST_IN_ORDER;

const toneOf = (verdict: Verdict | undefined, paint: Paint): ((text: string) => string) =>
  verdict === "better" ? paint.good : verdict === "worse" ? paint.bad : same;

/** A metric without a better direction gets its number, and no verdict. */
function differenceText({ unit, better }: Metric, difference: Difference | null): string {
  if (difference === null) return "–";
  if (difference.verdict === "same") return "same";
  const text = formatDifference(unit, difference);
  return better === "neutral" || difference.low === null ? text : `${text} ${difference.verdict}`;
}

/** In a ranking the interval of the difference is left out: its verdict says on which side of 0 it lies. */
function besideText(metric: Metric, difference: Difference | null): string {
  if (difference === null) return "";
  if (difference.verdict === "same") return " same";
  if (difference.low === null) return ` (${formatDifference(metric.unit, difference)})`;
  return metric.better === "neutral" ? "" : ` ${difference.verdict}`;
}

function columnOf(
  metric: Metric & { readonly name: MetricName },
  data: DashboardData,
  options: TerminalOptions,
): TextColumn {
  const unit = unitOf(metric.unit);
  return {
    header: wrapText(unit === "" ? metric.title : `${metric.title}, ${unit}`, HEADER_WIDTH),
    cells: data.strategies.flatMap((strategy) => {
      const difference = strategy.differences?.[metric.name] ?? null;
      const tone = toneOf(difference?.verdict, options.paint);
      const value = {
        text: formatCell(metric.unit, strategy.metrics[metric.name]),
        paint: options.differences ? same : tone,
      };
      if (!options.differences) return [value];
      if (isRanking(data)) return [{ text: `${value.text}${besideText(metric, difference)}`, paint: tone }];
      const below = strategy.differences === null ? "" : differenceText(metric, difference);
      return [value, { text: below, paint: tone }];
    }),
  };
}

function nameColumn(data: DashboardData, { differences, paint }: TerminalOptions): TextColumn {
  const { strategies, reference } = data;
  return {
    header: ["strategy"],
    cells: strategies.flatMap(({ name }: StrategyData) => {
      const row = {
        text: name === reference && strategies.length > 1 ? `${name} (ref)` : name,
        paint: paint.bold,
      };
      return differences && !isRanking(data)
        ? [row, { text: name === reference ? "" : "  difference", paint: paint.dim }]
        : [row];
    }),
  };
}

function tables(data: DashboardData, options: TerminalOptions): string[] {
  const known = options.metrics.flatMap((name) => {
    const metric = metricNamed.get(name);
    return metric === undefined ? [] : [{ ...metric, name }];
  });
  const shown = isRanking(data)
    ? {
        ...data,
        strategies: rankedBy(
          known.map(({ name }) => name),
          data.strategies,
        ),
      }
    : data;
  const columns = known.map((metric) => columnOf(metric, shown, options));
  const names = nameColumn(shown, options);
  return fitBlocks(names, columns, options.width).map((block) =>
    padded([names, ...block], options.paint.dim).join("\n"),
  );
}

const runsOf = (runs: number): string => (runs === 1 ? "1 run" : `${runs} runs`);

function footnote(data: DashboardData, { metrics, differences }: TerminalOptions): string {
  const answered = data.strategies.flatMap(({ metrics }) => metrics.requestsAnswered?.mean ?? []);
  const samples =
    answered.length === 0
      ? ""
      : ` over at least ${plainNumber(Math.floor(Math.min(...answered)), 0)} answered requests`;
  const interval = data.runs === 1 ? "one run, no interval" : "mean over runs ± 95 % interval (t)";
  const first = metrics.flatMap((name) => metricNamed.get(name)?.title ?? [])[0];
  const beside = data.runs === 1 ? "in brackets the difference to" : "verdicts are on the difference to";
  const order =
    isRanking(data) && first !== undefined
      ? `; the best by ${first} first${differences ? `, ${beside} ${data.reference}` : ""}`
      : "";
  return `${interval}; percentiles are per run${samples}${order}`;
}

function heading(data: DashboardData, { paint, width }: TerminalOptions): string[] {
  const { scenario } = data;
  const facts = `evenkeel ${data.version}, scenario ${scenario.hash}, seed ${data.seed}, ${runsOf(data.runs)} of ${formatSpan(data.durationMs)}`;
  const cut = data.warmUpMs === 0 ? "nothing cut as warm-up" : `first ${formatSpan(data.warmUpMs)} cut as warm-up`;
  const question = scenario.question === null ? "" : `: ${withoutControls(scenario.question)}`;
  return [
    ...wrapText(`${scenario.name}${question}`, width),
    ...wrapText(`${facts}, ${cut}`, width).map(paint.dim),
    "",
    ...wrapText(data.headline, width).map(paint.bold),
  ];
}

/** Nothing at all where no strategy was in any trouble. */
function why(data: DashboardData, { width, paint }: TerminalOptions): string[] {
  const { strategies, runs } = data;
  const { lines, spared } = whyLines(strategies);
  if (lines.length === 0) return [];
  return [
    "",
    ...wrapText(
      `what went wrong with sessions, and why${runs === 1 ? "" : " (mean per run)"}; evenkeel describe CAUSE`,
      width,
    ),
    ...(isRanking(data) ? alike(lines) : lines).flatMap(({ strategy, text }) => hanging(`${strategy}: ${text}`, width)),
    ...(spared === null ? [] : hanging(`nothing: ${spared}`, width).map(paint.dim)),
  ];
}

/** Those of whom the same is told, in one line. */
function alike(lines: ReturnType<typeof whyLines>["lines"]): { strategy: string; text: string }[] {
  const named = new Map<string, string>();
  for (const { strategy, text } of lines) {
    const others = named.get(text);
    named.set(text, others === undefined ? strategy : `${others}, ${strategy}`);
  }
  return [...named].map(([text, strategy]) => ({ strategy, text }));
}

const hanging = (text: string, width: number): string[] =>
  wrapText(text, width - 4).map((line, at) => `${at === 0 ? "  " : "    "}${line}`);

const indented = (mark: string, text: string, width: number): string[] =>
  wrapText(text, width - mark.length).map((line, at) => `${at === 0 ? mark : " ".repeat(mark.length)}${line}`);

function expectations({ expectations: outcomes }: DashboardData, { paint, width }: TerminalOptions): string[] {
  if (outcomes.length === 0) return [];
  const passed = outcomes.filter((outcome) => outcome.passed).length;
  return [
    "",
    `expectations: ${passed} of ${outcomes.length} met`,
    ...outcomes.flatMap(({ text, passed: met, measured }) => {
      const tone = met ? paint.good : paint.bad;
      return indented(met ? "  ✓ met      " : "  ✗ not met  ", `${text}; measured ${measured}`, width).map(tone);
    }),
  ];
}

function warnings({ warnings: texts }: DashboardData, { width }: TerminalOptions): string[] {
  return texts.flatMap((text) => ["", ...indented("note: ", text, width)]);
}

/** Ends with a line feed. */
export function terminalReport(data: DashboardData, options: TerminalOptions): string {
  return `${[
    ...heading(data, options),
    ...tables(data, options).flatMap((table) => ["", table]),
    ...wrapText(footnote(data, options), options.width).map(options.paint.dim),
    ...why(data, options),
    ...expectations(data, options),
    ...warnings(data, options),
  ].join("\n")}\n`;
}
