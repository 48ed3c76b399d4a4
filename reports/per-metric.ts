import { type Metric, type MetricName, metrics } from "../sim/metrics/catalogue.ts";

const complete = <T>(values: Partial<Record<MetricName, T>>): values is Record<MetricName, T> =>
  metrics.every(({ name }) => name in values);

/** A value for every metric, keys in the order of the catalogue. */
export function perMetric<T>(entry: (metric: Metric & { readonly name: MetricName }) => T): Record<MetricName, T> {
  const values: Partial<Record<MetricName, T>> = {};
  for (const metric of metrics) values[metric.name] = entry(metric);
  if (!complete(values)) throw new RangeError("perMetric: a metric was left out");
  return values;
}
