/** How far the answer can be believed: what the scenario expected, and what a reader should know first. */
import { select } from "d3";
import type { DashboardData } from "../../reports/dashboard-data.ts";
import { element } from "../dom.ts";
import type { Store } from "../store.ts";

/** Options of the command, `--runs 10`, are set as code, so that no line breaks within one. */
const withOptions = (text: string): (Node | string)[] =>
  text.split(/(--[\w-]+(?: \d+)?)/).map((part) => (part.startsWith("--") ? element("code", {}, part) : part));

export function trust(store: Store): HTMLElement {
  const met = element("h3", {});
  const expectations = element("ul", { class: "expectations" });
  const warnings = element("ul", { class: "warnings" });
  const expected = element("div", {}, met, expectations);
  const warned = element("div", {}, element("h3", {}, "Before you believe it"), warnings);
  const root = element("section", { class: "trust", "aria-label": "Expectations and warnings" }, expected, warned);

  function draw(): void {
    const { data } = store;
    if (data === null) return;
    const passed = data.expectations.filter((expectation) => expectation.passed).length;
    expected.hidden = data.expectations.length === 0;
    warned.hidden = data.warnings.length === 0;
    root.hidden = expected.hidden && warned.hidden;
    met.textContent = `Expectations: ${passed} of ${data.expectations.length} met`;
    select(expectations)
      .selectAll<HTMLLIElement, DashboardData["expectations"][number]>("li")
      .data(data.expectations)
      .join((enter) => {
        const item = enter.append("li");
        item.append("b");
        item.append("span").attr("class", "text");
        item.append("span").attr("class", "measured");
        return item;
      })
      .attr("data-passed", (expectation) => String(expectation.passed))
      .each(function (expectation) {
        const item = select(this);
        item.select("b").text(expectation.passed ? "✓ met" : "✗ not met");
        item.select(".text").text(expectation.text);
        item.select(".measured").text(`measured ${expectation.measured}`);
      });
    select(warnings)
      .selectAll<HTMLLIElement, string>("li")
      .data(data.warnings)
      .join("li")
      .each(function (warning) {
        this.replaceChildren(...withOptions(warning));
      });
  }

  store.listen({ draw });
  return root;
}
