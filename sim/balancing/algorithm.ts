/** The interface of a balancing algorithm: which server gets a request that no binding decides. */
import type { Described, Knob, Knobs, ValuesOf } from "../catalogue.ts";
import type { Draws } from "../engine/draws.ts";
import type { Clock } from "../engine/kernel.ts";

/** What a server is called in the balancer's configuration; several algorithms hash it or order by it. */
export interface ServerIdentity {
  readonly name: string;
  /** HAProxy's id: 1, 2, 3 … in the order of the fleet unless given. */
  readonly id: number;
  readonly host: string;
  readonly port: number;
}

/**
 * What one balancer knows of the fleet: never the servers themselves. Columns are indexed by server, in the order of
 * the fleet; algorithms read them and never write.
 */
export interface FleetView {
  /** Servers of the fleet, those that are down or have yet to join included. */
  readonly count: number;
  readonly identity: readonly ServerIdentity[];
  readonly weight: Float64Array;
  /** Requests that this balancer has sent, or holds for this server, and not yet seen the end of. */
  readonly inFlight: Int32Array;
  /** The servers this balancer would send a request to, ascending, in the first `eligibleCount` places. */
  readonly eligible: Int32Array;
  readonly eligibleCount: number;
  /** 1 where the server is eligible. */
  readonly isEligible: Uint8Array;
  /** 1 where the server is in the configuration, eligible or not; 0 where it has yet to join. */
  readonly isListed: Uint8Array;
  /** 1 where the server is taken for up: eligible, unless it drains. */
  readonly isUp: Uint8Array;
  /** 1 where the server gets nobody but those who are bound to it: it is about to be stopped. */
  readonly isDraining: Uint8Array;
  /**
   * 1 where an eligible server must not get the request at hand: it has as many as it may have, or this request has been
   * there already. `barredCount` of them; while that is 0, nobody need look.
   */
  readonly isBarred: Uint8Array;
  readonly barredCount: number;
  /** Grows with every change of listing, eligibility or weight, so that tables made from the fleet know when they are stale. */
  readonly version: number;
  /** What servers have reported of themselves, as far as reports have reached this balancer. */
  readonly reports: ReportColumns;
  /** Bytes of requests sent to the server and of answers read from it, by this balancer. */
  readonly sentBytes: Float64Array;
  readonly receivedBytes: Float64Array;
}

/** Columns by server; zero before the first report. */
export interface ReportColumns {
  /** When the report was made, NaN before the first. */
  readonly madeAtMs: Float64Array;
  /** Requests on the server, whoever sent them: waiting and in service. */
  readonly inSystem: Float64Array;
  /** Busy share of its capacity since the report before. */
  readonly utilisation: Float64Array;
  /** Requests answered, and requests failed, a second, since the report before. */
  readonly answeredPerSec: Float64Array;
  readonly failedPerSec: Float64Array;
}

/** What a balancer can see of a request. */
export interface RequestView {
  /** The client's address as a 32-bit number; of IPv6, its four words exclusive-ored, as HAProxy does. */
  addressOf(request: number): number;
  /** The client's address in network order: 4 or 16 bytes. Read it before asking again: the array may be reused. */
  addressBytesOf(request: number): Uint8Array;
  /** The client's address as text. */
  addressTextOf(request: number): string;
  /** The client's port. */
  portOf(request: number): number;
  /** The URL as a number, 1 the most popular. */
  urlOf(request: number): number;
  /** The URI as it stands in the request line. */
  uriOf(request: number): string;
  /** A header's first value, null when the request has none. Names are compared without regard to case. */
  headerOf(request: number, name: string): string | null;
  /** A cookie's value, null when the request brings none. */
  cookieOf(request: number, name: string): string | null;
  /**
   * The work that the request will be, in ms on a server of speed 1. No real balancer can see it: for yardsticks that say they
   * are clairvoyant. Absent where nobody knows.
   */
  workMsOf?(request: number): number;
}

/** Asks a server how it is; the answer comes to the algorithm's `probed` after a round trip, unless it gets lost. */
export interface Probes {
  ask(server: number): void;
}

export interface BalancingContext {
  readonly fleet: FleetView;
  readonly requests: RequestView;
  /** This balancer's own numbers; position them with `at(0, n)` for the n-th decision. */
  readonly draws: Draws;
  readonly clock: Clock;
  readonly probes: Probes;
  /** Which of how many balancers in front of the same servers this is; absent where it is the only one. */
  readonly peers?: { readonly index: number; readonly count: number };
  /** Calls the algorithm's `woken` at `atMs`. */
  wake(atMs: number): void;
}

/** One balancer's algorithm. It owns its cursor or table and nothing else. */
export interface BalancingAlgorithm {
  /**
   * Chooses a server, or -1 when every eligible one is barred. Called only while at least one is eligible. `avoid` is the
   * server that just refused this very request, or -1; it may be chosen only when there is no other.
   */
  pick(request: number, avoid: number): number;
  /** A binding leads a request to `server`, past the algorithm; `sent` follows. */
  bound(server: number): void;
  /** A request goes to `server`, bound requests included; `inFlight` already counts it. */
  sent(server: number): void;
  /** A request to `server` is over; `inFlight` no longer counts it. `responseTimeMs` is as this balancer saw it. */
  ended(server: number, responseTimeMs: number, answered: boolean): void;
  /** Listing, eligibility or weight of `server` changed; also called for each server that is eligible at the start. */
  changed(server: number): void;
  /** A report of `server` has come in, and stands in `fleet.reports`. */
  reported(server: number): void;
  /**
   * An answer to a probe: requests on the server, and the response time in ms that it gives for that load (NaN when it
   * has none to give).
   */
  probed(server: number, inSystem: number, responseTimeMs: number): void;
  /** The time asked for by `wake` has come. */
  woken(): void;
  /**
   * What this balancer would weigh `server` by for `request`, were it to decide now: a number in the terms of the
   * definition's `decides.signal`, null where the algorithm looks at none. Changes nothing, and draws nothing.
   */
  signalOf(server: number, request: number): number | null;
  /** Whether `server` is among those to choose from, where helpers of placement make that other servers than the eligible. */
  sees?(server: number): boolean;
}

/** An algorithm that minds nothing; each one overrides what it minds. */
export abstract class Algorithm implements BalancingAlgorithm {
  abstract pick(request: number, avoid: number): number;
  bound(_server: number): void {}
  sent(_server: number): void {}
  ended(_server: number, _responseTimeMs: number, _answered: boolean): void {}
  changed(_server: number): void {}
  reported(_server: number): void {}
  probed(_server: number, _inSystem: number, _responseTimeMs: number): void {}
  woken(): void {}
  signalOf(_server: number, _request: number): number | null {
    return null;
  }
}

/** How a decision comes about, in words; `explain` puts the numbers beside them. */
export interface DecisionRule {
  /** What each candidate is weighed by, with its unit; null when candidates are not weighed. */
  readonly signal: string | null;
  readonly rule: string;
  readonly tieBreak: string;
  /** Which signal wins, where the signals alone decide: `explain` puts the candidates in this order. */
  readonly best?: "smallest" | "largest";
  /** Whether every server that may be chosen is weighed, as goes without saying, or only some that are drawn. */
  readonly among?: "all" | "drawn";
}

export interface BalancingDescribed extends Described {
  /** Who does this, and how they call it. */
  readonly products: string;
  /** Growth of the time for a decision with the number n of servers: `O(1)`, `O(log n)`, `O(n)`; and of a rebuild. */
  readonly cost: string;
  readonly decides: DecisionRule;
}

export interface BalancingDefinition extends BalancingDescribed {
  create(knobs: Knobs, context: BalancingContext): BalancingAlgorithm;
}

/** Types an algorithm's knobs from their descriptions. */
export function defineBalancing<const K extends Readonly<Record<string, Knob>>>(
  definition: Omit<BalancingDescribed, "knobs"> & {
    readonly knobs: K;
    readonly create: (knobs: ValuesOf<K>, context: BalancingContext) => BalancingAlgorithm;
  },
): BalancingDefinition {
  // The scenario's schema, made from these very descriptions, has checked the values.
  return { ...definition, create: (knobs, context) => definition.create(knobs as ValuesOf<K>, context) };
}
