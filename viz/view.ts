/**
 * What the reader has chosen, as the address of the page: only what differs from the defaults stands in the fragment, so
 * that a link to a view is short.
 */
import type { MetricName } from "../sim/metrics/catalogue.ts";

export type Theme = "system" | "light" | "dark";
export const themes: readonly Theme[] = ["system", "light", "dark"];

/** Metrics that each headline panel offers; the first is the default. */
export const panelMetrics = {
  skew: ["loadPeakToMean", "loadCv", "loadJain", "busyPeakToMean", "inFlightPeakToMean", "sessionsHeldPeakToMean"],
  loss: [
    "sessionsLost",
    "sessionsLostFraction",
    "writesLost",
    "staleReads",
    "transactionsInterrupted",
    "errorFraction",
  ],
  latency: ["responseTimeP99Ms", "responseTimeP50Ms", "responseTimeP90Ms", "responseTimeP999Ms", "responseTimeMaxMs"],
} as const satisfies Record<string, readonly MetricName[]>;

export type Panel = keyof typeof panelMetrics;
export const panels: readonly Panel[] = ["skew", "loss", "latency"];

export interface View {
  /** null is the reference of the data. */
  readonly reference: string | null;
  readonly highlight: string | null;
  /** The strategies that the charts show; null: all, or the first ones where there are many. */
  readonly shown: readonly string[] | null;
  readonly theme: Theme;
  readonly metrics: Readonly<Record<Panel, MetricName>>;
  /** Each strategy's losses on a scale of its own. */
  readonly ownScale: boolean;
  /** All metrics in the table of differences, or the chief ones. */
  readonly allMetrics: boolean;
  /** What each metric of that table means, below its name. */
  readonly definitions: boolean;
  /** A bundled scenario to run; null shows what the page was given. */
  readonly scenario: string | null;
  /** Overrides `a.b=c` for it. */
  readonly set: readonly string[];
  /** The strategies to run; null takes the scenario's. */
  readonly strategies: readonly string[] | null;
}

export const defaultView: View = {
  reference: null,
  highlight: null,
  shown: null,
  theme: "system",
  metrics: { skew: "loadPeakToMean", loss: "sessionsLost", latency: "responseTimeP99Ms" },
  ownScale: false,
  allMetrics: false,
  definitions: false,
  scenario: null,
  set: [],
  strategies: null,
};

/** The text after `#`; empty for the defaults. */
export function fragmentOf(view: View): string {
  const parameters = new URLSearchParams();
  const put = (name: string, value: string | null, usual: string | null) => {
    if (value !== null && value !== usual) parameters.append(name, value);
  };
  put("scenario", view.scenario, null);
  for (const setting of view.set) parameters.append("set", setting);
  put("strategies", view.strategies?.join(",") ?? null, null);
  put("reference", view.reference, null);
  put("highlight", view.highlight, null);
  put("shown", view.shown?.join(",") ?? null, null);
  for (const panel of panels) put(panel, view.metrics[panel], defaultView.metrics[panel]);
  put("losses", view.ownScale ? "own-scale" : null, null);
  put("differences", view.allMetrics ? "all" : null, null);
  put("definitions", view.definitions ? "shown" : null, null);
  put("theme", view.theme, defaultView.theme);
  return parameters.toString();
}

/** What a fragment says; words it does not know count as not written. Names of strategies are checked against the data. */
export function viewOf(fragment: string): View {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ""));
  const metricFor = (panel: Panel): MetricName =>
    panelMetrics[panel].find((name) => name === parameters.get(panel)) ?? defaultView.metrics[panel];
  return {
    reference: parameters.get("reference"),
    highlight: parameters.get("highlight"),
    shown: parameters.get("shown")?.split(",") ?? null,
    theme: themes.find((theme) => theme === parameters.get("theme")) ?? defaultView.theme,
    metrics: { skew: metricFor("skew"), loss: metricFor("loss"), latency: metricFor("latency") },
    ownScale: parameters.get("losses") === "own-scale",
    allMetrics: parameters.get("differences") === "all",
    definitions: parameters.get("definitions") === "shown",
    scenario: parameters.get("scenario"),
    set: parameters.getAll("set"),
    strategies: parameters.get("strategies")?.split(",") ?? null,
  };
}
