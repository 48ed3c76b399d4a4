/** Who carried the load when: one strip per strategy, servers down, time across. */
import { pointer } from "d3";
import type { DashboardData, StrategyData } from "../../reports/dashboard-data.ts";
import { formatEstimate, formatValue, plainNumber } from "../../reports/format.ts";
import { formatClock } from "../clock.ts";
import { drawRule, drawTimeAxis, type Svg } from "../draw/axes.ts";
import { bindKeys } from "../draw/keys.ts";
import { drawLoadStrip } from "../draw/load-strip.ts";
import { drawMultiples, noteMultiples } from "../draw/multiples.ts";
import { inside } from "../scene/box.ts";
import { type LoadStripScene, loadStripScene, stripRowHeight } from "../scene/load-strip.ts";
import { type TimeScene, timeScene, windowRule } from "../scene/time.ts";
import type { Store } from "../store.ts";
import { stripsSummary } from "../summaries.ts";
import type { Table } from "../table.ts";
import { type Figure, figure, surface } from "./figure.ts";
import { levelKey } from "./level-key.ts";

const title = "Load of each server over time, as multiples of a fair share";

interface Strip {
  readonly name: string;
  readonly index: number;
  readonly note: string;
  readonly strategy: StrategyData;
}

export function loadStrips(store: Store): Figure {
  const chart = figure("load-strips", "multiples");
  const key = levelKey();
  chart.root.querySelector("figcaption")?.append(key);
  const drawn = new Map<string, { svg: Svg; time: TimeScene; scene: LoadStripScene }>();

  const read = (strip: Pick<Strip, "name">, server: string, window: number, data: DashboardData): string => {
    const strategy = data.strategies.find(({ name }) => name === strip.name);
    const row = strategy?.servers.findIndex(({ name }) => name === server) ?? -1;
    const requests = strategy?.timeline.serverRequests[row]?.[window];
    const share = drawn.get(strip.name)?.scene.shares[row]?.[window] ?? null;
    if (requests === undefined || share === null) return `${formatClock(window * data.windowMs)}, no requests`;
    const times = `${formatValue("ratio", share)} × fair share`;
    return `${formatClock(window * data.windowMs)}, ${server}: ${plainNumber(requests, Number.isInteger(requests) ? 0 : 1)} requests, ${times}`;
  };

  function drawStrip(stage: HTMLElement, { name, strategy }: Strip, data: DashboardData): void {
    const width = stage.clientWidth;
    const servers = strategy.timeline.serverRequests.length;
    if (width === 0 || servers === 0) return;
    const longest = Math.max(...strategy.servers.map((server) => server.name.length));
    const left = Math.min(width * 0.3, 14 + 6.2 * longest);
    const height = 18 + Math.max(24, servers * stripRowHeight(servers)) + 22;
    const box = inside(width, height, { top: 18, right: 8, bottom: 22, left });
    const time = timeScene(data, box);
    const scene = loadStripScene(strategy, time.edges, box);
    const svg = surface(stage, `${title}, ${name}`, width, height);
    drawn.set(name, { svg, time, scene });
    drawLoadStrip(svg, scene, time.edges);
    drawTimeAxis(svg, time);
    const node = svg.node();
    if (node === null) return;
    bindKeys(node, {
      positions: data.windows,
      trackOf: (element) => {
        const server = element.dataset["server"] ?? "";
        return {
          label: `${name}, ${server}, load`,
          strategy: name,
          server,
          read: (window) => read({ name }, server, window, data),
        };
      },
      current: () => store.point.window,
      onPoint: (window, track) => store.pointAt({ window, strategy: name, server: track.server }),
    });
    svg.on("pointermove", (event: PointerEvent) => {
      const [x, y] = pointer(event, node);
      const window = Math.floor((((x - box.x) / box.width) * data.durationMs) / data.windowMs);
      const row = Math.floor((y - box.y) / scene.rowHeight);
      if (window < 0 || window >= data.windows) return;
      store.pointAt({ window, strategy: name, server: scene.rows[row]?.name ?? null });
    });
    svg.on("pointerleave", () => store.pointAt({ window: null, strategy: null, server: null }));
  }

  function draw(): void {
    const { data } = store;
    if (data === null) return;
    const recorded = data.strategies.some(({ timeline }) => timeline.serverRequests.length > 0);
    chart.setText(
      title,
      recorded
        ? stripsSummary(data)
        : "Beyond 256 servers a record keeps no columns per server; the table of servers has the totals.",
    );
    key.hidden = !recorded;
    const strips = data.strategies.map((strategy, index): Strip => {
      const { loadPeakToMean, loadJain } = strategy.metrics;
      const peak =
        loadPeakToMean === null
          ? ""
          : `peak to mean ${formatEstimate("ratio", { ...loadPeakToMean, low: null, high: null })}`;
      const jain = loadJain === null ? "" : `, Jain ${formatEstimate("ratio", { ...loadJain, low: null, high: null })}`;
      return { name: strategy.name, index, note: `${peak}${jain}`, strategy };
    });
    drawn.clear();
    drawMultiples(chart.stage, recorded ? strips : [], (stage, strip) => drawStrip(stage, strip, data));
    chart.setTables(() => data.strategies.map(tableOf(data)));
  }

  function point(): void {
    const { data } = store;
    if (data === null) return;
    const { window, server } = store.point;
    for (const { svg, time } of drawn.values()) drawRule(svg, time.box, windowRule(time, window, data, "middle"));
    noteMultiples(
      chart.stage,
      window === null || server === null ? null : (multiple) => read(multiple, server, window, data),
    );
  }

  store.listen({ draw, point });
  return chart;
}

/** One row per window, one column per server. */
const tableOf =
  (data: DashboardData) =>
  ({ name, servers, timeline }: StrategyData): Table => ({
    title: `Requests per server and window under ${name}, mean over runs`,
    columns: [
      { text: "window from", unit: null },
      ...servers.map((server) => ({ text: server.name, unit: "requests" as const })),
    ],
    rows: Array.from({ length: data.windows }, (_, window) => [
      formatClock(window * data.windowMs),
      ...servers.map((_, server) => timeline.serverRequests[server]?.[window] ?? null),
    ]),
  });
