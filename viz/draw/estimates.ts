/** Under each name of a panel: the mean as the strategy's symbol, its 95 % interval as a bar, the reference as a rule. */
import { type Selection, select } from "d3";
import type { EstimateRow, EstimatesScene } from "../scene/estimates.ts";
import { symbolPath } from "./lines.ts";

const HEIGHT = 16;
const MIDDLE = HEIGHT / 2;

export function drawEstimate(
  cell: Selection<HTMLTableCellElement, unknown, null, undefined>,
  row: EstimateRow,
  scene: EstimatesScene,
): void {
  const svg = cell
    .selectAll<SVGSVGElement, EstimateRow>("svg")
    .data([row])
    .join((enter) => {
      const made = enter.append("svg").attr("aria-hidden", "true");
      made.append("g").attr("class", "grid");
      made.append("path").attr("class", "reference");
      made.append("path").attr("class", "interval");
      made.append("path").attr("class", "symbol");
      return made;
    })
    .attr("width", scene.width)
    .attr("height", HEIGHT);
  svg
    .select("g.grid")
    .selectAll("line")
    .data(scene.ticks)
    .join("line")
    .attr("x1", ({ at }) => at)
    .attr("x2", ({ at }) => at)
    .attr("y2", HEIGHT);
  svg.select("path.reference").attr("d", scene.referenceX === null ? null : `M${scene.referenceX},0V${HEIGHT}`);
  svg
    .select("path.interval")
    .attr("d", row.interval === null ? null : `M${row.interval[0]},${MIDDLE}H${row.interval[1]}`);
  svg
    .select("path.symbol")
    .attr("d", symbolPath(row.index, 56))
    .attr("visibility", row.x === null ? "hidden" : null)
    .attr("transform", `translate(${row.x ?? 0},${MIDDLE})`);
}

export function drawEstimateAxis(table: HTMLTableElement, { ticks, width }: EstimatesScene): void {
  select(table)
    .select("tfoot td.axis")
    .selectAll<SVGSVGElement, null>("svg")
    .data([null])
    .join("svg")
    .attr("width", width)
    .attr("height", 16)
    .selectAll<SVGTextElement, (typeof ticks)[number]>("text")
    .data(ticks)
    .join("text")
    .attr("x", ({ at }) => at)
    .attr("y", 12)
    .attr("text-anchor", (_, index) => (index === 0 ? "start" : index === ticks.length - 1 ? "end" : "middle"))
    .text(({ text }) => text);
}
