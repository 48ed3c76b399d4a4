/** Which strategies run: the scenario's own, and the presets that it does not name. */
import { select } from "d3";
import type { LoadedScenario } from "../../scenarios/index.ts";
import { choosableStrategies } from "../run/plan.ts";

/** @param onChoose called with null when the choice is the scenario's own list */
export function drawStrategyChoice(
  parent: HTMLElement,
  scenario: LoadedScenario,
  chosen: ReadonlySet<string> | null,
  onChoose: (names: ReadonlySet<string> | null) => void,
): void {
  const own = new Set(scenario.strategies.map(({ name }) => name));
  const checked = chosen ?? own;
  const choosable = choosableStrategies(scenario);
  select(parent)
    .selectAll<HTMLLabelElement, { name: string }>("label")
    .data(choosable, ({ name }) => name)
    .join((enter) => {
      const label = enter.append("label");
      label.append("input").attr("type", "checkbox");
      label.append("span").text(({ name }) => name);
      return label;
    })
    .order()
    .select<HTMLInputElement>("input")
    .property("checked", ({ name }) => checked.has(name))
    // Something must run.
    .property("disabled", ({ name }) => checked.size === 1 && checked.has(name))
    .on("change", (_, { name }) => {
      const toggled = checked.has(name) ? [...checked].filter((entry) => entry !== name) : [...checked, name];
      const next = new Set(choosable.map((entry) => entry.name).filter((entry) => toggled.includes(entry)));
      const isOwn = next.size === own.size && [...own].every((entry) => next.has(entry));
      onChoose(isOwn ? null : next);
    });
}
