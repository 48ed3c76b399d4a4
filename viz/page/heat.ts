/** Latency over time: one map per strategy, on the same scales. */
import { pointer } from "d3";
import type { DashboardData, StrategyData } from "../../reports/dashboard-data.ts";
import { formatEstimate, formatValue, plainNumber } from "../../reports/format.ts";
import { bandLowMs } from "../../sim/metrics/timeline.ts";
import { formatClock } from "../clock.ts";
import { drawRule, drawTimeAxis, drawValueAxis, type Svg } from "../draw/axes.ts";
import { drawHeat } from "../draw/heat.ts";
import { bindKeys } from "../draw/keys.ts";
import { drawMultiples, noteMultiples } from "../draw/multiples.ts";
import { inside } from "../scene/box.ts";
import { heatRange, heatScene } from "../scene/heat.ts";
import { nearestPosition } from "../scene/lines.ts";
import { type TimeScene, timeScene, windowRule } from "../scene/time.ts";
import { valueAxis } from "../scene/values.ts";
import type { Store } from "../store.ts";
import { peakSummary } from "../summaries.ts";
import type { Table } from "../table.ts";
import { type Figure, figure, surface } from "./figure.ts";

const title = "Response times over time";
const HEIGHT = 190;

export function heatMaps(store: Store): Figure {
  const chart = figure("latency-over-time", "multiples");
  const drawn = new Map<string, { svg: Svg; time: TimeScene }>();

  const read = (strategy: StrategyData | undefined, window: number, data: DashboardData): string => {
    if (strategy === undefined) return "";
    const { responseTimeP50Ms, responseTimeP99Ms, requestsAnswered } = strategy.timeline;
    const at = (name: string, value: number | null | undefined) =>
      value === null || value === undefined ? `no ${name}` : `${name} ${formatValue("ms", value)}`;
    const answered = plainNumber(Math.round(requestsAnswered[window] ?? 0), 0);
    const from = formatClock(window * data.windowMs);
    return `${from}, ${answered} answered, ${at("p50", responseTimeP50Ms[window])}, ${at("p99", responseTimeP99Ms[window])}`;
  };

  function draw(): void {
    const { data } = store;
    if (data === null) return;
    const peak = peakSummary(data, "ms", ({ timeline }) => timeline.responseTimeP99Ms);
    chart.setText(
      title,
      `Stronger colour where more requests fell, each shade four times as many; the lines are p99 and, dashed, p50. p99 is ${peak}`,
    );
    const range = heatRange(data.strategies.map(({ timeline }) => timeline));
    const maps = data.strategies.map((strategy, index) => {
      const p99 = strategy.metrics.responseTimeP99Ms;
      return {
        name: strategy.name,
        index,
        strategy,
        note: p99 === null ? "" : `p99 ${formatEstimate("ms", { ...p99, low: null, high: null })}`,
      };
    });
    drawn.clear();
    drawMultiples(chart.stage, maps, (stage, { name, strategy }) => {
      const width = stage.clientWidth;
      if (width === 0) return;
      const box = inside(width, HEIGHT, { top: 18, right: 8, bottom: 22, left: 56 });
      const time = timeScene(data, box);
      const axis = valueAxis([range.lowMs, range.highMs], box, { unit: "ms", from: null, logBeyond: 1 });
      const scene = heatScene(strategy, range, time.edges, time.positions, box);
      const svg = surface(stage, `${title}, ${name}`, width, HEIGHT);
      drawn.set(name, { svg, time });
      drawHeat(svg, scene);
      drawTimeAxis(svg, time);
      drawValueAxis(svg, axis.ticks, box);
      const node = svg.node();
      if (node === null) return;
      bindKeys(node, {
        positions: data.windows,
        trackOf: () => ({
          label: `${name}, response times`,
          strategy: name,
          server: null,
          read: (window) => read(strategy, window, data),
        }),
        current: () => store.point.window,
        onPoint: (window) => store.pointAt({ window, strategy: name, server: null }),
      });
      svg.on("pointermove", (event: PointerEvent) => {
        store.pointAt({
          window: nearestPosition(time.positions, pointer(event, node)[0]),
          strategy: name,
          server: null,
        });
      });
      svg.on("pointerleave", () => store.pointAt({ window: null, strategy: null }));
    });
    chart.setTables(() => data.strategies.map((strategy) => tableOf(data, strategy)));
  }

  function point(): void {
    const { data } = store;
    if (data === null) return;
    const { window } = store.point;
    for (const { svg, time } of drawn.values()) drawRule(svg, time.box, windowRule(time, window, data, "middle"));
    noteMultiples(chart.stage, window === null ? null : ({ index }) => read(data.strategies[index], window, data));
  }

  store.listen({ draw, point });
  return chart;
}

/** One row per window, one column per octave that occurs. */
function tableOf(data: DashboardData, { name, timeline }: StrategyData): Table {
  const octaves = new Map<number, number[]>();
  for (let at = 0; at + 2 < timeline.heat.length; at += 3) {
    const octave = Math.floor(timeline.heat[at + 1]! / 4);
    const counts = octaves.get(octave) ?? Array<number>(data.windows).fill(0);
    counts[timeline.heat[at]!]! += timeline.heat[at + 2]!;
    octaves.set(octave, counts);
  }
  const columns = [...octaves].sort(([a], [b]) => a - b);
  return {
    title: `Requests by response time and window under ${name}, mean per run`,
    columns: [
      { text: "window from", unit: null },
      ...columns.map(([octave]) => ({
        text: `from ${formatValue("ms", bandLowMs(octave * 4))}`,
        unit: "requests" as const,
      })),
      { text: "p50", unit: "ms" },
      { text: "p99", unit: "ms" },
    ],
    rows: Array.from({ length: data.windows }, (_, window) => [
      formatClock(window * data.windowMs),
      ...columns.map(([, counts]) => counts[window] ?? 0),
      timeline.responseTimeP50Ms[window] ?? null,
      timeline.responseTimeP99Ms[window] ?? null,
    ]),
  };
}
