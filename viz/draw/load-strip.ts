/** One strip: shaded cells, and a row per server for the reader's keys and pointer. */
import type { LoadStripScene } from "../scene/load-strip.ts";
import { layer, type Svg } from "./axes.ts";

export function drawLoadStrip(
  svg: Svg,
  { box, rowHeight, levels, rows }: LoadStripScene,
  edges: readonly number[],
): void {
  svg.classed("dense", true);
  const end = edges.at(-1) ?? box.x;
  layer(svg, "cells")
    .attr("aria-hidden", "true")
    .selectAll<SVGPathElement, LoadStripScene["levels"][number]>("path")
    .data(levels, ({ level }) => level)
    .join("path")
    .attr("class", ({ level }) => `level-${level}`)
    .attr("d", ({ d }) => d);
  layer(svg, "server-names")
    .attr("aria-hidden", "true")
    .selectAll<SVGTextElement, LoadStripScene["rows"][number]>("text")
    .data(
      rows.filter(({ labelled }) => labelled),
      ({ name }) => name,
    )
    .join("text")
    .attr("data-server", ({ name }) => name)
    .attr("x", box.x - 7)
    .attr("y", ({ y }) => y)
    .attr("dy", "0.32em")
    .attr("text-anchor", "end")
    .text(({ name }) => name);
  layer(svg, "tracks")
    .selectAll<SVGRectElement, LoadStripScene["rows"][number]>("rect.track")
    .data(rows, ({ name }) => name)
    .join("rect")
    .attr("class", "track row")
    .attr("data-server", ({ name }) => name)
    .attr("x", box.x)
    .attr("y", ({ y }) => y - rowHeight / 2)
    .attr("width", Math.max(0, end - box.x))
    .attr("height", rowHeight);
}
