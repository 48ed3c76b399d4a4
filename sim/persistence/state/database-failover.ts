import type { Draws } from "../../engine/draws.ts";

export interface FailoverSettings {
  readonly failover: string;
  readonly failoverMinMs: number;
  readonly failoverMaxMs: number;
  readonly ttlMs: number;
  readonly loopWaitMs: number;
  readonly promotionMs: number;
}

/**
 * How long after its primary has fallen silent a database has a new one; Infinity where nobody sees to it.
 *
 * "managed" is a black box, uniform between its bounds. "patroni": the primary's key in the configuration store was renewed
 * last within the `loopWaitMs` before, and lives `ttlMs`; its end wakes the replicas, which agree and promote one of them.
 */
export function failoverDelayMs(settings: FailoverSettings, draws: Draws, failovers: number): number {
  const share = draws.at(0, failovers).uniform();
  switch (settings.failover) {
    case "managed":
      return settings.failoverMinMs + share * (settings.failoverMaxMs - settings.failoverMinMs);
    case "patroni":
      return settings.ttlMs - share * Math.min(settings.loopWaitMs, settings.ttlMs) + settings.promotionMs;
    default:
      return Infinity;
  }
}

export const failoverKnobs = {
  failover: {
    unit: "choice",
    choices: ["none", "managed", "patroni"],
    default: "none",
    summary: "Who promotes a replica when the primary is gone: nobody, the cloud, or Patroni.",
  },
  failoverMinMs: {
    unit: "ms",
    default: 60_000,
    minimum: 0,
    summary: "The fastest managed failover: RDS Multi-AZ instances typically take 60 to 120 s.",
  },
  failoverMaxMs: { unit: "ms", default: 120_000, minimum: 0, summary: "The slowest managed failover." },
  ttlMs: { unit: "ms", default: 30_000, minimum: 1, summary: "Life of the primary's key in Patroni's store (ttl)." },
  loopWaitMs: {
    unit: "ms",
    default: 10_000,
    minimum: 1,
    summary: "Patroni renews the key, and tries again, at this interval (loop_wait).",
  },
  promotionMs: {
    unit: "ms",
    default: 2000,
    minimum: 0,
    summary: "Replicas agree on one of them, and it becomes the primary (to be calibrated).",
  },
  maximumLagBytes: {
    unit: "bytes",
    default: 1_048_576,
    minimum: 0,
    summary:
      "A replica that misses more than this is not promoted by Patroni (maximum_lag_on_failover; its default was not checked).",
  },
} as const;
