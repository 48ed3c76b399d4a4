/** What is compared: every strategy in a sentence, and its three parts. There before the first run is done. */
import { select } from "d3";
import type { StrategyData } from "../../reports/dashboard-data.ts";
import { element } from "../dom.ts";
import { swatch } from "../draw/swatch.ts";
import type { Store } from "../store.ts";

type About = Pick<StrategyData, "name" | "summary" | "parts">;

export interface StrategiesTable {
  readonly root: HTMLElement;
  /** Shows strategies of which there is no data yet. */
  readonly show: (strategies: readonly About[]) => void;
}

const columns = ["strategy", "in a sentence", "balancing", "affinity", "state"];

export function strategiesTable(store: Store): StrategiesTable {
  const body = element("tbody");
  const head = element("thead", {}, element("tr", {}, ...columns.map((text) => element("th", { scope: "col" }, text))));
  const title = "What is compared";
  const root = element(
    "section",
    { class: "strategies-table", "aria-labelledby": "strategies-heading", hidden: true },
    element("h2", { class: "small", id: "strategies-heading" }, title),
    element(
      "div",
      { class: "scroll", role: "region", tabindex: 0, "aria-label": `Table: ${title}` },
      element("table", {}, head, body),
    ),
  );

  function show(strategies: readonly About[]): void {
    root.hidden = strategies.length === 0;
    select(body)
      .selectAll<HTMLTableRowElement, About>("tr")
      .data(strategies, ({ name }, index) => `${index} ${name}`)
      .join((enter) => {
        const row = enter.append("tr");
        const cell = row.append("th").attr("scope", "row");
        cell.append((_, index) => swatch(index));
        cell.append("span").text(({ name }) => name);
        for (const part of ["summary", "balancing", "affinity", "state"]) row.append("td").attr("class", part);
        return row;
      })
      .attr("data-strategy", ({ name }) => name)
      .each(function ({ summary, parts }) {
        const row = select(this);
        row.select(".summary").text(summary);
        row.select(".balancing").text(parts.balancing);
        row.select(".affinity").text(parts.affinity);
        row.select(".state").text(parts.state);
      });
  }

  store.listen({ draw: () => store.data !== null && show(store.data.strategies) });
  return { root, show };
}
