/** Where there are many strategies: all of them, the best first, and which of them the charts show. */
import { select } from "d3";
import type { StrategyData } from "../../reports/dashboard-data.ts";
import { formatCell } from "../../reports/format.ts";
import { rankedBy } from "../../reports/ranking.ts";
import { type MetricName, metricNamed } from "../../sim/metrics/catalogue.ts";
import { element } from "../dom.ts";
import { MOST_UNASKED } from "../shown.ts";
import type { Store } from "../store.ts";

export function shownChoice(store: Store): HTMLElement {
  const summary = element("summary", {});
  const filter = element("input", {
    type: "search",
    placeholder: "redis, cookie, jwt …",
    "aria-label": "Only strategies that speak of",
    input: () => draw(),
  });
  const usual = element(
    "button",
    { type: "button", class: "link", click: () => store.choose({ shown: null }) },
    "Show the first ones again",
  );
  const head = element("tr", {});
  const body = element("tbody");
  const table = element("table", {}, element("thead", {}, head), body);
  const region = element(
    "div",
    { class: "scroll", role: "region", tabindex: 0, "aria-label": "All strategies, the best first" },
    table,
  );
  const tools = element("p", { class: "tools" }, filter, " ", usual);
  const root = element("details", { class: "shown-choice", hidden: true }, summary, tools, region);
  root.addEventListener("toggle", () => draw());

  function toggle(name: string): void {
    const { all, data } = store;
    if (all === null || data === null) return;
    const now = data.strategies.map((strategy) => strategy.name);
    const next = now.includes(name) ? now.filter((entry) => entry !== name) : [...now, name];
    store.choose({ shown: all.strategies.map((strategy) => strategy.name).filter((entry) => next.includes(entry)) });
  }

  function draw(): void {
    const { all, data, view } = store;
    root.hidden = all === null || all.strategies.length <= MOST_UNASKED;
    if (all === null || data === null || root.hidden) return;
    summary.textContent = `${data.strategies.length} of ${all.strategies.length} strategies are shown: rank them all, choose others`;
    usual.hidden = view.shown === null;
    if (!root.open) return;
    const columns: readonly MetricName[] = [view.metrics.loss, view.metrics.latency, view.metrics.skew];
    const word = filter.value.trim().toLowerCase();
    const rows = rankedBy(columns, all.strategies).filter(({ name, summary: sentence, parts }) =>
      [name, sentence, ...Object.values(parts)].some((text) => text.toLowerCase().includes(word)),
    );
    const shown = new Set(data.strategies.map(({ name }) => name));
    select(head)
      .selectAll<HTMLTableCellElement, string>("th")
      .data(["strategy", ...columns.map((name) => metricNamed.get(name)?.title ?? name)])
      .join("th")
      .attr("scope", "col")
      .classed("number", (_, at) => at > 0)
      .text((text) => text);
    select(body)
      .selectAll<HTMLTableRowElement, StrategyData>("tr")
      .data(rows, ({ name }) => name)
      .join((enter) => {
        const row = enter.append("tr");
        const label = row.append("th").attr("scope", "row").append("label");
        label.append("input").attr("type", "checkbox");
        label.append("span").text(({ name }) => name);
        return row;
      })
      .order()
      .attr("title", ({ summary: sentence }) => sentence)
      .each(function (strategy) {
        select(this)
          .select<HTMLInputElement>("input")
          .property("checked", shown.has(strategy.name))
          // Everything is told against it.
          .property("disabled", strategy.name === data.reference)
          .on("change", () => toggle(strategy.name));
        select(this)
          .selectAll<HTMLTableCellElement, MetricName>("td")
          .data(columns)
          .join("td")
          .attr("class", "number")
          .text((name) => formatCell(metricNamed.get(name)?.unit ?? "ratio", strategy.metrics[name]));
      });
  }

  store.listen({ draw });
  return root;
}
