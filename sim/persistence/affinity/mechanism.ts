/** The interface of an affinity mechanism: how a request is led back to the server of its session. */
import type { FleetView, RequestView } from "../../balancing/algorithm.ts";
import type { Described, Knob, Knobs, ValuesOf } from "../../catalogue.ts";
import type { Draws } from "../../engine/draws.ts";
import type { Cause } from "../../metrics/causes.ts";
import type { SessionColumns } from "../../workload/sessions.ts";

/** Outcomes of a look-up: places in `affinityLetters`, after HAProxy's log. */
export const NONE = 0;
export const INVALID = 1;
export const VALID = 2;
export const DOWN = 3;
export const IDLE_EXPIRED = 4;
export const OLD_EXPIRED = 5;
export const UNUSED = 6;

/** In place of a server, by `lookup`: the binding names one that is there no more, and another has taken its name. */
export const GONE = -3;

/** What a mechanism can know of the requests: what they carry, not what the user is owed. */
export interface AffinityRequestView extends RequestView {
  readonly nowMs: number;
  /** Slot of the visit, for columns of what its client holds. */
  sessionOf(request: number): number;
  /** Number of the visit within the run, below 2^53: the entity of draws about its client. */
  visitOf(session: number): number;
  /** Whether the request changes something: a login, or what a browser sends with POST. */
  changes(request: number): boolean;
  /** Number of the request within its visit, from 0; attempts of one request share it. */
  numberOf(request: number): number;
  returnsCookies(session: number): boolean;
  /** True when the client's address is no longer the one that the session's last answer went to. */
  addressChanged(session: number): boolean;
  /**
   * The application's session id that the request carries, below 2^53; -1 where the client has been given none yet. Whether
   * it can carry it is the bearer's matter: one that is a cookie has to ask `returnsCookies`. Wants `trackIds`.
   */
  sessionIdOf(request: number): number;
  /** The id that the answer to the request, which has been worked on, confirms or gives out. Wants `trackIds`. */
  answeredIdOf(request: number): number;
}

export interface AffinityContext {
  readonly requests: AffinityRequestView;
  /** The balancers' views of the fleet, one each. */
  readonly views: readonly FleetView[];
  /**
   * Number of the server's present life, or -1 while it is down: a new one with each start, ever larger. Where a server that
   * is started again has a new address, the life stands for the address.
   */
  lifeOf(server: number): number;
  /** Registers columns per session. */
  attach(columns: SessionColumns): void;
  /** Asks that ids of sessions be kept; they cost a byte a visit. To be called on creation. */
  trackIds(): void;
  /** Counts bytes of cookies, or of whatever else carries the binding, on the wire. */
  countCookieBytes(bytes: number): void;
  /** Counts messages between balancers. */
  countReplication(messages: number, bytes: number): void;
  /** Calls `mechanism.elapsed(entity, operand)` at `atMs`; operand is in 0 … 2^22 - 1. */
  schedule(atMs: number, entity: number, operand: number): void;
  /** Random numbers of the mechanism's own, by purpose. */
  drawsOf(purpose: string): Draws;
}

/** What a balancer does with a request whose binding names a server that cannot simply be used. */
export interface BindingRules {
  /**
   * "keep": bound requests still go to a server that drains (HAProxy, nginx); "move": at once elsewhere (AWS ALB); "refuse":
   * answer with an error (Envoy `strict`).
   */
  readonly whenDraining: "keep" | "move" | "refuse";
  /**
   * The server is out. "move": choose and bind anew; "insist": send it there all the same (HAProxy `option persist`);
   * "refuse": answer with an error (Apache `nofailover=On`, Envoy `strict`).
   */
  readonly whenDown: "move" | "insist" | "refuse";
  /**
   * The server has no room for one more request of this balancer. "soft": the binding is a wish, the request goes elsewhere;
   * "bounded": it waits `boundedWaitMs` for its server, then goes elsewhere; "hard": it waits as the queue lets it.
   */
  readonly strictness: "soft" | "bounded" | "hard";
  readonly boundedWaitMs: number;
}

/** One mechanism for the whole cluster; what each balancer knows for itself is kept apart by `balancer`. */
export interface AffinityMechanism {
  /** Of the last `lookup`, before the balancer checked that the server is eligible. */
  readonly outcome: number;
  readonly rules: BindingRules;
  /** The server that the request is bound to, eligible or not; -1 for none, or GONE. */
  lookup(request: number, balancer: number): number;
  /** `server` answers the request through `balancer`: write the binding. */
  answered(request: number, balancer: number, server: number): void;
  /** Why the request was not led to the server that holds its session, though that server is up and eligible. */
  whyElsewhere(request: number, balancer: number): Cause;
  /** The visit in this slot is over, or a new one begins there: forget what its client held. */
  forget(session: number): void;
  /** An event of the mechanism's own. */
  elapsed(entity: number, operand: number): void;
  /**
   * The balancer starts anew, with empty tables. What clients carry is not touched. In a reload the process before is still
   * there and may teach its successor, where the product has a way to (HAProxy `peers`); after a restart it is not.
   */
  balancerRestarted(balancer: number, isReload: boolean): void;
  /** The balancer's view of `server` has changed: it came, went, or drains. Also called for each that is there at the start. */
  serverChanged(balancer: number, server: number): void;
}

/** What binds softly where nothing else is said: the products' usual rules. */
export const usualRules: BindingRules = {
  whenDraining: "keep",
  whenDown: "move",
  strictness: "hard",
  boundedWaitMs: 1000,
};

/** Common ground of mechanisms: what most of them need not care for. */
export abstract class Mechanism implements AffinityMechanism {
  outcome: number = NONE;
  readonly rules: BindingRules;

  constructor(rules: BindingRules = usualRules) {
    this.rules = rules;
  }

  abstract lookup(request: number, balancer: number): number;
  abstract whyElsewhere(request: number, balancer: number): Cause;
  answered(_request: number, _balancer: number, _server: number): void {}
  forget(_session: number): void {}
  elapsed(_entity: number, _operand: number): void {}
  balancerRestarted(_balancer: number, _isReload: boolean): void {}
  serverChanged(_balancer: number, _server: number): void {}
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
