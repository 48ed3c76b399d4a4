/** Sessions lost over time, by cause: one stack per strategy that lost any, the others named. */
import { pointer } from "d3";
import type { DashboardData } from "../../reports/dashboard-data.ts";
import { formatValue, listOf } from "../../reports/format.ts";
import { sessionCauses } from "../../sim/metrics/causes.ts";
import { formatClock } from "../clock.ts";
import { element } from "../dom.ts";
import { drawAreas } from "../draw/areas.ts";
import { drawRule, drawTimeAxis, drawValueAxis, type Svg } from "../draw/axes.ts";
import { bindKeys } from "../draw/keys.ts";
import { drawMultiples, noteMultiples } from "../draw/multiples.ts";
import { inside, textWidth } from "../scene/box.ts";
import { nearestPosition } from "../scene/lines.ts";
import { type LossCurve, lossCurves, lossScene, MOST_CAUSES, mainCauses, OTHER, totalOf } from "../scene/losses.ts";
import { type TimeScene, timeScene, windowRule } from "../scene/time.ts";
import { valueAxis } from "../scene/values.ts";
import type { Store } from "../store.ts";
import { lossesSummary } from "../summaries.ts";
import type { Table } from "../table.ts";
import { type Figure, figure, surface } from "./figure.ts";

const title = "Sessions lost since the end of warm-up, by cause";
const HEIGHT = 190;

interface Stack {
  readonly name: string;
  readonly index: number;
  readonly note: string;
  readonly curves: readonly LossCurve[];
}

const words = (cause: string): string => cause.replaceAll("-", " ");
/** The words cut short where the number would not fit beside them. */
function fitted(text: string, number: string, room: number): string {
  if (textWidth(text + number) <= room) return text + number;
  let kept = text;
  while (kept.length > 3 && textWidth(`${kept}…${number}`) > room) kept = kept.slice(0, -1);
  return `${kept.trimEnd()}…${number}`;
}

const count = (value: number): string => formatValue("count", value);

export function losses(store: Store): Figure {
  const chart = figure("losses", "multiples");
  const none = element("p", { class: "none" });
  const drawn = new Map<string, { svg: Svg; time: TimeScene; stack: Stack }>();
  const box = element("input", { type: "checkbox", change: () => store.choose({ ownScale: box.checked }) });
  const scaleChoice = element("label", { class: "choice" }, box, " each on a scale of its own");
  chart.root.querySelector("figcaption")?.append(scaleChoice);
  chart.stage.after(none);

  const read = (stack: Stack, window: number, data: DashboardData): string => {
    const parts = stack.curves.map(({ cause, cumulative }) => `${count(cumulative[window] ?? 0)} ${words(cause)}`);
    const total = count(totalOf(stack.curves)[window] ?? 0);
    const until = formatClock(Math.min((window + 1) * data.windowMs, data.durationMs));
    return `${until}, ${total} lost${parts.length > 1 ? `: ${parts.join(", ")}` : ""}`;
  };

  function draw(): void {
    const { data } = store;
    if (data === null) return;
    chart.setText(title, lossesSummary(data));
    const shown = mainCauses(data.strategies.map((strategy) => lossCurves(strategy, data)));
    const all = data.strategies.map((strategy, index): Stack => {
      const curves = shown[index] ?? [];
      return { name: strategy.name, index, note: `${count(totalOf(curves).at(-1) ?? 0)} lost`, curves };
    });
    const stacks = all.filter(({ curves }) => curves.length > 0);
    const kept = all.filter(({ curves }) => curves.length === 0).map(({ name }) => name);
    none.textContent = kept.length === 0 ? "" : `No session lost: ${listOf(kept, 12)}.`;
    box.checked = store.view.ownScale;
    scaleChoice.hidden = stacks.length < 2;
    const most = Math.max(...stacks.map(({ curves }) => totalOf(curves).at(-1) ?? 0));
    const occurring = [...sessionCauses.map(({ name }) => name), OTHER].filter((name) =>
      stacks.some(({ curves }) => curves.some(({ cause }) => cause === name)),
    );
    const longest = Math.max(...occurring.map((name) => textWidth(`${words(name)} 9,999`)));
    drawn.clear();
    drawMultiples(chart.stage, stacks, (stage, stack) => {
      const width = stage.clientWidth;
      if (width === 0) return;
      const margin = { top: 18, right: Math.min(longest + 14, width * 0.4), bottom: 22, left: 48 };
      const plot = inside(width, HEIGHT, margin);
      const time = timeScene(data, plot);
      const top = store.view.ownScale ? (totalOf(stack.curves).at(-1) ?? 0) : most;
      const axis = valueAxis([0, top], plot, { unit: "count", from: 0, logBeyond: null });
      const scene = lossScene(stack.curves, time.edges, axis.y, plot);
      const svg = surface(stage, `${title}, ${stack.name}`, width, HEIGHT);
      drawn.set(stack.name, { svg, time, stack });
      drawTimeAxis(svg, time);
      drawValueAxis(svg, axis.ticks, plot);
      drawAreas(svg, scene, ({ cause, lost }) => ({
        cause,
        text: fitted(words(cause), ` ${count(lost)}`, margin.right - 10),
        tint: cause === OTHER ? MOST_CAUSES + 1 : occurring.indexOf(cause),
      }));
      const node = svg.node();
      if (node === null) return;
      bindKeys(node, {
        positions: data.windows,
        trackOf: () => ({
          label: `${stack.name}, sessions lost`,
          strategy: stack.name,
          server: null,
          read: (window) => read(stack, window, data),
        }),
        current: () => store.point.window,
        onPoint: (window) => store.pointAt({ window, strategy: stack.name, server: null }),
      });
      svg.on("pointermove", (event: PointerEvent) => {
        const window = nearestPosition(time.positions, pointer(event, node)[0]);
        store.pointAt({ window, strategy: stack.name, server: null });
      });
      svg.on("pointerleave", () => store.pointAt({ window: null, strategy: null }));
    });
    chart.setTables(() => [lossTable(data, all)]);
  }

  function point(): void {
    const { data } = store;
    if (data === null) return;
    const { window } = store.point;
    for (const { svg, time } of drawn.values()) drawRule(svg, time.box, windowRule(time, window, data, "end"));
    const readAt = (name: string) => {
      const stack = drawn.get(name)?.stack;
      return window === null || stack === undefined ? "" : read(stack, window, data);
    };
    noteMultiples(chart.stage, window === null ? null : ({ name }) => readAt(name));
  }

  store.listen({ draw, point });
  return chart;
}

/** One row per window; a column per strategy and cause. */
function lossTable(data: DashboardData, stacks: readonly Stack[]): Table {
  const columns = stacks.flatMap(({ name, curves }) =>
    curves.length === 0
      ? [{ text: name, values: Array<number>(data.windows).fill(0) }]
      : curves.map(({ cause, cumulative }) => ({ text: `${name}, ${words(cause)}`, values: cumulative })),
  );
  return {
    title: `${title}, mean over runs`,
    columns: [{ text: "until", unit: null }, ...columns.map(({ text }) => ({ text, unit: "count" as const }))],
    rows: Array.from({ length: data.windows }, (_, window) => [
      formatClock(Math.min((window + 1) * data.windowMs, data.durationMs)),
      ...columns.map(({ values }) => values[window] ?? null),
    ]),
  };
}
