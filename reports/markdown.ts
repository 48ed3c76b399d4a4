/** `report.md`: the report as GitHub-flavoured Markdown, for a pull request or a wiki. */
import { type Metric, metricNamed, metrics } from "../sim/metrics/catalogue.ts";
import { sessionCauses } from "../sim/metrics/causes.ts";
import { troubleKinds } from "../sim/metrics/ledger-counts.ts";
import type { DashboardData } from "./dashboard-data.ts";
import { formatCell, formatDifference, formatSpan, formatValue, unitOf } from "./format.ts";
import { troubleRows, troublesOccurring } from "./troubles.ts";

/** Text inside a cell or a line: nothing in it can start markup. */
const escaped = (text: string): string =>
  text.replace(/\s+/g, " ").replace(/[\\`*_{}[\]<>#|~]/g, (character) => `\\${character}`);

/** `rest` aligns the columns after the first: numbers to the right, texts to the left. */
function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  rest: "---:" | "---" = "---:",
): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = header.map((_, at) => (at === 0 ? "---" : rest));
  return [line(header), line(rule), ...rows.map(line)];
}

const headerOf = ({ title, unit }: Metric): string => (unitOf(unit) === "" ? title : `${title}, ${unitOf(unit)}`);

/** One table for each group of metrics, so that none is wider than a page. */
function metricTables({ strategies, reference }: DashboardData): string[] {
  const groups = [...new Set(metrics.map(({ group }) => group))];
  return groups.flatMap((group) => {
    const rows = metrics
      .filter(
        (metric) => metric.group === group && strategies.some((strategy) => strategy.metrics[metric.name] !== null),
      )
      .map((metric) => [
        escaped(headerOf(metric)),
        ...strategies.map(({ metrics: values, differences }) => {
          const difference = differences?.[metric.name] ?? null;
          const cell = formatCell(metric.unit, values[metric.name]);
          if (difference === null || difference.verdict === "same") return escaped(cell);
          const verdict = metric.better === "neutral" || difference.low === null ? "" : ` ${difference.verdict}`;
          return escaped(`${cell} (${formatDifference(metric.unit, difference)}${verdict})`);
        }),
      ]);
    const names = strategies.map(({ name }) =>
      name === reference && strategies.length > 1 ? `${escaped(name)} (ref)` : escaped(name),
    );
    return rows.length === 0 ? [] : ["", `## ${capital(group)}`, "", ...table(["metric", ...names], rows)];
  });
}

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

/** One table for each kind of trouble that occurred. */
function troubles({ strategies }: DashboardData): string[] {
  const occurring = troublesOccurring(strategies);
  const names = strategies.map(({ name }) => escaped(name));
  return troubleKinds.flatMap((kind) => {
    const causes = occurring.filter((row) => row.kind === kind).map(({ cause }) => cause);
    if (causes.length === 0) return [];
    const rows = sessionCauses
      .filter(({ name }) => causes.includes(name))
      .map(({ name, summary }) => [
        `${name}: ${escaped(summary)}`,
        ...strategies.map((strategy) => {
          const row = troubleRows(strategy).find((entry) => entry.kind === kind && entry.cause === name);
          return formatValue("count", row?.count ?? 0);
        }),
      ]);
    const title = metricNamed.get(kind)?.title ?? kind;
    return ["", `## ${capital(title)} by cause, mean per run`, "", ...table(["cause", ...names], rows)];
  });
}

function expectations({ expectations: outcomes }: DashboardData): string[] {
  if (outcomes.length === 0) return [];
  const rows = outcomes.map(({ text, passed, measured }) => [
    escaped(text),
    passed ? "met" : "**not met**",
    escaped(measured),
  ]);
  return ["", "## Expectations", "", ...table(["expectation", "outcome", "measured"], rows, "---")];
}

/** Ends with a line feed. `command` repeats the runs. */
export function markdownReport(data: DashboardData, command: string): string {
  const { scenario, runs, reference } = data;
  const interval = runs === 1 ? "One run, so there is no interval." : "Means over runs ± 95 % interval (t).";
  const paired =
    data.strategies.length === 1
      ? ""
      : ` In brackets the difference to ${escaped(reference)}, paired by seed; none where all runs are equal.`;
  return `${[
    `# ${escaped(scenario.name)}`,
    ...(scenario.question === null ? [] : ["", escaped(scenario.question)]),
    "",
    `**${escaped(data.headline)}**`,
    ...data.warnings.flatMap((warning) => ["", `> ${escaped(warning)}`]),
    ...expectations(data),
    ...metricTables(data),
    ...troubles(data),
    "",
    "## How it was made",
    "",
    `${runs === 1 ? "1 run" : `${runs} runs`} of ${formatSpan(data.durationMs)}, the first ${formatSpan(data.warmUpMs)} cut as warm-up; seeds from ${data.seed}; ` +
      `scenario ${scenario.hash}; evenkeel ${data.version}. ${interval} Percentiles are per run.${paired}`,
    "",
    "```sh",
    command,
    "```",
    "",
    "## Strategies",
    "",
    ...data.strategies.map(
      ({ name, summary, parts, digest }) =>
        `- ${escaped(name)}: ${escaped(summary)} (balancing ${escaped(parts.balancing)}, affinity ${escaped(parts.affinity)}, state ${escaped(parts.state)}; digest of the first run \`${digest}\`)`,
    ),
  ].join("\n")}\n`;
}
