import { quantileOf } from "../../sim/metrics/histogram.ts";
import type { HistogramRecord } from "../../sim/record.ts";
import type { DashboardData } from "../dashboard-data.ts";
import { column, csvOf } from "./table.ts";

/** Steps from 0 to the median, from there to 75 %, to 87.5 %, and so on; four keep every fraction an exact binary number. */
const STEPS_PER_HALVING = 4;

interface Point {
  readonly fraction: number;
  readonly valueMs: number;
}

/** The percentile curve as HdrHistogram prints it: finer the nearer to 100 %, as far as one sample lies beyond. */
export function percentileCurve(histogram: HistogramRecord): readonly Point[] {
  const { total, maximum } = histogram;
  if (total === 0 || maximum === null) return [];
  const points: Point[] = [];
  for (let tail = 1; tail * total >= 2; tail /= 2) {
    for (let step = 1; step <= STEPS_PER_HALVING; step++) {
      const fraction = 1 - tail * (1 - step / (2 * STEPS_PER_HALVING));
      const valueMs = quantileOf(histogram, fraction);
      if (valueMs !== null) points.push({ fraction, valueMs });
    }
  }
  return [...points, { fraction: 1, valueMs: maximum }];
}

/** `latency.csv`: the percentile curve of the response time of each strategy, the samples of all runs pooled. */
export function latencyCsv(data: DashboardData): string {
  const rows = data.strategies.flatMap(({ name, responseTimeMs }) =>
    percentileCurve(responseTimeMs).map((point) => ({ ...point, name, total: responseTimeMs.total })),
  );
  type Row = (typeof rows)[number];
  return csvOf<Row>(
    [
      column("strategy", ({ name }) => name),
      column("fraction", ({ fraction }) => fraction),
      column("responseTimeMs", ({ valueMs }) => valueMs),
      column("samplesBeyond", ({ fraction, total }) => total - Math.ceil(fraction * total)),
      column("samples", ({ total }) => total),
    ],
    rows,
  );
}
