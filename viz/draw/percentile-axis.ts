/** Percent above, "1 in N" below, a faint line at each nine. */
import type { Box } from "../scene/box.ts";
import type { PercentileAxis } from "../scene/percentiles.ts";
import { layer, type Svg } from "./axes.ts";

export function drawPercentileAxis(svg: Svg, { ticks }: PercentileAxis, box: Box): void {
  const bottom = box.y + box.height;
  const groups = layer(svg, "time")
    .attr("aria-hidden", "true")
    .selectAll<SVGGElement, PercentileAxis["ticks"][number]>("g")
    .data(ticks, ({ text }) => text)
    .join((enter) => {
      const group = enter.append("g");
      group.append("line");
      group.append("text").attr("class", "tick percent").attr("text-anchor", "middle");
      group.append("text").attr("class", "tick rare").attr("text-anchor", "middle");
      return group;
    })
    .attr("transform", ({ at }) => `translate(${at},0)`);
  groups.select("line").attr("y1", box.y).attr("y2", bottom);
  groups
    .select("text.percent")
    .attr("y", bottom + 16)
    .text(({ text }) => text);
  groups
    .select("text.rare")
    .attr("y", bottom + 30)
    .text(({ below }) => below);
}
