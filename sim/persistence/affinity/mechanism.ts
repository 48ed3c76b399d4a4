/** The interface of an affinity mechanism: how a request is led back to the server of its session. */
import type { FleetView, RequestView } from "../../balancing/algorithm.ts";
import type { Described, Knob, Knobs, ValuesOf } from "../../catalogue.ts";
import type { LossCause } from "../../metrics/causes.ts";
import type { SessionColumns } from "../../workload/sessions.ts";

/** Outcomes of a look-up: places in `affinityLetters`, after HAProxy's log. */
export const NONE = 0;
export const INVALID = 1;
export const VALID = 2;
export const DOWN = 3;
export const IDLE_EXPIRED = 4;
export const OLD_EXPIRED = 5;
export const UNUSED = 6;

/** What a mechanism can know of the requests: what they carry, not what the user is owed. */
export interface AffinityRequestView extends RequestView {
  readonly nowMs: number;
  /** Slot of the visit, for columns of what its client holds. */
  sessionOf(request: number): number;
  returnsCookies(session: number): boolean;
  /** True when the client's address is no longer the one that the session's last answer went to. */
  addressChanged(session: number): boolean;
}

export interface AffinityContext {
  readonly requests: AffinityRequestView;
  /** The balancers' views of the fleet, one each. */
  readonly views: readonly FleetView[];
  /** Registers columns per session. */
  attach(columns: SessionColumns): void;
  /** Counts bytes of cookies on the wire. */
  countCookieBytes(bytes: number): void;
}

/** One mechanism for the whole cluster; what each balancer knows for itself is kept apart by `balancer`. */
export interface AffinityMechanism {
  /** Of the last `lookup`, before the balancer checked that the server is eligible. */
  readonly outcome: number;
  /** The server that the request is bound to, eligible or not, or -1. */
  lookup(request: number, balancer: number): number;
  /** `server` answers the request through `balancer`: write the binding. */
  answered(request: number, balancer: number, server: number): void;
  /** Why the request was not led to the server that holds its session, though that server is up and eligible. */
  whyElsewhere(request: number, balancer: number): LossCause;
  /** The visit in this slot is over, or a new one begins there: forget what its client held. */
  forget(session: number): void;
}

export interface AffinityDefinition extends Described {
  create(knobs: Knobs, context: AffinityContext): AffinityMechanism;
}

/** Types a mechanism's knobs from their descriptions. */
export function defineAffinity<const K extends Readonly<Record<string, Knob>>>(
  definition: Omit<Described, "knobs"> & {
    readonly knobs: K;
    readonly create: (knobs: ValuesOf<K>, context: AffinityContext) => AffinityMechanism;
  },
): AffinityDefinition {
  // The scenario's schema, made from these very descriptions, has checked the values.
  return { ...definition, create: (knobs, context) => definition.create(knobs as ValuesOf<K>, context) };
}
