/**
 * Who carried the load when: one row per server, one cell per window, shaded by the server's share relative to the fair
 * one. Cells of one level are one path, so that a strip is a handful of elements however many windows it has.
 */
import type { StrategyData } from "../../reports/dashboard-data.ts";
import { type Box, snap } from "./box.ts";

/**
 * Upper bounds of the levels, as multiples of the fair share: steps of equal ratio around 1. The first level is a server
 * that got nothing.
 */
export const loadLevels = [0, 0.5, 0.7, 0.84, 0.94, 1.06, 1.19, 1.43, 2, Number.POSITIVE_INFINITY] as const;
/** The level of a fair share. */
export const FAIR_LEVEL = 5;

export interface LoadStripScene {
  readonly box: Box;
  readonly rowHeight: number;
  readonly levels: readonly { readonly level: number; readonly d: string }[];
  readonly rows: readonly { readonly name: string; readonly y: number; readonly labelled: boolean }[];
  /** [server][window]: multiple of the fair share; null where nobody got a request. */
  readonly shares: readonly (readonly (number | null)[])[];
}

/** Tall enough to point at, and never taller than a small chart. */
export const stripRowHeight = (servers: number): number => Math.max(1, Math.min(12, Math.floor(132 / servers)));

/**
 * Requests per unit of weight, divided by the mean of that over the servers that got any in the window. A server that is
 * down is no reason to call the others overloaded.
 */
export function fairShares(
  requests: readonly (readonly number[])[],
  weights: readonly number[],
): readonly (readonly (number | null)[])[] {
  const windows = requests[0]?.length ?? 0;
  const means = Array.from({ length: windows }, (_, window) => {
    let sum = 0;
    let working = 0;
    for (const [server, counts] of requests.entries()) {
      const count = counts[window] ?? 0;
      if (count === 0) continue;
      sum += count / (weights[server] || 1);
      working++;
    }
    return working === 0 ? null : sum / working;
  });
  return requests.map((counts, server) =>
    means.map((mean, window) => (mean === null ? null : (counts[window] ?? 0) / (weights[server] || 1) / mean)),
  );
}

export const levelOf = (share: number): number => loadLevels.findIndex((bound) => share <= bound);

export function loadStripScene(
  { servers, timeline }: Pick<StrategyData, "servers" | "timeline">,
  edges: readonly number[],
  box: Box,
): LoadStripScene {
  const shares = fairShares(
    timeline.serverRequests,
    servers.map(({ weight }) => weight),
  );
  const rowHeight = box.height / Math.max(1, shares.length);
  const paths = loadLevels.map(() => "");
  for (const [server, row] of shares.entries()) {
    const y = snap(box.y + server * rowHeight);
    const height = snap(rowHeight >= 5 ? rowHeight - 1 : rowHeight);
    let from = 0;
    for (let window = 0; window < row.length; window++) {
      const share = row[window] ?? null;
      const level = share === null ? -1 : levelOf(share);
      const next = row[window + 1] ?? null;
      // Neighbours of one level are one rectangle.
      if (next !== null && window + 1 < row.length && levelOf(next) === level) continue;
      if (level >= 0) paths[level] += `M${edges[from]!},${y}H${edges[window + 1]!}v${height}H${edges[from]!}Z`;
      from = window + 1;
    }
  }
  const every = Math.ceil(12 / rowHeight);
  return {
    box,
    rowHeight,
    levels: paths.map((d, level) => ({ level, d })).filter(({ d }) => d !== ""),
    rows: servers.slice(0, shares.length).map(({ name }, server) => ({
      name,
      y: snap(box.y + (server + 0.5) * rowHeight),
      labelled: server % every === 0,
    })),
    shares,
  };
}
