import type { ValuesOf } from "../../catalogue.ts";

export interface PoolSettings {
  /** "per-server": a pool in every application server; "central": one pooler between them and the database; "none". */
  readonly pooling: string;
  readonly size: number;
  readonly minimumIdle: number;
  readonly connectionTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxLifetimeMs: number;
  readonly connectMs: number;
  readonly reconnectBackoffMs: number;
  /** How many connections the database takes from all servers together. */
  readonly maxConnections: number;
}

/** The settings behind `poolKnobs`. */
export function poolSettings(knobs: ValuesOf<typeof poolKnobs>): PoolSettings {
  const { poolSize, minimumIdle, ...others } = knobs;
  return { ...others, size: poolSize, minimumIdle: Math.min(minimumIdle ?? poolSize, poolSize) };
}

/** The knobs of a pool, for every backend that has one. */
export const poolKnobs = {
  pooling: {
    unit: "choice",
    choices: ["per-server", "central", "none"],
    default: "per-server",
    summary:
      "A pool in each application server (HikariCP), one pooler for all of them (PgBouncer), or a new connection for every operation.",
  },
  poolSize: {
    unit: "count",
    default: 10,
    minimum: 1,
    summary: "Connections of one pool at most: HikariCP maximumPoolSize 10, PgBouncer default_pool_size 20.",
  },
  minimumIdle: {
    unit: "count",
    default: null,
    minimum: 0,
    summary: "Connections that a pool keeps though they are idle; none: as many as it may have, as HikariCP does.",
  },
  connectionTimeoutMs: {
    unit: "ms",
    default: 30_000,
    minimum: 0,
    summary: "A request that has waited so long for a connection fails (HikariCP connectionTimeout).",
  },
  idleTimeoutMs: {
    unit: "ms",
    default: 600_000,
    minimum: 0,
    summary: "Connections above the minimum are closed after being idle for so long (HikariCP idleTimeout).",
  },
  maxLifetimeMs: {
    unit: "ms",
    default: 1_800_000,
    minimum: 1,
    summary: "A connection is replaced at this age, less up to 2.5 % (HikariCP maxLifetime).",
  },
  connectMs: {
    unit: "ms",
    default: 40,
    minimum: 0,
    summary: "Making a connection: TCP, TLS, log-in, backend start; 20 to 100 ms are told (to be calibrated).",
  },
  reconnectBackoffMs: {
    unit: "ms",
    default: 5000,
    minimum: 0,
    summary: "While the database is away a pool tries again at growing intervals, up to this one (to be calibrated).",
  },
  maxConnections: {
    unit: "count",
    default: 100,
    minimum: 1,
    summary:
      "Connections that one node of the database takes: PostgreSQL max_connections 100, MySQL 151 (defaults, not checked).",
  },
} as const;
