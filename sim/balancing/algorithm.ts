/** The interface of a balancing algorithm: which server gets a request that no binding decides. */
import type { Described, Knob, Knobs, ValuesOf } from "../catalogue.ts";
import type { Draws } from "../engine/draws.ts";

/**
 * What one balancer knows of the fleet: never the servers themselves. Columns are indexed by server, in the order of
 * the fleet; algorithms read them and never write.
 */
export interface FleetView {
  /** Servers of the fleet, those that are down or have yet to join included. */
  readonly count: number;
  readonly weight: Float64Array;
  /** Requests that this balancer has sent and not yet seen the end of. */
  readonly inFlight: Int32Array;
  /** The servers this balancer would send a request to, ascending, in the first `eligibleCount` places. */
  readonly eligible: Int32Array;
  readonly eligibleCount: number;
  /** 1 where the server is eligible. */
  readonly isEligible: Uint8Array;
  /** Grows with every change of eligibility or weight, so that tables made from the fleet know when they are stale. */
  readonly version: number;
}

/** What a balancer can see of a request. */
export interface RequestView {
  /** The client's address as a 32-bit number. */
  addressOf(request: number): number;
  /** The URL as a number, 1 the most popular. */
  urlOf(request: number): number;
}

export interface BalancingContext {
  readonly fleet: FleetView;
  readonly requests: RequestView;
  /** This balancer's own numbers; position them with `at(0, n)` for the n-th decision. */
  readonly draws: Draws;
}

/** One balancer's algorithm. It owns its cursor or table and nothing else. */
export interface BalancingAlgorithm {
  /**
   * Chooses a server. Called only while at least one is eligible. `avoid` is the server that just refused this very
   * request, or -1; it may be chosen only when no other is eligible.
   */
  pick(request: number, avoid: number): number;
  /** A request goes to `server`, bound requests included; `inFlight` already counts it. */
  sent(server: number): void;
  /** A request to `server` is over; `inFlight` no longer counts it. `responseTimeMs` is as this balancer saw it. */
  ended(server: number, responseTimeMs: number, answered: boolean): void;
  /** Eligibility or weight of `server` changed; also called for each server that is eligible at the start. */
  changed(server: number): void;
}

export interface BalancingDefinition extends Described {
  create(knobs: Knobs, context: BalancingContext): BalancingAlgorithm;
}

/** Types an algorithm's knobs from their descriptions. */
export function defineBalancing<const K extends Readonly<Record<string, Knob>>>(
  definition: Omit<Described, "knobs"> & {
    readonly knobs: K;
    readonly create: (knobs: ValuesOf<K>, context: BalancingContext) => BalancingAlgorithm;
  },
): BalancingDefinition {
  // The scenario's schema, made from these very descriptions, has checked the values.
  return { ...definition, create: (knobs, context) => definition.create(knobs as ValuesOf<K>, context) };
}
