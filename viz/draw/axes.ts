/** What stands around the marks: value grid, time axis, warm-up and faults. Said in the caption and table, so hidden from screen readers. */
import type { Selection } from "d3";
import type { Box, Tick } from "../scene/box.ts";
import type { Rule, TimeScene } from "../scene/time.ts";

export type Svg = Selection<SVGSVGElement, unknown, null, undefined>;
type Group = Selection<SVGGElement, unknown, null, undefined>;

/** The one group of that class, in the order of the first calls: what is asked for first lies below. */
export function layer(svg: Svg, name: string): Group {
  const found = svg.select<SVGGElement>(`:scope > g.${name}`);
  return found.empty() ? svg.append("g").attr("class", name) : found;
}

export function drawValueAxis(svg: Svg, ticks: readonly Tick[], box: Box): void {
  const groups = layer(svg, "values")
    .attr("aria-hidden", "true")
    .selectAll<SVGGElement, Tick>("g")
    .data(ticks, ({ text }) => text)
    .join((enter) => {
      const group = enter.append("g");
      group.append("line");
      group.append("text").attr("dy", "0.32em").attr("text-anchor", "end");
      return group;
    })
    .attr("transform", ({ at }) => `translate(0,${at})`);
  groups
    .select("line")
    .attr("x1", box.x)
    .attr("x2", box.x + box.width);
  groups
    .select("text")
    .attr("x", box.x - 7)
    .text(({ text }) => text);
}

/** @param named whether the faults' names are written above the marks */
export function drawTimeAxis(svg: Svg, scene: TimeScene, named = true): void {
  const { box, ticks, warmUpX, faults, faultLabels } = scene;
  const bottom = box.y + box.height;
  const axis = layer(svg, "time").attr("aria-hidden", "true");
  axis
    .selectAll<SVGRectElement, number>("rect.warm-up")
    .data(warmUpX === null ? [] : [warmUpX])
    .join("rect")
    .attr("class", "warm-up")
    .attr("x", box.x)
    .attr("y", box.y)
    .attr("width", (x) => x - box.x)
    .attr("height", box.height);
  axis
    .selectAll<SVGTextElement, Tick>("text.tick")
    .data(ticks, ({ text }) => text)
    .join("text")
    .attr("class", "tick")
    .attr("x", ({ at }) => at)
    .attr("y", bottom + 16)
    .attr("text-anchor", ({ at }) => (at < box.x + 8 ? "start" : at > box.x + box.width - 12 ? "end" : "middle"))
    .text(({ text }) => text);
  const marks = layer(svg, "faults").attr("aria-hidden", "true");
  marks
    .selectAll<SVGRectElement, TimeScene["faults"][number]>("rect")
    .data(
      faults.filter(({ xEnd }) => xEnd !== null),
      ({ key }) => key,
    )
    .join("rect")
    .attr("x", ({ x }) => x)
    .attr("y", box.y)
    .attr("width", ({ x, xEnd }) => Math.max(1, (xEnd ?? x) - x))
    .attr("height", box.height);
  marks
    .selectAll<SVGPathElement, TimeScene["faults"][number]>("path")
    .data(faults, ({ key }) => key)
    .join("path")
    .attr("d", ({ x }) => `M${x - 3.5},${box.y - 5}h7l-3.5,5zM${x},${box.y}V${bottom}`);
  marks
    .selectAll<SVGTextElement, TimeScene["faultLabels"][number]>("text")
    .data(named ? faultLabels : [])
    .join("text")
    .attr("x", ({ x, anchor }) => (anchor === "start" ? x + 7 : x - 7))
    .attr("y", box.y - 3)
    .attr("text-anchor", ({ anchor }) => anchor)
    .text(({ text }) => text);
}

/** Ticks nearer to the rule's name than this give way to it. */
const NAME_REACH = 46;

/** The rule at the place pointed at, with its name; null removes it. */
export function drawRule(svg: Svg, box: Box, rule: Rule | null): void {
  const bottom = box.y + box.height;
  const group = layer(svg, "rule")
    .attr("aria-hidden", "true")
    .selectAll<SVGGElement, Rule>("g")
    .data(rule === null ? [] : [rule])
    .join((enter) => {
      const made = enter.append("g");
      made.append("line");
      made.append("text").attr("class", "first").attr("text-anchor", "middle");
      made.append("text").attr("class", "second").attr("text-anchor", "middle");
      return made;
    })
    .attr("transform", ({ x }) => `translate(${x},0)`);
  group.select("line").attr("y1", box.y).attr("y2", bottom);
  group
    .select("text.first")
    .attr("y", bottom + 16)
    .text(({ text }) => text);
  group
    .select("text.second")
    .attr("y", bottom + 30)
    .text(({ below }) => below);
  svg
    .selectAll<SVGTextElement, Tick>("g.time text")
    .attr("visibility", ({ at }) => (rule !== null && Math.abs(at - rule.x) < NAME_REACH ? "hidden" : null));
}
