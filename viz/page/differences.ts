/** Every metric of every strategy beside the reference's, with the interval of the difference. */
import { select } from "d3";
import type { DashboardData } from "../../reports/dashboard-data.ts";
import { formatCell, unitOf } from "../../reports/format.ts";
import { type MetricName, metrics } from "../../sim/metrics/catalogue.ts";
import { element } from "../dom.ts";
import type { Store } from "../store.ts";
import type { Table } from "../table.ts";
import { differenceText } from "../verdict.ts";
import { type Figure, figure } from "./figure.ts";

/** What decides most questions; the rest is one click away. */
const chief: readonly MetricName[] = [
  "loadPeakToMean",
  "busyPeakToMean",
  "utilisationMax",
  "sessionsBorn",
  "sessionsLost",
  "sessionsLostFraction",
  "writesLost",
  "staleReads",
  "transactionsInterrupted",
  "responseTimeP50Ms",
  "responseTimeP90Ms",
  "responseTimeP99Ms",
  "responseTimeP999Ms",
  "errorFraction",
  "goodputPerSec",
  "retries",
  "replicationMessages",
  "storeOperations",
  "cookieBytes",
  "sessionMemoryBytes",
];

type MetricEntry = (typeof metrics)[number];
type Row = { readonly group: string } | { readonly metric: MetricEntry };

/** Metrics that some strategy has, under a row for each group. */
function rowsOf(data: DashboardData, all: boolean): readonly Row[] {
  const shown = metrics.filter(
    ({ name }) => (all || chief.includes(name)) && data.strategies.some((strategy) => strategy.metrics[name] !== null),
  );
  return shown.flatMap((metric, at): Row[] =>
    shown[at - 1]?.group === metric.group ? [{ metric }] : [{ group: metric.group }, { metric }],
  );
}

export function differences(store: Store): Figure {
  const chart = figure("differences", "wide");
  const all = element("input", { type: "checkbox", change: () => store.choose({ allMetrics: all.checked }) });
  const defined = element("input", { type: "checkbox", change: () => store.choose({ definitions: defined.checked }) });
  chart.root
    .querySelector("figcaption")
    ?.append(
      element("label", { class: "choice" }, all, " all metrics"),
      " ",
      element("label", { class: "choice" }, defined, " what they mean"),
    );
  const table = element("table", { class: "differences" }, element("thead", {}, element("tr", {})), element("tbody"));
  const region = element(
    "div",
    { class: "scroll", role: "region", tabindex: 0, "aria-label": "Differences to the reference" },
    table,
  );
  chart.stage.append(region);

  function draw(): void {
    const { data } = store;
    if (data === null) return;
    all.checked = store.view.allMetrics;
    defined.checked = store.view.definitions;
    const told = data.strategies
      .flatMap(({ differences: found }) => (found === null ? [] : Object.values(found)))
      .filter((difference) => difference?.verdict === "better" || difference?.verdict === "worse").length;
    const how =
      data.runs === 1
        ? "One run has no interval, so nothing is coloured."
        : `${told} differences have a 95 % interval without 0 and are called better or worse.`;
    chart.setText(
      `Each metric, and its difference to ${data.reference}`,
      `Mean over runs, and strategy minus ${data.reference} paired by seed. ${how}`,
    );
    const others = data.strategies.filter(({ name }) => name !== data.reference);
    const reference = data.strategies.find(({ name }) => name === data.reference);
    const columns = reference === undefined ? others : [reference, ...others];
    select(table)
      .select("thead tr")
      .selectAll<HTMLTableCellElement, string>("th")
      .data(["metric", ...columns.map(({ name }) => name)])
      .join("th")
      .attr("scope", "col")
      .classed("number", (_, at) => at > 0)
      .attr("data-strategy", (name, at) => (at === 0 ? null : name))
      .text((name) => (name === data.reference ? `${name} (reference)` : name));
    select(table)
      .select("tbody")
      .selectAll<HTMLTableRowElement, Row>("tr")
      .data(rowsOf(data, store.view.allMetrics), (row) => ("group" in row ? row.group : row.metric.name))
      .join("tr")
      .order()
      .classed("group", (row) => "group" in row)
      .each(function (row) {
        const line = select(this);
        if ("group" in row) {
          line
            .selectAll("th")
            .data([row.group])
            .join("th")
            .attr("scope", "colgroup")
            .attr("colspan", columns.length + 1)
            .text(row.group);
          return;
        }
        const { metric } = row;
        const unit = unitOf(metric.unit);
        const head = line
          .selectAll<HTMLTableCellElement, MetricEntry>("th")
          .data([metric])
          .join((enter) => {
            const made = enter.append("th").attr("scope", "row");
            made.append("span").attr("class", "title");
            made.append("span").attr("class", "note");
            return made;
          });
        head.select(".title").text(unit === "" ? metric.title : `${metric.title}, ${unit}`);
        head.attr("title", metric.definition);
        head.select(".note").text(store.view.definitions ? metric.definition : "");
        const cells = line
          .selectAll<HTMLTableCellElement, (typeof columns)[number]>("td")
          .data(columns)
          .join((enter) => {
            const cell = enter.append("td").attr("class", "number");
            cell.append("span").attr("class", "value");
            cell.append("span").attr("class", "difference");
            return cell;
          })
          .attr("data-strategy", ({ name }) => name);
        cells.select(".value").text(({ metrics: values }) => formatCell(metric.unit, values[metric.name]));
        cells
          .select(".difference")
          .attr("data-verdict", ({ differences: found }) => found?.[metric.name]?.verdict ?? null)
          .text(({ differences: found }) => differenceText(metric, found?.[metric.name] ?? null));
      });
    chart.setTables(() => [tableOf(data)]);
  }

  store.listen({ draw });
  return chart;
}

function tableOf(data: DashboardData): Table {
  return {
    title: `Every metric with its interval, and the difference to ${data.reference}`,
    columns: [
      "metric",
      "strategy",
      "mean",
      "95 % from",
      "95 % to",
      "difference",
      "from",
      "to",
      "relative",
      "verdict",
    ].map((text) => ({ text, unit: null })),
    rows: metrics.flatMap(({ name }) =>
      data.strategies.map(({ name: strategy, metrics: values, differences: found }) => {
        const estimate = values[name];
        const difference = found?.[name] ?? null;
        return [
          name,
          strategy,
          estimate?.mean ?? null,
          estimate?.low ?? null,
          estimate?.high ?? null,
          difference?.mean ?? null,
          difference?.low ?? null,
          difference?.high ?? null,
          difference?.relative ?? null,
          difference?.verdict ?? null,
        ];
      }),
    ),
  };
}
