/** The order in which many strategies are shown. */
import { type MetricName, metricNamed } from "../sim/metrics/catalogue.ts";
import type { StrategyData } from "./dashboard-data.ts";

/** Better by the first metric, then by the next; who has no value comes last, equals stay in their order. */
export function rankedBy(names: readonly MetricName[], strategies: readonly StrategyData[]): readonly StrategyData[] {
  const values = ({ metrics }: StrategyData): number[] =>
    names.map((name) => {
      const mean = metrics[name]?.mean;
      return mean === undefined ? Number.POSITIVE_INFINITY : metricNamed.get(name)?.better === "higher" ? -mean : mean;
    });
  return strategies.toSorted((a, b) => {
    const [left, right] = [values(a), values(b)];
    const at = left.findIndex((value, index) => value !== right[index]);
    return at < 0 ? 0 : left[at]! < right[at]! ? -1 : 1;
  });
}
