/** The charts in their order, under the three questions and all numbers. */
import { element } from "../dom.ts";
import type { Store } from "../store.ts";
import { peakSummary } from "../summaries.ts";
import { panels } from "../view.ts";
import { differences } from "./differences.ts";
import type { Figure } from "./figure.ts";
import { heatMaps } from "./heat.ts";
import { loadStrips } from "./load-strips.ts";
import { losses } from "./losses.ts";
import { panel } from "./panels.ts";
import { percentiles } from "./percentiles.ts";
import { servers } from "./servers.ts";
import { affinityTable, lossCausesTable, sessionEnds } from "./sessions.ts";
import { timeLines } from "./time-lines.ts";

/** The three headline panels side by side. */
export const headlinePanels = (store: Store): HTMLElement =>
  element(
    "section",
    { class: "panels", "aria-labelledby": "panels-heading" },
    element("h2", { class: "visually-hidden", id: "panels-heading" }, "At a glance"),
    ...panels.map((which) => panel(store, which).root),
  );

const section = (id: string, title: string, ...parts: HTMLElement[]): HTMLElement =>
  element(
    "section",
    { id, "aria-labelledby": `${id}-heading` },
    element("h2", { id: `${id}-heading` }, title),
    ...parts,
  );

const peakToMeanOverTime = (store: Store): Figure =>
  timeLines(store, {
    id: "load-over-time",
    title: "Load peak to mean over time",
    summary: (data) => `It is ${peakSummary(data, "ratio", ({ timeline }) => timeline.loadPeakToMean)}`,
    unit: "ratio",
    column: ({ timeline }) => timeline.loadPeakToMean,
    from: 1,
    logBeyond: null,
  });

const p99OverTime = (store: Store): Figure =>
  timeLines(store, {
    id: "p99-over-time",
    title: "p99 response time over time",
    summary: (data) => `It is ${peakSummary(data, "ms", ({ timeline }) => timeline.responseTimeP99Ms)}`,
    unit: "ms",
    column: ({ timeline }) => timeline.responseTimeP99Ms,
    from: 0,
    logBeyond: 10,
  });

export const sections = (store: Store): HTMLElement[] => [
  section("load", "Load skew", loadStrips(store).root, peakToMeanOverTime(store).root),
  section(
    "loss",
    "Session loss",
    losses(store).root,
    sessionEnds(store).root,
    lossCausesTable(store).root,
    affinityTable(store).root,
  ),
  section(
    "latency",
    "Latency",
    element("div", { class: "pair" }, percentiles(store).root, p99OverTime(store).root),
    heatMaps(store).root,
  ),
  section("numbers", "All numbers", differences(store).root, servers(store).root),
];
