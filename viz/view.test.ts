import fc from "fast-check";
import { expect, test } from "vitest";
import { defaultView, fragmentOf, panelMetrics, themes, type View, viewOf } from "./view.ts";

test("the defaults need no fragment", () => {
  expect(fragmentOf(defaultView)).toBe("");
  expect(viewOf("")).toEqual(defaultView);
});

test("a link holds only what was changed", () => {
  const view = { ...defaultView, highlight: "sticky-cookie", set: ["cluster.servers.count=12"] };
  expect(fragmentOf(view)).toBe("set=cluster.servers.count%3D12&highlight=sticky-cookie");
});

test("words that are not known fall back to the defaults", () => {
  expect(viewOf("#theme=pink&skew=responseTimeP99Ms&unheard=of")).toEqual(defaultView);
});

test("every view comes back from its fragment", () => {
  const name = fc.string({ minLength: 1 });
  const view: fc.Arbitrary<View> = fc.record({
    reference: fc.option(name),
    highlight: fc.option(name),
    shown: fc.option(fc.array(fc.stringMatching(/^[a-z-]+$/), { minLength: 1 })),
    theme: fc.constantFrom(...themes),
    metrics: fc.record({
      skew: fc.constantFrom(...panelMetrics.skew),
      loss: fc.constantFrom(...panelMetrics.loss),
      latency: fc.constantFrom(...panelMetrics.latency),
    }),
    ownScale: fc.boolean(),
    allMetrics: fc.boolean(),
    definitions: fc.boolean(),
    scenario: fc.option(name),
    set: fc.array(name),
    strategies: fc.option(fc.array(fc.stringMatching(/^[a-z-]+$/), { minLength: 1 })),
  });
  fc.assert(
    fc.property(view, (chosen) => {
      expect(viewOf(fragmentOf(chosen))).toEqual(chosen);
    }),
  );
});
