/** A strategy's sign beside its name: its line and its symbol in its colour. */
import { select } from "d3";
import { styleOf } from "../palette.ts";
import { symbolPath } from "./lines.ts";

const LINE_WIDTH = 26;
const SYMBOL_WIDTH = 11;
const HEIGHT = 10;

export function swatch(index: number, kind: "line" | "symbol" = "line"): SVGSVGElement {
  const { colour, dash } = styleOf(index);
  const width = kind === "line" ? LINE_WIDTH : SYMBOL_WIDTH;
  const svg = select(document.createElementNS("http://www.w3.org/2000/svg", "svg"))
    .attr("class", "swatch")
    .attr("width", width)
    .attr("height", HEIGHT)
    .attr("aria-hidden", "true")
    .style("--colour", colour);
  svg
    .append("path")
    .attr("class", "stroke")
    .attr("d", kind === "line" ? `M0,${HEIGHT / 2}H${width}` : null)
    .attr("stroke-dasharray", dash || null);
  svg
    .append("path")
    .attr("class", "symbol")
    .attr("d", symbolPath(index))
    .attr("transform", `translate(${width / 2},${HEIGHT / 2})`);
  const node = svg.node();
  if (node === null) throw new Error("swatch: no element was made");
  return node;
}
