/** A chart of one line per strategy over virtual time. */
import { pointer } from "d3";
import type { DashboardData, StrategyData } from "../../reports/dashboard-data.ts";
import { formatValue } from "../../reports/format.ts";
import type { Metric } from "../../sim/metrics/catalogue.ts";
import { formatClock } from "../clock.ts";
import { drawRule, drawTimeAxis, drawValueAxis, type Svg } from "../draw/axes.ts";
import { bindKeys } from "../draw/keys.ts";
import { drawLines, drawLinesPoint } from "../draw/lines.ts";
import { drawKey } from "../draw/multiples.ts";
import { inside } from "../scene/box.ts";
import { type LinesScene, labelMargin, linesScene, nearestLine, nearestPosition, WIDE } from "../scene/lines.ts";
import { type TimeScene, timeScene, windowRule } from "../scene/time.ts";
import { valueAxis } from "../scene/values.ts";
import type { Store } from "../store.ts";
import type { Table } from "../table.ts";
import { type Figure, figure, surface } from "./figure.ts";

export interface TimeLinesOptions {
  readonly id: string;
  readonly title: string;
  readonly summary: (data: DashboardData) => string;
  readonly unit: Metric["unit"];
  readonly column: (strategy: StrategyData) => readonly (number | null)[];
  /** Where a linear axis begins. */
  readonly from: number;
  readonly logBeyond: number | null;
}

const HEIGHT = 240;
const REACH = 24;

export function timeLines(store: Store, options: TimeLinesOptions): Figure {
  const chart = figure(options.id);
  let drawn: { svg: Svg; scene: LinesScene; time: TimeScene; width: number } | null = null;

  const valueAt = (strategy: StrategyData | undefined, window: number): string => {
    const value = strategy === undefined ? null : (options.column(strategy)[window] ?? null);
    return value === null ? "no value" : formatValue(options.unit, value);
  };

  function draw(): void {
    const { data } = store;
    const width = chart.stage.clientWidth;
    if (data === null || width === 0) return;
    const summary = options.summary(data);
    chart.setText(options.title, summary);
    const names = data.strategies.map(({ name }) => name);
    const box = inside(width, HEIGHT, { top: 20, right: labelMargin(names, width), bottom: 24, left: 48 });
    const time = timeScene(data, box);
    const columns = data.strategies.map(options.column);
    const values = columns.flat().filter((value) => value !== null);
    const axis = valueAxis(values, box, options);
    const scene = linesScene(
      data.strategies.map(({ name }, index) => ({ name, index, values: columns[index]! })),
      time.positions,
      axis.y,
      box,
    );
    const svg = surface(chart.stage, `${options.title}. ${summary}`, width, HEIGHT);
    drawTimeAxis(svg, time);
    drawValueAxis(svg, axis.ticks, box);
    drawLines(svg, scene, width);
    drawn = { svg, scene, time, width };
    bind(svg, scene, data);
    chart.setTables(() => [timeTable(options.title, data, options.unit, options.column)]);
  }

  function bind(svg: Svg, scene: LinesScene, data: DashboardData): void {
    const node = svg.node();
    if (node === null) return;
    bindKeys(node, {
      positions: scene.positions.length,
      trackOf: (element) => {
        const name = element.dataset["strategy"] ?? "";
        const strategy = data.strategies.find((entry) => entry.name === name);
        return {
          label: `${name}, ${options.title}`,
          strategy: name,
          server: null,
          read: (window) => `${formatClock(window * data.windowMs)}, ${valueAt(strategy, window)}`,
        };
      },
      current: () => store.point.window,
      onPoint: (window, track) => store.pointAt({ window, strategy: track.strategy, server: null }),
    });
    svg.on("pointermove", (event: PointerEvent) => {
      const [x, y] = pointer(event, node);
      const window = nearestPosition(scene.positions, x);
      if (window === null) return;
      store.pointAt({ window, strategy: nearestLine(scene, window, y, REACH)?.name ?? null, server: null });
    });
    svg.on("pointerleave", () => store.pointAt({ window: null, strategy: null }));
  }

  function point(): void {
    const { data } = store;
    if (drawn === null || data === null) return;
    const { svg, scene, time, width } = drawn;
    const { window } = store.point;
    drawRule(svg, scene.box, windowRule(time, window, data, "middle"));
    drawLinesPoint(svg, scene, window, (name, position) =>
      valueAt(
        data.strategies.find((entry) => entry.name === name),
        position,
      ),
    );
    const entries = data.strategies.map((strategy, index) => ({
      name: strategy.name,
      index,
      value: window === null ? "" : valueAt(strategy, window),
    }));
    drawKey(chart.stage, width < WIDE ? entries : []);
  }

  store.listen({ draw, point });
  return chart;
}

/** One row per window, one column per strategy. */
function timeTable(
  title: string,
  data: DashboardData,
  unit: Metric["unit"],
  column: (strategy: StrategyData) => readonly (number | null)[],
): Table {
  const columns = data.strategies.map(column);
  return {
    title,
    columns: [{ text: "window from", unit: null }, ...data.strategies.map(({ name }) => ({ text: name, unit }))],
    rows: Array.from({ length: data.windows }, (_, window) => [
      formatClock(window * data.windowMs),
      ...columns.map((values) => values[window] ?? null),
    ]),
  };
}
