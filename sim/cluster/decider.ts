/**
 * The decision on a request: a binding or the algorithm names a server, and it is entered into the digest when it falls. Where
 * servers have limits, the request may have to wait in between (`limits.ts`).
 */
import type { BalancingAlgorithm } from "../balancing/algorithm.ts";
import type { Fleet } from "../balancing/fleet.ts";
import type { Kernel } from "../engine/kernel.ts";
import { Digest } from "../metrics/digest.ts";
import type { Meter } from "../metrics/meter.ts";
import { type AffinityMechanism, GONE } from "../persistence/affinity/mechanism.ts";
import type { Sessions } from "../workload/sessions.ts";
import * as field from "../workload/sessions.ts";
import { fateOf, letterOf } from "./bindings.ts";
import * as decision from "./decisions.ts";
import type { Dispatcher, Limits } from "./limits.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";

export interface DeciderParts {
  readonly kernel: Kernel;
  readonly requests: Requests;
  readonly sessions: Sessions;
  readonly fleets: readonly Fleet[];
  readonly algorithms: readonly BalancingAlgorithm[];
  /** Helpers of placement stand between fleets and algorithms. */
  readonly isPlaced: boolean;
  readonly affinity: AffinityMechanism;
  readonly meter: Meter;
}

/** Where requests go once it is decided. */
export interface Way {
  dispatch(slot: number, balancer: number, server: number, reason: number): void;
}

export class Decider implements Dispatcher {
  readonly digest: Digest;
  observer: decision.DecisionObserver | null = null;
  onset: decision.DecisionOnset | null = null;
  /** null where a balancer sends on whatever comes. */
  limits: Limits | null = null;
  private readonly requests: Requests;
  private readonly sessions: Sessions;
  private readonly fleets: readonly Fleet[];
  private readonly algorithms: readonly BalancingAlgorithm[];
  private readonly isPlaced: boolean;
  private readonly affinity: AffinityMechanism;
  private readonly meter: Meter;
  private readonly way: Way;

  constructor(parts: DeciderParts, way: Way) {
    this.digest = new Digest(parts.kernel);
    this.requests = parts.requests;
    this.sessions = parts.sessions;
    this.fleets = parts.fleets;
    this.algorithms = parts.algorithms;
    this.isPlaced = parts.isPlaced;
    this.affinity = parts.affinity;
    this.meter = parts.meter;
    this.way = way;
  }

  dispatch(slot: number, balancer: number, server: number, reason: number): void {
    this.way.dispatch(slot, balancer, server, reason);
  }

  /** Chooses a server; `avoid` refused this request just now, or is -1. */
  decide(slot: number, balancer: number, avoid: number): void {
    const fleet = this.fleets[balancer]!;
    let server = -1;
    let reason = avoid < 0 ? decision.BALANCED : decision.REDISPATCHED;
    const bound = avoid < 0 ? this.affinity.lookup(slot, balancer) : -1;
    if (this.onset !== null) this.onset(slot, balancer, avoid, bound);
    if (avoid < 0) {
      let { outcome } = this.affinity;
      if (bound >= 0) {
        if (fleet.isEligible[bound] === 1) {
          server = bound;
          reason = decision.BOUND;
        } else {
          reason = this.fateOf(slot, balancer, bound);
          outcome = letterOf(fleet, bound, reason, outcome);
          if (reason === decision.BOUND || reason === decision.INSISTED) server = bound;
        }
      } else if (bound === GONE && this.affinity.rules.whenDown === "refuse") {
        reason = decision.TURNED_AWAY;
      }
      this.meter.outcomes[outcome]!++;
    }
    if (server < 0 && reason !== decision.TURNED_AWAY && this.mayChoose(balancer))
      server = this.algorithms[balancer]!.pick(slot, avoid);
    if (this.limits === null) {
      this.way.dispatch(slot, balancer, server, reason);
    } else {
      if (avoid < 0) this.limits.begins(slot);
      this.limits.place(slot, balancer, server, reason);
    }
  }

  /** What the rules have become of a request that is bound to a server which is not eligible, noted where it leads away. */
  fateOf(slot: number, balancer: number, server: number): number {
    const fate = fateOf(this.fleets[balancer]!, server, this.affinity.rules);
    if (fate === decision.DRAINED) this.requests.ints[slot * request.INTS + request.FLAGS]! |= request.WAS_DRAINED;
    return fate;
  }

  /** Whether there is anybody to choose from; what helpers of placement make of a fleet that is down, only they know. */
  mayChoose(balancer: number): boolean {
    return this.fleets[balancer]!.eligibleCount > 0 || this.isPlaced;
  }

  /** The algorithm's choice for a request that has waited, or would have to. */
  choose(slot: number, balancer: number): number {
    if (this.onset !== null) this.onset(slot, balancer, -1, decision.STANDS);
    return this.mayChoose(balancer) ? this.algorithms[balancer]!.pick(slot, -1) : -1;
  }

  /** The decision has fallen. */
  decided(slot: number, server: number, reason: number): void {
    const { ints } = this.requests;
    const at = slot * request.INTS;
    const session = ints[at + request.SESSION]!;
    this.digest.add(
      this.sessions.ints[session * field.INTS + field.VISIT_LOW]!,
      ints[at + request.NUMBER]!,
      ints[at + request.ATTEMPT]!,
      server,
      reason,
    );
    if (this.observer !== null) this.observer(slot, server, reason);
  }
}
