/** A table of a chart's numbers. Drawing it twice updates it in place. */
import { select } from "d3";
import { cellText, type Table } from "../table.ts";

export function drawTable(parent: HTMLElement, tables: readonly Table[]): void {
  const regions = select(parent)
    .selectAll<HTMLDivElement, Table>("div.scroll")
    .data(tables, ({ title }) => title)
    .join((enter) => {
      // It scrolls, so the keyboard must be able to get into it.
      const region = enter.append("div").attr("class", "scroll").attr("role", "region").attr("tabindex", "0");
      const table = region.append("table");
      table.append("caption");
      table.append("thead").append("tr");
      table.append("tbody");
      return region;
    })
    .attr("aria-label", ({ title }) => `Table: ${title}`);
  regions.select("caption").text(({ title }) => title);
  regions
    .select("thead tr")
    .selectAll<HTMLTableCellElement, Table["columns"][number]>("th")
    .data(({ columns }) => columns)
    .join("th")
    .attr("scope", "col")
    .classed("number", ({ unit }) => unit !== null)
    .text(({ text }) => text);
  regions.each(function ({ columns, rows }) {
    select(this)
      .select("tbody")
      .selectAll<HTMLTableRowElement, Table["rows"][number]>("tr")
      .data(rows)
      .join((enter) => {
        const row = enter.append("tr");
        row.append("th").attr("scope", "row");
        return row;
      })
      .each(function (cells) {
        const row = select(this);
        row.select("th").text(cellText(cells[0] ?? null, columns[0]?.unit ?? null));
        row
          .selectAll<HTMLTableCellElement, (typeof cells)[number]>("td")
          .data(cells.slice(1))
          .join("td")
          .classed("number", (_, at) => columns[at + 1]?.unit !== null)
          .text((cell, at) => cellText(cell, columns[at + 1]?.unit ?? null));
      });
  });
}
