/** A slider for each knob; one that is not as in the file is set in bold. */
import { select } from "d3";
import type { Knob } from "../run/knobs.ts";

const withUnit = (value: number, unit: string): string =>
  unit === "" || unit === "%" || unit === "×" ? `${value}${unit}` : `${value} ${unit}`;

export function drawKnobs(
  parent: HTMLElement,
  knobs: readonly Knob[],
  values: ReadonlyMap<string, number>,
  onTurn: (key: string, value: number) => void,
): void {
  select(parent)
    .selectAll<HTMLLabelElement, Knob>("label")
    .data(knobs, ({ key }) => key)
    .join((enter) => {
      const label = enter.append("label");
      label.append("span").attr("class", "title");
      label.append("input").attr("type", "range");
      label.append("output");
      return label;
    })
    .each(function (knob) {
      const value = values.get(knob.key) ?? knob.usual;
      const label = select(this).classed("changed", value !== knob.usual);
      label.select(".title").text(knob.label);
      label
        .select<HTMLInputElement>("input")
        .attr("min", knob.minimum)
        .attr("max", knob.maximum)
        // A value between two steps, such as 99.3 %, keeps its place.
        .attr("step", Number.isInteger((value - knob.minimum) / knob.step) ? knob.step : "any")
        .attr("aria-valuetext", withUnit(value, knob.unit))
        .property("value", value)
        .on("input", function () {
          const steps = Math.round((this.valueAsNumber - knob.minimum) / knob.step);
          onTurn(knob.key, Number((knob.minimum + steps * knob.step).toPrecision(6)));
        });
      label.select("output").text(withUnit(value, knob.unit));
    });
}
