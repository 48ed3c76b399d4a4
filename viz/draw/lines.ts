/** Lines with their names at the end; at the place pointed at, a dot on each and its value beside the name. */
import {
  select,
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
  symbolWye,
} from "d3";
import { type Shape, styleOf } from "../palette.ts";
import { type LineScene, type LinesScene, WIDE } from "../scene/lines.ts";
import { layer, type Svg } from "./axes.ts";

const symbols = {
  circle: symbolCircle,
  square: symbolSquare,
  triangle: symbolTriangle,
  diamond: symbolDiamond,
  cross: symbolCross,
  wye: symbolWye,
  star: symbolStar,
  bar: {
    draw: (context: CanvasPath, size: number) =>
      context.rect(-Math.sqrt(size), -Math.sqrt(size) / 4, 2 * Math.sqrt(size), Math.sqrt(size) / 2),
  },
} as const satisfies Record<Shape, unknown>;

/** The strategy's symbol around the origin; `size` is its area in square pixels. */
export const symbolPath = (index: number, size = 42): string => symbol(symbols[styleOf(index).shape], size)() ?? "";

/** Each line is a group `g.track`, to which the reader's keys and pointer are bound. */
export function drawLines(svg: Svg, scene: LinesScene, width: number): void {
  const tracks = layer(svg, "tracks")
    .selectAll<SVGGElement, LineScene>("g.track")
    .data(scene.lines, ({ name }) => name)
    .join((enter) => {
      const group = enter.append("g").attr("class", "track line");
      group.append("path").attr("class", "stroke");
      group.append("path").attr("class", "symbol");
      group.append("circle").attr("class", "dot").attr("r", 3.5);
      return group;
    })
    .attr("data-strategy", ({ name }) => name)
    .style("--colour", ({ index }) => styleOf(index).colour);
  tracks
    .select("path.stroke")
    .attr("d", ({ d }) => d)
    .attr("stroke-dasharray", ({ index }) => styleOf(index).dash || null);
  tracks
    .select("path.symbol")
    .attr("d", ({ index }) => symbolPath(index))
    .attr("transform", ({ end }) => (end === null ? null : `translate(${end.x},${end.y})`))
    .attr("visibility", ({ end }) => (end === null ? "hidden" : null));
  drawNames(svg, scene, width);
}

function drawNames(svg: Svg, { lines, box }: LinesScene, width: number): void {
  const right = box.x + box.width;
  const names = layer(svg, "names")
    .attr("aria-hidden", "true")
    .selectAll<SVGGElement, LineScene>("g")
    .data(width < WIDE ? [] : lines, ({ name }) => name)
    .join((enter) => {
      const group = enter.append("g");
      group.append("path").attr("class", "leader");
      const text = group.append("text").attr("dy", "0.32em");
      text.append("tspan").attr("class", "name");
      text.append("tspan").attr("class", "value").attr("dx", 7);
      return group;
    })
    .attr("data-strategy", ({ name }) => name)
    .style("--colour", ({ index }) => styleOf(index).colour);
  names
    .select("path.leader")
    .attr("d", ({ end, labelY }) =>
      end === null ? null : `M${end.x + 6},${end.y}L${right + 16},${labelY}H${right + 20}`,
    );
  names
    .select("text")
    .attr("x", right + 24)
    .attr("y", ({ labelY }) => labelY);
  names.select("tspan.name").text(({ name }) => name);
}

/** @param value text of a line at that position */
export function drawLinesPoint(
  svg: Svg,
  scene: LinesScene,
  position: number | null,
  value: (name: string, position: number) => string,
): void {
  svg.selectAll<SVGGElement, LineScene>("g.track.line").each(function ({ y }) {
    const at = position === null ? null : (y[position] ?? null);
    select(this)
      .select("circle.dot")
      .attr("visibility", at === null ? "hidden" : null)
      .attr("cx", position === null ? 0 : (scene.positions[position] ?? 0))
      .attr("cy", at ?? 0);
  });
  svg
    .selectAll<SVGGElement, LineScene>("g.names > g")
    .select("tspan.value")
    .text(({ name }) => (position === null ? "" : value(name, position)));
}
