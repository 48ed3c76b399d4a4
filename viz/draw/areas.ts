/** Stacked areas of one strategy: tints of its colour, each with its cause and number beside it. */
import type { LossArea, LossScene } from "../scene/losses.ts";
import { layer, type Svg } from "./axes.ts";

export interface AreaLabel {
  readonly cause: string;
  readonly text: string;
  /** 0 is the full colour; the same for a cause in every chart. */
  readonly tint: number;
}

export function drawAreas(svg: Svg, scene: LossScene, labelOf: (area: LossArea) => AreaLabel): void {
  const right = scene.box.x + scene.box.width;
  const track = layer(svg, "tracks")
    .selectAll<SVGGElement, LossScene>("g.track")
    .data([scene])
    .join("g")
    .attr("class", "track stack");
  track
    .selectAll<SVGPathElement, LossArea>("path")
    .data(
      ({ areas }) => areas,
      ({ cause }) => cause,
    )
    .join("path")
    .attr("class", (area) => `area tint-${labelOf(area).tint}`)
    .attr("d", ({ d }) => d);
  layer(svg, "names")
    .attr("aria-hidden", "true")
    .selectAll<SVGTextElement, LossArea>("text")
    .data(scene.areas, ({ cause }) => cause)
    .join("text")
    .attr("x", right + 8)
    .attr("y", ({ labelY }) => labelY)
    .attr("dy", "0.32em")
    .text((area) => labelOf(area).text);
}
