/** Which strategies the charts show: a page of a hundred would be read by nobody. */
import type { DashboardData } from "../reports/dashboard-data.ts";

/** So many are shown without being asked for; with more, the first ones are. */
export const MOST_UNASKED = 12;
/** As many as there are colours. */
const FIRST_SHOWN = 8;

/** The chosen strategies and the reference, in their order; the scenario's own are the first. The headline stays that of all. */
export function shownOf(data: DashboardData, chosen: readonly string[] | null): DashboardData {
  const { strategies, reference } = data;
  const known = chosen?.filter((name) => strategies.some((strategy) => strategy.name === name)) ?? [];
  if (known.length === 0 && strategies.length <= MOST_UNASKED) return data;
  const wanted = new Set(known.length > 0 ? known : strategies.slice(0, FIRST_SHOWN).map(({ name }) => name));
  const shown = strategies.filter(({ name }) => wanted.has(name) || name === reference);
  return shown.length === strategies.length ? data : { ...data, strategies: shown };
}
