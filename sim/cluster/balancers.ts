/**
 * The balancers, and the network around them: an attempt comes from the client, a binding or the algorithm names a server,
 * and what comes back is an answer, a refusal, a failure, or nothing in time. What happens on the server is `service.ts`,
 * what users make of the outcome is `visits.ts`.
 *
 * A leg that takes no time is a call, not an event. Fields of a request are read where they stand, `ints[slot * INTS + f]`,
 * and never through an array kept over a call: a call may make the table grow, and the array kept would be the old one.
 */
import type { BalancingAlgorithm } from "../balancing/algorithm.ts";
import type { Fleet } from "../balancing/fleet.ts";
import { Draws } from "../engine/draws.ts";
import { type Kernel, NO_EVENT } from "../engine/kernel.ts";
import { FAILED, type Meter, REFUSED, TIMED_OUT } from "../metrics/meter.ts";
import type { AffinityMechanism } from "../persistence/affinity/mechanism.ts";
import type { Cluster } from "../scenario.ts";
import type { Sessions } from "../workload/sessions.ts";
import * as field from "../workload/sessions.ts";
import type { ClientSide } from "./client-side.ts";
import { Decider } from "./decider.ts";
import * as decision from "./decisions.ts";
import * as event from "./events.ts";
import { type Limits, limitsOf } from "./limits.ts";
import type { Network } from "./network.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";
import type { Servers } from "./servers.ts";
import type { Service } from "./service.ts";
import type { Traffic } from "./traffic.ts";

export interface BalancersParts {
  readonly kernel: Kernel;
  readonly settings: Cluster["balancers"];
  readonly seed: number;
  readonly requests: Requests;
  readonly sessions: Sessions;
  readonly servers: Servers;
  readonly fleets: readonly Fleet[];
  readonly algorithms: readonly BalancingAlgorithm[];
  /** Helpers of placement stand between fleets and algorithms. */
  readonly isPlaced: boolean;
  readonly traffic: Traffic | null;
  readonly affinity: AffinityMechanism;
  readonly meter: Meter;
  readonly network: Network;
}

export class Balancers {
  readonly decider: Decider;
  client!: ClientSide;
  service!: Service;
  private readonly kernel: Kernel;
  private readonly requests: Requests;
  private readonly sessions: Sessions;
  private readonly servers: Servers;
  private readonly fleets: readonly Fleet[];
  private readonly algorithms: readonly BalancingAlgorithm[];
  private readonly meter: Meter;
  private readonly network: Network;
  private readonly balancerChoice: Draws;
  private readonly perSession: boolean;
  private readonly redispatch: number;
  private readonly requestTimeoutMs: number | null;
  private readonly timeoutLane: number;
  private readonly traffic: Traffic | null;
  /** By balancer: how many faults keep clients from it; and all of these together. */
  private readonly isDown: Int32Array;
  private downCount = 0;
  /** null where a balancer sends on whatever comes. */
  readonly limits: Limits | null;

  constructor(parts: BalancersParts) {
    const { kernel, settings, seed } = parts;
    this.kernel = kernel;
    this.requests = parts.requests;
    this.sessions = parts.sessions;
    this.servers = parts.servers;
    this.fleets = parts.fleets;
    this.algorithms = parts.algorithms;
    this.meter = parts.meter;
    this.network = parts.network;
    this.balancerChoice = new Draws(seed, "balancer-choice");
    this.perSession = settings.choose === "per-session";
    this.redispatch = settings.redispatch;
    this.requestTimeoutMs = settings.requestTimeoutMs;
    this.traffic = parts.traffic;
    this.isDown = new Int32Array(parts.fleets.length);
    this.decider = new Decider(parts, this);
    this.limits = limitsOf(parts, this.decider);
    this.decider.limits = this.limits;
    this.timeoutLane = this.requestTimeoutMs === null ? -1 : kernel.addLane();
  }

  /** The client sends a request again: what belongs to the attempt before is forgotten. */
  sendAgain(slot: number): void {
    const { ints, floats } = this.requests;
    const at = slot * request.INTS;
    ints[at + request.REDISPATCHES] = 0;
    ints[at + request.WRITES_READ] = 0;
    ints[at + request.FLAGS]! &= ~request.OF_ATTEMPT;
    ints[at + request.TIMEOUT] = NO_EVENT;
    floats[slot * request.FLOATS + request.STATE_MS] = 0;
    this.send(slot);
  }

  /** The client sends an attempt. */
  send(slot: number): void {
    this.requests.ints[slot * request.INTS + request.PHASE] = request.ON_NETWORK;
    if (this.network.toBalancer.takesTime) this.cross(slot, event.AT_BALANCER);
    else this.atBalancer(slot);
  }

  /** Sends between client and balancer. */
  private cross(slot: number, kind: number): void {
    const delayMs = this.network.toBalancer.deliver(slot, kind);
    this.requests.floats[slot * request.FLOATS + request.NETWORK_MS]! += delayMs;
  }

  /**
   * Counts what an attempt has spent between balancer and server, all but `onServerMs`. Counted when it is back, since a
   * balancer that has stopped waiting no longer cares how long the network takes.
   */
  private countCrossings(slot: number, onServerMs: number): void {
    const { floats } = this.requests;
    const at = slot * request.FLOATS;
    floats[at + request.NETWORK_MS]! += this.kernel.nowMs - floats[at + request.SENT_AT_MS]! - onServerMs;
  }

  /** The request has crossed the network; a client that has gone meanwhile has closed the connection. */
  arriveAtBalancer(slot: number): void {
    if (this.requests.has(slot, request.IS_GHOST)) this.requests.release(slot);
    else this.atBalancer(slot);
  }

  private atBalancer(slot: number): void {
    const { requests } = this;
    let balancer = 0;
    if (this.fleets.length > 1) {
      const session = requests.ints[slot * request.INTS + request.SESSION]!;
      const number = this.perSession
        ? 0
        : requests.ints[slot * request.INTS + request.NUMBER]! * 256 +
          requests.ints[slot * request.INTS + request.ATTEMPT]!;
      const { ints } = this.sessions;
      const at = session * field.INTS;
      const visit = this.balancerChoice.atWords(ints[at + field.VISIT_LOW]!, ints[at + field.VISIT_HIGH]!, number);
      balancer = visit.below(this.fleets.length);
      if (this.downCount > 0) balancer = this.reachable(balancer, visit);
    }
    requests.ints[slot * request.INTS + request.BALANCER] = balancer;
    if (this.isDown[balancer]! > 0) return this.returnError(slot, REFUSED);
    if (this.requestTimeoutMs !== null) {
      const atMs = this.kernel.nowMs + this.requestTimeoutMs;
      requests.ints[slot * request.INTS + request.TIMEOUT] = this.kernel.scheduleInLane(
        this.timeoutLane,
        atMs,
        event.TIMEOUT,
        slot,
        0,
      );
    }
    this.decider.decide(slot, balancer, -1);
  }

  /** The balancer that a client finds instead of one that does not answer: any of those that do, if there is one. */
  private reachable(balancer: number, draws: Draws): number {
    if (this.isDown[balancer] === 0) return balancer;
    const others = Array.from(this.isDown.keys()).filter((other) => this.isDown[other] === 0);
    return others.length === 0 ? balancer : others[draws.below(others.length)]!;
  }

  /** Whether clients reach the balancer: not while anything keeps it down. */
  setDown(balancer: number, isDown: boolean): void {
    this.isDown[balancer]! += isDown ? 1 : -1;
    this.downCount += isDown ? 1 : -1;
  }

  dispatch(slot: number, balancer: number, server: number, reason: number): void {
    const { ints, floats } = this.requests;
    const isRefused = server < 0 && reason !== decision.TURNED_AWAY;
    this.decider.decided(slot, server, isRefused ? decision.NO_SERVER : reason);
    ints[slot * request.INTS + request.SERVER] = server;
    if (server < 0) return this.returnError(slot, REFUSED);
    ints[slot * request.INTS + request.FLAGS]! |= request.IS_COUNTED;
    floats[slot * request.FLOATS + request.SENT_AT_MS] = this.kernel.nowMs;
    this.fleets[balancer]!.inFlight[server]!++;
    if (this.traffic !== null) this.traffic.sent(slot, balancer, server);
    if (this.limits !== null) this.limits.taken(balancer, server);
    if (reason === decision.BOUND || reason === decision.INSISTED) this.algorithms[balancer]!.bound(server);
    this.algorithms[balancer]!.sent(server);
    if (this.network.toServer.takesTime) this.network.toServer.deliver(slot, event.AT_SERVER);
    else this.service.atServer(slot);
  }

  answerAtBalancer(slot: number): void {
    if (this.network.toServer.takesTime) this.countCrossings(slot, this.onServerMs(slot));
    this.stopTimeout(slot);
    this.settleWithBalancer(slot, true);
    if (this.requests.has(slot, request.IS_GHOST)) {
      this.requests.release(slot);
    } else if (this.network.toBalancer.takesTime) {
      this.cross(slot, event.ANSWER_AT_CLIENT);
    } else {
      this.client.answered(slot);
    }
  }

  refusalAtBalancer(slot: number): void {
    const { requests } = this;
    const server = requests.ints[slot * request.INTS + request.SERVER]!;
    if (requests.has(slot, request.IS_GHOST)) {
      this.dropGhost(slot);
      return;
    }
    if (this.network.toServer.takesTime) this.countCrossings(slot, 0);
    this.settleWithBalancer(slot, false);
    if (
      requests.ints[slot * request.INTS + request.REDISPATCHES]! < this.redispatch &&
      this.decider.mayChoose(requests.ints[slot * request.INTS + request.BALANCER]!)
    ) {
      requests.ints[slot * request.INTS + request.REDISPATCHES]!++;
      requests.ints[slot * request.INTS + request.FLAGS]! |= request.WAS_REDISPATCHED;
      this.meter.redispatches++;
      this.decider.decide(slot, requests.ints[slot * request.INTS + request.BALANCER]!, server);
    } else {
      this.returnError(slot, this.servers.isOpen(server) ? REFUSED : FAILED);
    }
  }

  failureAtBalancer(slot: number): void {
    if (this.network.toServer.takesTime) this.countCrossings(slot, this.onServerMs(slot));
    this.stopTimeout(slot);
    this.settleWithBalancer(slot, false);
    if (this.requests.has(slot, request.IS_GHOST)) this.requests.release(slot);
    else this.returnError(slot, FAILED);
  }

  /** The balancer answers for the server. */
  private returnError(slot: number, how: number): void {
    const { requests } = this;
    this.stopTimeout(slot);
    requests.ints[slot * request.INTS + request.PHASE] = request.RETURNING;
    requests.ints[slot * request.INTS + request.FAILURE] = how;
    if (this.network.toBalancer.takesTime) this.cross(slot, event.ERROR_AT_CLIENT);
    else this.client.failed(slot, how);
  }

  /** From the attempt's arrival on the server to its end there. */
  private onServerMs(slot: number): number {
    const { floats } = this.requests;
    const at = slot * request.FLOATS;
    return floats[at + request.MARKED_AT_MS]! - floats[at + request.REACHED_AT_MS]!;
  }

  /** The balancer has waited long enough: 504. The server may not know, and go on. */
  timeout(slot: number): void {
    this.requests.ints[slot * request.INTS + request.TIMEOUT] = NO_EVENT;
    this.giveUp(slot, TIMED_OUT);
  }

  /** The balancer's process dies, and with it every connection through it: who waits first, lest they get the room. */
  breakOff(balancer: number): void {
    const held = this.underWay(balancer, (at) => this.requests.ints[at + request.PHASE] === request.HELD);
    const sent = this.underWay(balancer, (at) => (this.requests.ints[at + request.FLAGS]! & request.IS_COUNTED) !== 0);
    for (const slot of [...held, ...sent]) {
      this.stopTimeout(slot);
      this.giveUp(slot, FAILED);
    }
  }

  /** A new process takes the balancer's place, and counts nothing of what the old one brings to its end. */
  forgetCounts(balancer: number): void {
    const sent = this.underWay(balancer, (at) => (this.requests.ints[at + request.FLAGS]! & request.IS_COUNTED) !== 0);
    for (const slot of sent) this.settleWithBalancer(slot, false);
  }

  private underWay(balancer: number, isMeant: (at: number) => boolean): number[] {
    return this.requests.slotsWhere((slot) => {
      const at = slot * request.INTS;
      return this.requests.ints[at + request.BALANCER] === balancer && isMeant(at);
    });
  }

  /** The client is told that the balancer will bring no answer, in this way. */
  private giveUp(slot: number, how: number): void {
    const { requests } = this;
    if (requests.ints[slot * request.INTS + request.PHASE] === request.HELD) {
      this.leaveQueue(slot);
      this.returnError(slot, how);
      return;
    }
    this.settleWithBalancer(slot, false);
    // A client who is gone already needs no answer, and nobody to go on for it.
    const heir = !requests.has(slot, request.IS_GHOST) ? this.client.detach(slot) : -1;
    // It is on no server, lest one that ends for want of work finds it there.
    if (heir >= 0) requests.ints[heir * request.INTS + request.PHASE] = request.RETURNING;
    this.service.abandonWork(slot);
    if (heir >= 0) this.returnError(heir, how);
  }

  /** A request that waits here will get no server any more. */
  private leaveQueue(slot: number): void {
    this.limits!.leave(slot, this.requests.ints[slot * request.INTS + request.BALANCER]!);
    this.decider.decided(slot, -1, decision.NO_SERVER);
  }

  /** The client of a request that waits here has closed the connection. */
  forget(slot: number): void {
    this.leaveQueue(slot);
    this.stopTimeout(slot);
    this.requests.release(slot);
  }

  /** Takes a ghost off the books; it is on no server. */
  dropGhost(slot: number): void {
    this.stopTimeout(slot);
    this.settleWithBalancer(slot, false);
    this.requests.release(slot);
  }

  private stopTimeout(slot: number): void {
    const handle = this.requests.ints[slot * request.INTS + request.TIMEOUT]!;
    if (handle === NO_EVENT) return;
    this.kernel.cancel(handle);
    this.requests.ints[slot * request.INTS + request.TIMEOUT] = NO_EVENT;
  }

  /** What the balancer counted when it sent the request on is taken back, once. */
  private settleWithBalancer(slot: number, answered: boolean): void {
    const { ints, floats } = this.requests;
    const at = slot * request.INTS;
    const float = slot * request.FLOATS;
    if ((ints[at + request.FLAGS]! & request.IS_COUNTED) === 0) return;
    ints[at + request.FLAGS]! &= ~request.IS_COUNTED;
    const server = ints[at + request.SERVER]!;
    const balancer = ints[at + request.BALANCER]!;
    this.fleets[balancer]!.inFlight[server]!--;
    if (answered && this.traffic !== null) this.traffic.answered(slot, balancer, server);
    this.algorithms[balancer]!.ended(server, this.kernel.nowMs - floats[float + request.SENT_AT_MS]!, answered);
    if (this.limits !== null) this.limits.released(balancer, server);
  }
}
