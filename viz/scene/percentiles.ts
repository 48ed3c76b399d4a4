/**
 * Percentile curves on an axis that gives every further nine as much room: place = log10(1 / (1 - q)), as in HdrHistogram's
 * plots. "One request in a thousand took this long or longer" is read off directly.
 */
import { scaleLinear } from "d3";
import { plainNumber } from "../../reports/format.ts";
import { quantileOf } from "../../sim/metrics/histogram.ts";
import type { HistogramRecord } from "../../sim/record.ts";
import { type Box, snap, type Tick } from "./box.ts";

/** Samples that must lie beyond a percentile that is drawn. */
const SAMPLES_BEYOND = 10;
const STEPS_PER_DECADE = 20;

export interface PercentileAxis {
  readonly quantiles: readonly number[];
  readonly positions: readonly number[];
  /** `90 %` and, below it, `1 in 10`. */
  readonly ticks: readonly (Tick & { readonly below: string })[];
}

/** The largest quantile that `samples` support; 0 for too few. */
export const lastQuantile = (samples: number): number => (samples <= SAMPLES_BEYOND ? 0 : 1 - SAMPLES_BEYOND / samples);

const nines = (quantile: number): number => -Math.log10(1 - quantile);

export function percentileAxis(samples: number, box: Box): PercentileAxis {
  const end = Math.max(1, nines(lastQuantile(samples)));
  const x = scaleLinear([0, end], [box.x, box.x + box.width]);
  const steps = Math.floor(end * STEPS_PER_DECADE + 1e-9);
  const quantiles = Array.from({ length: steps }, (_, step) => 1 - 10 ** (-(step + 1) / STEPS_PER_DECADE));
  // The rounding of 10^-1 would make 89.99999999999999 % of 90 %.
  const exact = quantiles.map((quantile) => Number(quantile.toPrecision(12)));
  const decades = Array.from({ length: Math.floor(end + 1e-9) }, (_, at) => 1 - 10 ** -(at + 1));
  const ticks = [0.5, ...decades].map((quantile) => ({
    at: snap(x(nines(quantile))),
    text: `${Number((quantile * 100).toPrecision(10))} %`,
    below: `1 in ${plainNumber(Math.round(1 / (1 - quantile)), 0)}`,
  }));
  return { quantiles: exact, positions: exact.map((quantile) => snap(x(nines(quantile)))), ticks };
}

/** Response time at each quantile; null beyond what the histogram's samples support. */
export function percentileValues(histogram: HistogramRecord, quantiles: readonly number[]): readonly (number | null)[] {
  const last = lastQuantile(histogram.total);
  return quantiles.map((quantile) => (quantile <= last + 1e-12 ? quantileOf(histogram, quantile) : null));
}
