/** The three questions at a glance: load skew, session loss, latency. Each a table whose rows are also a chart. */
import { select } from "d3";
import { type Metric, type MetricName, metrics } from "../../sim/metrics/catalogue.ts";
import { element } from "../dom.ts";
import { drawEstimate, drawEstimateAxis } from "../draw/estimates.ts";
import { styleOf } from "../palette.ts";
import { type EstimateRow, estimatesScene } from "../scene/estimates.ts";
import type { Store } from "../store.ts";
import { estimatesSummary } from "../summaries.ts";
import type { Table } from "../table.ts";
import { type Panel, panelMetrics } from "../view.ts";
import { type Figure, figure } from "./figure.ts";

const panelTitles: Readonly<Record<Panel, string>> = {
  skew: "Load skew",
  loss: "Session loss",
  latency: "Latency",
};

/** Room for the longest of `−2,466 ±74 better`. */
const NUMBERS_WIDTH = 150;

function metricOf(name: MetricName): Metric & { readonly name: MetricName } {
  const metric = metrics.find((entry) => entry.name === name);
  if (metric === undefined) throw new RangeError(`panels: unknown metric "${name}"`);
  return metric;
}

export function panel(store: Store, which: Panel): Figure {
  const chart = figure(`panel-${which}`, "panel");
  const choice = element(
    "select",
    {
      "aria-label": `${panelTitles[which]}: metric`,
      change: () => {
        const name = panelMetrics[which].find((entry) => entry === choice.value);
        if (name !== undefined) store.choose({ metrics: { ...store.view.metrics, [which]: name } });
      },
    },
    ...panelMetrics[which].map((name) => element("option", { value: name }, metricOf(name).title)),
  );
  const definition = element("p", { class: "definition" });
  chart.root.querySelector("h3")?.after(element("p", { class: "metric-choice" }, choice), definition);
  const against = element("th", { scope: "col", class: "number" });
  const table = element(
    "table",
    { class: "estimates" },
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "strategy"), against)),
    element("tbody"),
    element("tfoot", { "aria-hidden": "true" }, element("tr", {}, element("td", { class: "axis" }), element("td"))),
  );
  chart.stage.append(table);

  function draw(): void {
    const { data } = store;
    const width = chart.stage.clientWidth;
    if (data === null || width === 0) return;
    const metric = metricOf(store.view.metrics[which]);
    choice.value = metric.name;
    definition.textContent = metric.definition;
    chart.setText(panelTitles[which], estimatesSummary(data, metric));
    table.setAttribute("aria-label", `${metric.title}, mean over runs with 95 % interval`);
    const scene = estimatesScene(data, metric, width - NUMBERS_WIDTH);
    against.replaceChildren("mean ±95 %", element("br"), `difference to ${data.reference}`);
    select(table)
      .select<HTMLTableSectionElement>("tbody")
      .selectAll<HTMLTableRowElement, EstimateRow>("tr")
      .data(scene.rows, ({ name, index }) => `${index} ${name}`)
      .join((enter) => {
        const row = enter.append("tr");
        const head = row.append("th").attr("scope", "row");
        head.append("span").text(({ name }) => name);
        const numbers = row.append("td").attr("class", "number");
        numbers.append("span").attr("class", "value");
        numbers.append("span").attr("class", "difference");
        return row;
      })
      .attr("data-strategy", ({ name }) => name)
      .style("--colour", ({ index }) => styleOf(index).colour)
      .on("pointerenter", (_, { name }) => store.pointAt({ strategy: name }))
      .on("pointerleave", () => store.pointAt({ strategy: null }))
      .each(function (row) {
        const line = select(this);
        line.select(".value").text(row.value);
        line
          .select(".difference")
          .attr("data-verdict", row.verdict)
          .text(row.isReference ? "reference" : row.difference);
        drawEstimate(line.select<HTMLTableCellElement>("th"), row, scene);
      });
    drawEstimateAxis(table, scene);
    chart.setTables(() => [perRunTable(store, metric)]);
  }

  store.listen({ draw });
  return chart;
}

/** Every run's value, and the interval in full. */
function perRunTable({ data }: Store, metric: Metric & { readonly name: MetricName }): Table {
  const { unit } = metric;
  const estimates = (data?.strategies ?? []).map(({ name, metrics: values }) => ({
    name,
    estimate: values[metric.name],
  }));
  return {
    title: `${metric.title}: each run`,
    columns: [{ text: "run", unit: null }, ...estimates.map(({ name }) => ({ text: name, unit }))],
    rows: [
      ...Array.from({ length: data?.runs ?? 0 }, (_, run) => [
        `seed ${(data?.seed ?? 0) + run}`,
        ...estimates.map(({ estimate }) => estimate?.perRun[run] ?? null),
      ]),
      ["mean", ...estimates.map(({ estimate }) => estimate?.mean ?? null)],
      ["95 % from", ...estimates.map(({ estimate }) => estimate?.low ?? null)],
      ["95 % to", ...estimates.map(({ estimate }) => estimate?.high ?? null)],
    ],
  };
}
