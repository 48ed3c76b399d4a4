/** A difference in words: its number, and better or worse where the interval and the metric tell. */
import type { Difference } from "../reports/dashboard-data.ts";
import { formatDifference } from "../reports/format.ts";
import type { Metric } from "../sim/metrics/catalogue.ts";
import { withMinus } from "./typography.ts";

/** `+108 ±9 worse`; `same` where no run differs; only the number without an interval or a better direction. */
export function differenceText(
  { unit, better }: Pick<Metric, "unit" | "better">,
  difference: Difference | null,
): string {
  if (difference === null) return "";
  if (difference.verdict === "same") return "same";
  const number = withMinus(formatDifference(unit, difference));
  return better === "neutral" || difference.low === null ? number : `${number} ${difference.verdict}`;
}
