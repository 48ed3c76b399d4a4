/** A table whose cells carry a bar in their strategy's colour: numbers to read, lengths to compare. */
import { select } from "d3";
import { styleOf } from "../palette.ts";

export interface BarRow {
  readonly key: string;
  readonly title: string;
  /** Said below the title; empty for none. */
  readonly note: string;
  /** A heading of the rows that follow, with numbers of its own and no bars. */
  readonly isGroup?: boolean;
  /** Per strategy; a share in [0, 1] of the longest bar, or null for none. */
  readonly cells: readonly { readonly text: string; readonly share: number | null }[];
}

export interface BarTable {
  readonly label: string;
  readonly corner: string;
  readonly strategies: readonly string[];
  readonly rows: readonly BarRow[];
}

export function drawBarTable(parent: HTMLElement, model: BarTable): void {
  const region = select(parent)
    .selectAll<HTMLDivElement, BarTable>(":scope > div.scroll")
    .data([model])
    .join((enter) => {
      const made = enter.append("div").attr("class", "scroll").attr("role", "region").attr("tabindex", "0");
      const table = made.append("table").attr("class", "bars");
      table.append("thead").append("tr");
      table.append("tbody");
      return made;
    })
    .attr("aria-label", ({ label }) => label)
    .style("--columns", ({ strategies }) => strategies.length);
  region
    .select("thead tr")
    .selectAll<HTMLTableCellElement, string>("th")
    .data([model.corner, ...model.strategies])
    .join("th")
    .attr("scope", "col")
    .attr("data-strategy", (name, at) => (at === 0 ? null : name))
    .text((name) => name);
  region
    .select("tbody")
    .selectAll<HTMLTableRowElement, BarRow>("tr")
    .data(model.rows, ({ key }) => key)
    .join((enter) => {
      const row = enter.append("tr");
      const head = row.append("th").attr("scope", "row");
      head.append("span").attr("class", "title");
      head.append("span").attr("class", "note");
      return row;
    })
    .order()
    .attr("class", ({ isGroup }) => (isGroup === true ? "group" : null))
    .attr("data-server", ({ key }) => key)
    .each(function ({ title, note, cells }) {
      const row = select(this);
      row.select(".title").text(title);
      row.select(".note").text(note);
      const columns = row
        .selectAll<HTMLTableCellElement, (typeof cells)[number]>("td")
        .data(cells)
        .join((enter) => {
          const cell = enter.append("td");
          cell.append("span").attr("class", "value");
          cell.append("span").attr("class", "bar");
          return cell;
        })
        .attr("data-strategy", (_, at) => model.strategies[at] ?? null)
        .style("--colour", (_, at) => styleOf(at).colour);
      columns.select(".value").text(({ text }) => text);
      columns.select<HTMLSpanElement>(".bar").style("width", ({ share }) => `${Math.round((share ?? 0) * 1000) / 10}%`);
    });
}
