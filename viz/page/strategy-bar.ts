/** All strategies with their signs: the key of the whole page, where one is brought forward and the reference chosen. */
import { select } from "d3";
import type { StrategyData } from "../../reports/dashboard-data.ts";
import { element } from "../dom.ts";
import { bindRoving } from "../draw/roving.ts";
import { swatch } from "../draw/swatch.ts";
import type { Store } from "../store.ts";

export function strategyBar(store: Store): HTMLElement {
  const names = element("div", { class: "choices", role: "toolbar", "aria-label": "Strategies: bring one forward" });
  const reference = element("select", { change: () => store.choose({ reference: reference.value }) });
  const choice = element("label", { class: "reference" }, "differences against ", reference);
  const bar = element("nav", { class: "strategy-bar", "aria-label": "Strategies" }, names, choice);
  bindRoving(names, "button");

  function draw(): void {
    const strategies = store.data?.strategies ?? [];
    bar.hidden = strategies.length === 0;
    choice.hidden = strategies.length < 2;
    select(names)
      .selectAll<HTMLButtonElement, StrategyData>("button")
      .data(strategies, ({ name }, index) => `${index} ${name}`)
      .join((enter) => {
        const button = enter.append("button").attr("type", "button");
        button.append((_, index) => swatch(index));
        button.append("span").text(({ name }) => name);
        return button;
      })
      .attr("data-strategy", ({ name }) => name)
      .attr("tabindex", (_, index) => (index === 0 ? 0 : -1))
      .attr("title", ({ summary }) => summary)
      .attr("aria-pressed", ({ name }) => String(name === store.view.highlight))
      .on("click", (_, { name }) => store.choose({ highlight: name === store.view.highlight ? null : name }))
      .on("pointerenter focus", (_, { name }) => store.pointAt({ strategy: name }))
      .on("pointerleave blur", () => store.pointAt({ strategy: null }));
    select(reference)
      .selectAll<HTMLOptionElement, StrategyData>("option")
      .data(store.all?.strategies ?? [], ({ name }) => name)
      .join("option")
      .order()
      .attr("value", ({ name }) => name)
      .text(({ name }) => name);
    if (store.data !== null) reference.value = store.data.reference;
  }

  store.listen({ draw });
  return bar;
}
