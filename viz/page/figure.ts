/** The frame of every chart: title, a sentence with numbers, the drawing, and its numbers as a table and a file. */
import { select } from "d3";
import { element, save } from "../dom.ts";
import type { Svg } from "../draw/axes.ts";
import { standaloneSvg } from "../draw/standalone.ts";
import { drawTable } from "../draw/table.ts";
import { type Table, tableCsv } from "../table.ts";

export interface Figure {
  readonly root: HTMLElement;
  /** Where the drawing goes. */
  readonly stage: HTMLElement;
  /** Title and sentence stand for the chart where it is not seen. */
  readonly setText: (title: string, summary: string) => void;
  /** Called again only while the table is open. */
  readonly setTables: (tables: () => readonly Table[]) => void;
}

/** @param id names the figure's files and its place in the page */
export function figure(id: string, className = ""): Figure {
  const title = element("h3", { id: `${id}-title` });
  const summary = element("p", { class: "summary" });
  const stage = element("div", { class: "stage" });
  const content = element("div", { class: "twin-content" });
  let tables: () => readonly Table[] = () => [];
  const files = element(
    "p",
    { class: "files" },
    element("button", { type: "button", class: "link", click: () => saveCsv(id, tables()) }, "Save as CSV"),
    " ",
    element("button", { type: "button", class: "link", click: () => saveSvg(id, stage) }, "Save as SVG"),
  );
  const twin = element("details", { class: "twin" }, element("summary", {}, "Table"), files, content);
  const fill = () => {
    if (twin.open) drawTable(content, tables());
  };
  twin.addEventListener("toggle", fill);
  const caption = element("figcaption", {}, title, summary);
  return {
    root: element(
      "figure",
      { id, class: `chart ${className}`.trim(), "aria-labelledby": `${id}-title` },
      caption,
      stage,
      twin,
    ),
    stage,
    setText: (titleText, summaryText) => {
      title.textContent = titleText;
      summary.textContent = summaryText;
    },
    setTables: (make) => {
      tables = make;
      twin.querySelector("summary")?.setAttribute("aria-label", `Table: ${title.textContent}`);
      fill();
    },
  };
}

/** The figure's drawing surface; made at the first call. */
export function surface(parent: HTMLElement, label: string, width: number, height: number): Svg {
  const found = select(parent).select<SVGSVGElement>(":scope > svg");
  const svg = found.empty() ? select(parent).append("svg").attr("role", "group") : found;
  return svg
    .attr("aria-label", label)
    .attr("width", width)
    .attr("height", height)
    .attr("viewBox", `0 0 ${width} ${height}`);
}

function saveCsv(id: string, tables: readonly Table[]): void {
  for (const [at, table] of tables.entries()) {
    save(tables.length === 1 ? `${id}.csv` : `${id}-${at + 1}.csv`, "text/csv", tableCsv(table));
  }
}

function saveSvg(id: string, stage: HTMLElement): void {
  const drawings = [...stage.querySelectorAll("svg")];
  for (const [at, drawing] of drawings.entries()) {
    save(drawings.length === 1 ? `${id}.svg` : `${id}-${at + 1}.svg`, "image/svg+xml", standaloneSvg(drawing));
  }
}
