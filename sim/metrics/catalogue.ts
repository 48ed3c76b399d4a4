/** Every metric once: name = CSV column = JSON key, unit last; definition, unit, and which direction is better. */
import { latencyMetrics } from "./definitions/latency.ts";
import { loadSkewMetrics } from "./definitions/load-skew.ts";
import { priceMetrics } from "./definitions/price.ts";
import { sessionMetrics } from "./definitions/sessions.ts";
import { workMetrics } from "./definitions/work.ts";
import type { Metric } from "./metric.ts";

export type { Better, Metric } from "./metric.ts";

const catalogue = [
  ...loadSkewMetrics,
  ...sessionMetrics,
  ...latencyMetrics,
  ...workMetrics,
  ...priceMetrics,
] as const satisfies readonly Metric[];

type Entry = (typeof catalogue)[number];

export type MetricName = Entry["name"];

export const metrics: readonly Entry[] = catalogue;

export const metricNamed: ReadonlyMap<string, Metric> = new Map(metrics.map((metric) => [metric.name, metric]));
