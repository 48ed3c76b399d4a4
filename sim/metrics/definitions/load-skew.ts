/** Load skew. x_i is server i's load divided by its weight and by the share of the measured time that it was up. */
import type { Metric } from "../metric.ts";

export const loadSkewMetrics = [
  {
    name: "loadPeakToMean",
    group: "load skew",
    unit: "ratio",
    better: "lower",
    title: "load peak to mean",
    definition: "max x_i ÷ mean x_i over requests per unit of weight; 1 is perfect",
  },
  {
    name: "loadCv",
    group: "load skew",
    unit: "ratio",
    better: "lower",
    title: "load coefficient of variation",
    definition: "standard deviation of x_i ÷ mean x_i over requests per unit of weight (population form)",
  },
  {
    name: "loadJain",
    group: "load skew",
    unit: "ratio",
    better: "higher",
    title: "Jain's fairness index",
    definition: "(Σ x_i)² ÷ (n Σ x_i²) over requests per unit of weight; 1 is perfect, 1/n the worst",
  },
  {
    name: "busyPeakToMean",
    group: "load skew",
    unit: "ratio",
    better: "lower",
    title: "busy time peak to mean",
    definition: "as loadPeakToMean, over busy worker time per worker: the busiest server's utilisation ÷ the mean",
  },
  {
    name: "inFlightPeakToMean",
    group: "load skew",
    unit: "ratio",
    better: "lower",
    title: "requests in flight peak to mean",
    definition: "as loadPeakToMean, over the time-weighted mean number of requests on the server",
  },
  {
    name: "sessionsHeldPeakToMean",
    group: "load skew",
    unit: "ratio",
    better: "lower",
    title: "sessions held peak to mean",
    definition: "as loadPeakToMean, over the time-weighted mean number of live sessions last served there",
  },
  {
    name: "utilisation",
    group: "load skew",
    unit: "fraction",
    better: "neutral",
    title: "utilisation",
    definition: "busy worker time ÷ worker time available, all servers",
  },
  {
    name: "utilisationMax",
    group: "load skew",
    unit: "fraction",
    better: "lower",
    title: "utilisation of the busiest server",
    definition: "max over servers of busy worker time ÷ worker time available",
  },
] as const satisfies readonly Metric[];
