/** A strategy's map of response times in shades of its colour, with its p99 and p50 on top. */
import type { HeatScene } from "../scene/heat.ts";
import { layer, type Svg } from "./axes.ts";

export function drawHeat(svg: Svg, scene: HeatScene): void {
  svg.classed("dense", true);
  const track = layer(svg, "tracks")
    .selectAll<SVGGElement, HeatScene>("g.track")
    .data([scene])
    .join("g")
    .attr("class", "track map");
  // Invisible, so that the keyboard's outline covers the whole map even where no request fell.
  track
    .selectAll<SVGRectElement, HeatScene>("rect")
    .data([scene])
    .join("rect")
    .attr("class", "ground")
    .attr("x", scene.box.x)
    .attr("y", scene.box.y)
    .attr("width", scene.box.width)
    .attr("height", scene.box.height);
  const cells = track.selectAll<SVGGElement, HeatScene>("g.cells").data([scene]).join("g").attr("class", "cells");
  cells
    .selectAll<SVGPathElement, HeatScene["levels"][number]>("path.cell")
    .data(scene.levels, ({ level }) => level)
    .join("path")
    .attr("class", ({ level }) => `cell heat-${level}`)
    .attr("d", ({ d }) => d);
  const lines = [
    { name: "halo", d: `${scene.p99}${scene.p50}` },
    { name: "p99", d: scene.p99 },
    { name: "p50", d: scene.p50 },
  ];
  track
    .selectAll<SVGPathElement, (typeof lines)[number]>("path.quantile")
    .data(lines, ({ name }) => name)
    .join("path")
    .attr("class", ({ name }) => `quantile ${name}`)
    .attr("d", ({ d }) => d);
}
