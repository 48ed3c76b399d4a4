/** What happens to the cluster while it runs, each kind with what it needs. */

/** `servers` are indices into the fleet, in the order of the groups. */
export interface CrashFault {
  readonly kind: "crash";
  readonly atMs: number;
  readonly servers: readonly number[];
  readonly restartAfterMs: number | null;
}

/** Servers of the fleet that only join at `atMs`; until then they do not exist for anyone. */
export interface ScaleOutFault {
  readonly kind: "scale-out";
  readonly atMs: number;
  readonly servers: readonly number[];
}

/** Servers get no new sessions, on every balancer; then they are stopped, and come back with empty memory. */
export interface DrainFault {
  readonly kind: "drain";
  readonly atMs: number;
  readonly servers: readonly number[];
  /** Time from one server of the list to the next; 0: all at once. */
  readonly everyMs: number;
  /** How long a server drains before it is stopped; null: for ever. */
  readonly stopAfterMs: number | null;
  /** How long a server that is stopped may work on what it has begun; null: to the end. */
  readonly killAfterMs: number | null;
  /** From its stop, or from the end of its work where that comes later; null: it stays down. */
  readonly restartAfterMs: number | null;
}

/** As a drain, after which the servers do not come back. */
export interface ScaleInFault {
  readonly kind: "scale-in";
  readonly atMs: number;
  readonly servers: readonly number[];
  readonly stopAfterMs: number;
  readonly killAfterMs: number | null;
  /** Balancers keep the server in their configuration, as one that is down, so that hashes still count it. */
  readonly keepListed: boolean;
}

/** Servers work on and keep what they remember, while health checks of them fail: too slow an answer, a check that asks too much. */
export interface ChecksFault {
  readonly kind: "checks-fail";
  readonly atMs: number;
  readonly servers: readonly number[];
  /** null: to the end of the run. */
  readonly endsAfterMs: number | null;
}

/** `balancers` are their numbers, from 0. */
export interface BalancerFault {
  /**
   * "balancer-restart": connections through the balancer break, its tables are gone, and for `endsAfterMs` it is not there.
   * "balancer-reload": a new process takes over what is to come, while the old one brings to an end what it has begun.
   */
  readonly kind: "balancer-restart" | "balancer-reload";
  readonly atMs: number;
  readonly balancers: readonly number[];
  /** null only where the fault is a moment. */
  readonly endsAfterMs: number | null;
}

export interface StoreFault {
  readonly kind: "store-crash" | "store-hang" | "store-cut-off" | "store-flush";
  readonly atMs: number;
  /** Numbers of the store's nodes, from 0, the first the primary at the start; -1 is all of them. */
  readonly nodes: readonly number[];
  /** null: to the end of the run, or, of a flush, that it is a moment. */
  readonly endsAfterMs: number | null;
}

export type Fault = CrashFault | ScaleOutFault | DrainFault | ScaleInFault | ChecksFault | BalancerFault | StoreFault;
