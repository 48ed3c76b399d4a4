/** A strategy's sign beside its name: its line and its symbol in its colour. */
import { select } from "d3";
import { styleOf } from "../palette.ts";
import { symbolPath } from "./lines.ts";

const WIDTH = 26;
const HEIGHT = 10;

export function swatch(index: number): SVGSVGElement {
  const { colour, dash } = styleOf(index);
  const svg = select(document.createElementNS("http://www.w3.org/2000/svg", "svg"))
    .attr("class", "swatch")
    .attr("width", WIDTH)
    .attr("height", HEIGHT)
    .attr("aria-hidden", "true")
    .style("--colour", colour);
  svg
    .append("path")
    .attr("class", "stroke")
    .attr("d", `M0,${HEIGHT / 2}H${WIDTH}`)
    .attr("stroke-dasharray", dash || null);
  svg
    .append("path")
    .attr("class", "symbol")
    .attr("d", symbolPath(index))
    .attr("transform", `translate(${WIDTH / 2},${HEIGHT / 2})`);
  const node = svg.node();
  if (node === null) throw new Error("swatch: no element was made");
  return node;
}
