/** How long requests took, as percentiles with room for the tail. */
import { pointer } from "d3";
import type { DashboardData } from "../../reports/dashboard-data.ts";
import { formatValue, plainNumber } from "../../reports/format.ts";
import { drawRule, drawValueAxis, type Svg } from "../draw/axes.ts";
import { bindKeys } from "../draw/keys.ts";
import { drawLines, drawLinesPoint } from "../draw/lines.ts";
import { drawKey } from "../draw/multiples.ts";
import { drawPercentileAxis } from "../draw/percentile-axis.ts";
import { inside } from "../scene/box.ts";
import { type LinesScene, labelMargin, linesScene, nearestLine, nearestPosition, WIDE } from "../scene/lines.ts";
import { percentileAxis, percentileValues } from "../scene/percentiles.ts";
import { valueAxis } from "../scene/values.ts";
import type { Store } from "../store.ts";
import { percentilesSummary } from "../summaries.ts";
import type { Table } from "../table.ts";
import { type Figure, figure, surface } from "./figure.ts";

const title = "Response time by percentile";
const HEIGHT = 280;
const REACH = 24;

const percentOf = (quantile: number): string => `${Number((quantile * 100).toPrecision(5))} %`;
const rarityOf = (quantile: number): string =>
  `1 in ${plainNumber(Number((1 / (1 - quantile)).toPrecision(2)), quantile < 0.9 ? 1 : 0).replace(/\.0$/, "")}`;

/** `99.9 %, 1 in 1,000`. */
const quantileName = (quantile: number): string => `${percentOf(quantile)}, ${rarityOf(quantile)}`;

export function percentiles(store: Store): Figure {
  const chart = figure("percentiles");
  let drawn: {
    svg: Svg;
    scene: LinesScene;
    quantiles: readonly number[];
    columns: readonly (readonly (number | null)[])[];
  } | null = null;
  const text = (value: number | null | undefined) =>
    value === null || value === undefined ? "too few samples" : formatValue("ms", value);

  function draw(): void {
    const { data } = store;
    const width = chart.stage.clientWidth;
    if (data === null || width === 0) return;
    const summary = percentilesSummary(data);
    chart.setText(title, `${summary} Intended send to answer, retries included; all runs pooled.`);
    const names = data.strategies.map(({ name }) => name);
    const box = inside(width, HEIGHT, { top: 12, right: labelMargin(names, width), bottom: 40, left: 56 });
    const samples = Math.max(...data.strategies.map(({ responseTimeMs }) => responseTimeMs.total));
    const axis = percentileAxis(samples, box);
    const columns = data.strategies.map(({ responseTimeMs }) => percentileValues(responseTimeMs, axis.quantiles));
    const values = columns.flat().filter((value) => value !== null);
    const vertical = valueAxis(values, box, { unit: "ms", from: 0, logBeyond: 12 });
    const inputs = data.strategies.map(({ name }, index) => ({ name, index, values: columns[index]! }));
    const scene = linesScene(inputs, axis.positions, vertical.y, box);
    const svg = surface(chart.stage, `${title}. ${summary}`, width, HEIGHT);
    drawPercentileAxis(svg, axis, box);
    drawValueAxis(svg, vertical.ticks, box);
    drawLines(svg, scene, width);
    drawn = { svg, scene, quantiles: axis.quantiles, columns };
    bind(svg, scene, axis.quantiles, data);
    chart.setTables(() => [tableOf(data)]);
  }

  function bind(svg: Svg, scene: LinesScene, quantiles: readonly number[], data: DashboardData): void {
    const node = svg.node();
    if (node === null) return;
    bindKeys(node, {
      positions: quantiles.length,
      trackOf: (element) => {
        const name = element.dataset["strategy"] ?? "";
        const column = drawn?.columns[data.strategies.findIndex((entry) => entry.name === name)];
        return {
          label: `${name}, ${title}`,
          strategy: name,
          server: null,
          read: (step) => `${quantileName(quantiles[step] ?? 0)}: ${text(column?.[step])}`,
        };
      },
      current: () => store.point.step,
      onPoint: (step, track) => store.pointAt({ step, strategy: track.strategy }),
    });
    svg.on("pointermove", (event: PointerEvent) => {
      const [x, y] = pointer(event, node);
      const step = nearestPosition(scene.positions, x);
      if (step !== null) store.pointAt({ step, strategy: nearestLine(scene, step, y, REACH)?.name ?? null });
    });
    svg.on("pointerleave", () => store.pointAt({ step: null, strategy: null }));
  }

  function point(): void {
    const { data } = store;
    if (drawn === null || data === null) return;
    const { svg, scene, quantiles, columns } = drawn;
    const { step } = store.point;
    const value = (name: string, at: number) =>
      text(columns[data.strategies.findIndex((entry) => entry.name === name)]?.[at]);
    const x = step === null ? undefined : scene.positions[step];
    const quantile = step === null ? undefined : quantiles[step];
    const rule =
      x === undefined || quantile === undefined ? null : { x, text: percentOf(quantile), below: rarityOf(quantile) };
    drawRule(svg, scene.box, rule);
    drawLinesPoint(svg, scene, step, value);
    const entries = data.strategies.map(({ name }, index) => ({
      name,
      index,
      value: step === null ? "" : value(name, step),
    }));
    drawKey(chart.stage, chart.stage.clientWidth < WIDE ? entries : []);
  }

  store.listen({ draw, point });
  return chart;
}

const tabled = [0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999, 0.99999];

function tableOf(data: DashboardData): Table {
  const columns = data.strategies.map(({ responseTimeMs }) => percentileValues(responseTimeMs, tabled));
  return {
    title: `${title}, all runs pooled`,
    columns: [
      { text: "percentile", unit: null },
      ...data.strategies.map(({ name }) => ({ text: name, unit: "ms" as const })),
    ],
    rows: [
      ...tabled.map((quantile, at) => [quantileName(quantile), ...columns.map((column) => column[at] ?? null)]),
      ["longest", ...data.strategies.map(({ responseTimeMs }) => responseTimeMs.maximum)],
      ["requests", ...data.strategies.map(({ responseTimeMs }) => plainNumber(responseTimeMs.total, 0))],
    ],
  };
}
