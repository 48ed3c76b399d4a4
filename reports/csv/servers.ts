import type { RunRecord } from "../../sim/record.ts";
import { column, csvOf } from "./table.ts";

/** `servers.csv`: one row for each server of each run. */
export function serversCsv(records: readonly RunRecord[]): string {
  const rows = records.flatMap(({ strategy, seed, servers }) => servers.map((server) => ({ strategy, seed, server })));
  type Row = (typeof rows)[number];
  return csvOf<Row>(
    [
      column("strategy", ({ strategy }) => strategy),
      column("seed", ({ seed }) => seed),
      column("server", ({ server }) => server.name),
      column("weight", ({ server }) => server.weight),
      column("speed", ({ server }) => server.speed),
      column("workers", ({ server }) => server.workers),
      column("requests", ({ server }) => server.requests),
      column("busyMs", ({ server }) => server.busyMs),
      column("utilisation", ({ server }) => server.utilisation),
      column("inFlightMean", ({ server }) => server.inFlightMean),
      column("sessionsHeldMean", ({ server }) => server.sessionsHeldMean),
      column("crashes", ({ server }) => server.crashes),
    ],
    rows,
  );
}
