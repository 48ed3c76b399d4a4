/** Every time integral of a run at one moment; a measurement is the difference of two. */
import type { Clock } from "../engine/kernel.ts";
import type { Ledger } from "../metrics/ledger.ts";
import type { Servers } from "./servers.ts";
import * as host from "./servers.ts";

export interface Integrals {
  readonly atMs: number;
  readonly busyMs: Float64Array;
  readonly inSystemMs: Float64Array;
  readonly upMs: Float64Array;
  readonly heldMs: Float64Array;
  readonly arrived: Float64Array;
  readonly liveMs: number;
  readonly byteMs: number;
}

export function integralsNow({ nowMs }: Clock, servers: Servers, ledger: Ledger): Integrals {
  for (let server = 0; server < servers.count; server++) {
    servers.settle(server);
    ledger.settleHeld(server, nowMs);
  }
  ledger.settle(nowMs);
  return {
    atMs: nowMs,
    busyMs: servers.column(host.BUSY_MS),
    inSystemMs: servers.column(host.IN_SYSTEM_MS),
    upMs: Float64Array.from(servers.names, (_, server) => servers.upForMs(server, nowMs)),
    heldMs: ledger.heldMs.slice(),
    arrived: servers.arrivals(),
    liveMs: ledger.liveMs,
    byteMs: ledger.byteMs,
  };
}
