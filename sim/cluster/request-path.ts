/**
 * The way of one attempt: client → network → balancer (binding, else balancing) → network → server (queue, state read,
 * work, state write) → and back. What users make of the outcome is `visits.ts`.
 *
 * A leg that takes no time is a call, not an event.
 */
import type { BalancingAlgorithm } from "../balancing/algorithm.ts";
import { Draws } from "../engine/draws.ts";
import { type Kernel, NO_EVENT } from "../engine/kernel.ts";
import { Digest } from "../metrics/digest.ts";
import { FAILED, type Meter, REFUSED, TIMED_OUT } from "../metrics/meter.ts";
import { type AffinityMechanism, DOWN } from "../persistence/affinity/mechanism.ts";
import { FOUND, MISSING, PENDING, type StateBackend, WRITTEN } from "../persistence/state/backend.ts";
import type { Cluster } from "../scenario.ts";
import type { Sessions } from "../workload/sessions.ts";
import * as event from "./events.ts";
import type { Fleet } from "./fleet.ts";
import { Network } from "./network.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";
import type { ServerPool } from "./server-pool.ts";
import type { Servers } from "./servers.ts";

/** Why a request went where it went: part of the digest and of every explanation. */
export const NO_SERVER = 0;
export const BALANCED = 1;
export const BOUND = 2;
export const FAILED_OVER = 3;
export const REDISPATCHED = 4;

/** What the path asks of the users' side. */
export interface ClientSide {
  answered(slot: number): void;
  /** An attempt ended without an answer, in the way of `meter.ts`. */
  failed(slot: number, how: number): void;
  /** The session has outlived its limits: it ends as timed out, and the request becomes a login. */
  expireIfDue(slot: number): void;
  /** No copy was found: the session is lost, and the request becomes a login. */
  lost(slot: number): void;
  /** The client has gone, or is answered already: a new slot goes on for it and this one works on as a ghost. */
  detach(slot: number): number;
}

/** The parts that the path runs through. */
export interface PathParts {
  readonly kernel: Kernel;
  readonly cluster: Cluster;
  readonly seed: number;
  readonly requests: Requests;
  readonly sessions: Sessions;
  readonly servers: Servers;
  readonly fleets: readonly Fleet[];
  readonly algorithms: readonly BalancingAlgorithm[];
  readonly affinity: AffinityMechanism;
  readonly state: StateBackend;
  readonly meter: Meter;
}

/** Sees every decision; null costs nothing. */
export type DecisionObserver = (slot: number, server: number, reason: number) => void;

export class RequestPath {
  readonly digest = new Digest();
  observer: DecisionObserver | null = null;
  client!: ClientSide;
  pool!: ServerPool;
  private readonly kernel: Kernel;
  private readonly requests: Requests;
  private readonly sessions: Sessions;
  private readonly servers: Servers;
  private readonly fleets: readonly Fleet[];
  private readonly algorithms: readonly BalancingAlgorithm[];
  private readonly affinity: AffinityMechanism;
  private readonly state: StateBackend;
  private readonly meter: Meter;
  private readonly network: Network;
  private readonly balancerChoice: Draws;
  private readonly perSession: boolean;
  private readonly redispatch: number;
  private readonly requestTimeoutMs: number | null;
  private readonly cancelsAbandonedWork: boolean;
  private readonly timeoutLane: number;

  constructor(parts: PathParts) {
    const { kernel, cluster, seed } = parts;
    this.kernel = kernel;
    this.requests = parts.requests;
    this.sessions = parts.sessions;
    this.servers = parts.servers;
    this.fleets = parts.fleets;
    this.algorithms = parts.algorithms;
    this.affinity = parts.affinity;
    this.state = parts.state;
    this.meter = parts.meter;
    this.network = new Network(kernel, cluster.network, seed, parts.requests, parts.sessions);
    this.balancerChoice = new Draws(seed, "balancer-choice");
    this.perSession = cluster.balancers.choose === "per-session";
    this.redispatch = cluster.balancers.redispatch;
    this.requestTimeoutMs = cluster.balancers.requestTimeoutMs;
    this.cancelsAbandonedWork = cluster.balancers.cancelsAbandonedWork;
    this.timeoutLane = this.requestTimeoutMs === null ? -1 : kernel.addLane();
  }

  /** The client sends an attempt. */
  send(slot: number): void {
    const { requests } = this;
    requests.phase[slot] = request.ON_NETWORK;
    requests.redispatches[slot] = 0;
    requests.writesRead[slot] = 0;
    requests.stateMs[slot] = 0;
    requests.flags[slot]! &= ~request.WAS_REDISPATCHED;
    requests.timeout[slot] = NO_EVENT;
    if (this.network.toBalancer.isInstant) this.atBalancer(slot);
    else this.network.toBalancer.deliver(slot, event.AT_BALANCER);
  }

  /** The request has crossed the network; a client that has gone meanwhile has closed the connection. */
  arriveAtBalancer(slot: number): void {
    if ((this.requests.flags[slot]! & request.IS_GHOST) !== 0) this.requests.release(slot);
    else this.atBalancer(slot);
  }

  private atBalancer(slot: number): void {
    const { requests } = this;
    let balancer = 0;
    if (this.fleets.length > 1) {
      const ordinal = this.sessions.ordinal[requests.session[slot]!]!;
      const number = this.perSession ? 0 : requests.number[slot]! * 256 + requests.attempt[slot]!;
      balancer = this.balancerChoice.at(ordinal, number).below(this.fleets.length);
    }
    requests.balancer[slot] = balancer;
    if (this.requestTimeoutMs !== null) {
      const atMs = this.kernel.nowMs + this.requestTimeoutMs;
      requests.timeout[slot] = this.kernel.scheduleInLane(this.timeoutLane, atMs, event.TIMEOUT, slot, 0);
    }
    this.decide(slot, balancer, -1);
  }

  /** Chooses a server; `avoid` refused this request just now, or is -1. */
  private decide(slot: number, balancer: number, avoid: number): void {
    const fleet = this.fleets[balancer]!;
    let server = -1;
    let reason = avoid < 0 ? BALANCED : REDISPATCHED;
    if (avoid < 0) {
      const bound = this.affinity.lookup(slot, balancer);
      let { outcome } = this.affinity;
      if (bound >= 0) {
        if (fleet.isEligible[bound] === 1) {
          server = bound;
          reason = BOUND;
        } else {
          outcome = DOWN;
          reason = FAILED_OVER;
        }
      }
      this.meter.outcomes[outcome]!++;
    }
    if (server < 0 && fleet.eligibleCount > 0) server = this.algorithms[balancer]!.pick(slot, avoid);
    if (server < 0) reason = NO_SERVER;
    const { requests } = this;
    const session = requests.session[slot]!;
    this.digest.add(
      this.kernel.nowMs,
      this.sessions.ordinal[session]!,
      requests.number[slot]!,
      requests.attempt[slot]!,
      server,
      reason,
    );
    if (this.observer !== null) this.observer(slot, server, reason);
    requests.server[slot] = server;
    if (server < 0) {
      this.returnError(slot, REFUSED);
      return;
    }
    requests.sentAtMs[slot] = this.kernel.nowMs;
    fleet.inFlight[server]!++;
    this.algorithms[balancer]!.sent(server);
    if (this.network.toServer.isInstant) this.atServer(slot);
    else this.network.toServer.deliver(slot, event.AT_SERVER);
  }

  atServer(slot: number): void {
    const { requests, servers } = this;
    const server = requests.server[slot]!;
    if ((requests.flags[slot]! & request.IS_GHOST) !== 0 && this.cancelsAbandonedWork) {
      this.dropGhost(slot);
      return;
    }
    if (!servers.isUp(server)) {
      this.refuse(slot);
      return;
    }
    const isFree = servers.hasFreePlace(server);
    if (!isFree && servers.queued[server]! >= servers.queueLimit[server]!) {
      this.refuse(slot);
      return;
    }
    servers.settle(server, this.kernel.nowMs);
    servers.arrived[server]!++;
    requests.reachedAtMs[slot] = this.kernel.nowMs;
    if (isFree) {
      this.begin(slot, server);
    } else {
      requests.phase[slot] = request.QUEUED;
      servers.enqueue(server, slot);
    }
  }

  /** The server begins with a request that has a place; its books are settled. */
  begin(slot: number, server: number): void {
    const { requests } = this;
    this.servers.inService[server]!++;
    requests.startedAtMs[slot] = this.kernel.nowMs;
    if ((requests.flags[slot]! & request.HAS_SESSION) !== 0) this.client.expireIfDue(slot);
    // Work that nobody waits for any more does not touch session state; neither does a login before its write.
    if ((requests.flags[slot]! & (request.HAS_SESSION | request.IS_GHOST)) !== request.HAS_SESSION) {
      this.work(slot, server);
      return;
    }
    const outcome = this.state.read(slot, server);
    if (outcome === PENDING) {
      requests.phase[slot] = request.READING;
      requests.stateSinceMs[slot] = this.kernel.nowMs;
    } else {
      this.haveRead(slot, server, outcome);
    }
  }

  readDone(slot: number): void {
    const server = this.requests.server[slot]!;
    this.countStateTime(slot);
    if ((this.requests.flags[slot]! & request.IS_GHOST) !== 0) this.work(slot, server);
    else this.haveRead(slot, server, this.state.readDone(slot, server));
  }

  private haveRead(slot: number, server: number, outcome: number): void {
    if (outcome === FOUND) {
      this.requests.writesRead[slot] = this.state.writesRead;
    } else if (outcome === MISSING) {
      this.client.lost(slot);
      // A user who leaves still gets the page that says so, without any work; see `visits.ts`.
    } else {
      this.leave(slot, server, false);
      return;
    }
    this.work(slot, server);
  }

  private work(slot: number, server: number): void {
    const { requests } = this;
    requests.phase[slot] = request.WORKING;
    if (this.servers.isSharing[server] === 1) {
      this.pool.share(slot, server);
      return;
    }
    const atMs = this.kernel.nowMs + requests.demandMs[slot]! / this.servers.speed[server]!;
    this.kernel.schedule(atMs, event.WORK_DONE, slot, requests.generation[slot]!);
  }

  workDone(slot: number): void {
    const { requests } = this;
    const server = requests.server[slot]!;
    const flags = requests.flags[slot]!;
    if ((flags & request.IS_GHOST) !== 0) {
      this.leave(slot, server, true);
      return;
    }
    const changed = (flags & request.WRITES) !== 0;
    const outcome = this.state.write(slot, server, this.containsAfter(slot), changed);
    if (outcome === PENDING) {
      requests.phase[slot] = request.WRITING;
      requests.stateSinceMs[slot] = this.kernel.nowMs;
    } else {
      this.leave(slot, server, outcome === WRITTEN);
    }
  }

  writeDone(slot: number): void {
    const { requests } = this;
    const server = requests.server[slot]!;
    this.countStateTime(slot);
    if ((requests.flags[slot]! & request.IS_GHOST) !== 0) {
      this.leave(slot, server, true);
      return;
    }
    const changed = (requests.flags[slot]! & request.WRITES) !== 0;
    const outcome = this.state.writeDone(slot, server, this.containsAfter(slot), changed);
    this.leave(slot, server, outcome === WRITTEN);
  }

  private countStateTime(slot: number): void {
    this.requests.stateMs[slot]! += this.kernel.nowMs - this.requests.stateSinceMs[slot]!;
  }

  /** Acknowledged writes that the copy will contain once this request has had its way with it. */
  private containsAfter(slot: number): number {
    const { requests } = this;
    return requests.writesRead[slot]! + ((requests.flags[slot]! & request.WRITES) !== 0 ? 1 : 0);
  }

  /** The request gives up its place on the server, and the next in the queue takes it. */
  private leave(slot: number, server: number, succeeded: boolean): void {
    const { requests, servers } = this;
    const { nowMs } = this.kernel;
    servers.settle(server, nowMs);
    servers.sojournMs[server]! += nowMs - requests.reachedAtMs[slot]!;
    requests.leftAtMs[slot] = nowMs;
    servers.inService[server]!--;
    if (servers.queued[server]! > 0) this.begin(servers.dequeue(server), server);
    if (succeeded) {
      requests.phase[slot] = request.RETURNING;
      if ((requests.flags[slot]! & request.IS_GHOST) === 0) {
        this.affinity.answered(slot, requests.balancer[slot]!, server);
      }
      if (this.network.toServer.isInstant) this.answerAtBalancer(slot);
      else this.network.toServer.deliver(slot, event.ANSWER_AT_BALANCER);
    } else {
      this.fail(slot);
    }
  }

  answerAtBalancer(slot: number): void {
    this.stopTimeout(slot);
    this.settleWithBalancer(slot, true);
    if ((this.requests.flags[slot]! & request.IS_GHOST) !== 0) {
      this.requests.release(slot);
    } else if (this.network.toBalancer.isInstant) {
      this.client.answered(slot);
    } else {
      this.network.toBalancer.deliver(slot, event.ANSWER_AT_CLIENT);
    }
  }

  /** The server turns the request away, or its machine does in its stead. */
  private refuse(slot: number): void {
    if (this.network.toServer.isInstant) this.refusalAtBalancer(slot);
    else this.network.toServer.deliver(slot, event.REFUSAL_AT_BALANCER);
  }

  refusalAtBalancer(slot: number): void {
    const { requests } = this;
    const server = requests.server[slot]!;
    const isGhost = (requests.flags[slot]! & request.IS_GHOST) !== 0;
    this.settleWithBalancer(slot, false);
    if (isGhost) {
      requests.release(slot);
    } else if (
      requests.redispatches[slot]! < this.redispatch &&
      this.fleets[requests.balancer[slot]!]!.eligibleCount > 0
    ) {
      requests.redispatches[slot]!++;
      requests.flags[slot]! |= request.WAS_REDISPATCHED;
      this.meter.redispatches++;
      this.decide(slot, requests.balancer[slot]!, server);
    } else {
      this.returnError(slot, this.servers.isUp(server) ? REFUSED : FAILED);
    }
  }

  /** The server broke off: it crashed, or could not reach the session store. Its books are settled. */
  fail(slot: number): void {
    this.requests.phase[slot] = request.RETURNING;
    if (this.network.toServer.isInstant) this.failureAtBalancer(slot);
    else this.network.toServer.deliver(slot, event.FAILURE_AT_BALANCER);
  }

  failureAtBalancer(slot: number): void {
    this.stopTimeout(slot);
    this.settleWithBalancer(slot, false);
    if ((this.requests.flags[slot]! & request.IS_GHOST) !== 0) this.requests.release(slot);
    else this.returnError(slot, FAILED);
  }

  /** The balancer answers for the server. */
  private returnError(slot: number, how: number): void {
    const { requests } = this;
    this.stopTimeout(slot);
    requests.phase[slot] = request.RETURNING;
    requests.failure[slot] = how;
    if (this.network.toBalancer.isInstant) this.client.failed(slot, how);
    else this.network.toBalancer.deliver(slot, event.ERROR_AT_CLIENT);
  }

  /** The balancer has waited long enough: 504. The server may not know, and go on. */
  timeout(slot: number): void {
    const { requests } = this;
    requests.timeout[slot] = NO_EVENT;
    this.settleWithBalancer(slot, false);
    requests.flags[slot]! |= request.BALANCER_IS_DONE;
    // A client who is gone already needs no answer, and nobody to go on for it.
    const heir = (requests.flags[slot]! & request.IS_GHOST) === 0 ? this.client.detach(slot) : -1;
    this.abandonWork(slot);
    if (heir >= 0) this.returnError(heir, TIMED_OUT);
  }

  /** The client has gone; whoever works for it may stop. */
  abandonWork(slot: number): void {
    if (this.cancelsAbandonedWork) this.pool.cancel(slot);
  }

  /** Takes a ghost off the books; it is on no server. */
  dropGhost(slot: number): void {
    this.stopTimeout(slot);
    this.settleWithBalancer(slot, false);
    this.requests.release(slot);
  }

  private stopTimeout(slot: number): void {
    const handle = this.requests.timeout[slot]!;
    if (handle === NO_EVENT) return;
    this.kernel.cancel(handle);
    this.requests.timeout[slot] = NO_EVENT;
  }

  /** What the balancer counted when it sent the request on is taken back, once. */
  private settleWithBalancer(slot: number, answered: boolean): void {
    const { requests } = this;
    if ((requests.flags[slot]! & request.BALANCER_IS_DONE) !== 0) return;
    const server = requests.server[slot]!;
    const balancer = requests.balancer[slot]!;
    this.fleets[balancer]!.inFlight[server]!--;
    this.algorithms[balancer]!.ended(server, this.kernel.nowMs - requests.sentAtMs[slot]!, answered);
  }
}
