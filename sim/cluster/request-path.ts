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
import * as host from "./servers.ts";

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
  readonly digest: Digest;
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
    this.digest = new Digest(kernel);
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
    requests.ints[slot * request.INTS + request.PHASE] = request.ON_NETWORK;
    requests.ints[slot * request.INTS + request.REDISPATCHES] = 0;
    requests.ints[slot * request.INTS + request.WRITES_READ] = 0;
    requests.floats[slot * request.FLOATS + request.STATE_MS] = 0;
    requests.ints[slot * request.INTS + request.FLAGS]! &= ~request.WAS_REDISPATCHED;
    requests.ints[slot * request.INTS + request.TIMEOUT] = NO_EVENT;
    if (this.network.toBalancer.isInstant) this.atBalancer(slot);
    else this.cross(slot, event.AT_BALANCER);
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
    if (this.network.toServer.isInstant) return;
    const { floats } = this.requests;
    const at = slot * request.FLOATS;
    floats[at + request.NETWORK_MS]! += this.kernel.nowMs - floats[at + request.SENT_AT_MS]! - onServerMs;
  }

  /** The request has crossed the network; a client that has gone meanwhile has closed the connection. */
  arriveAtBalancer(slot: number): void {
    if ((this.requests.ints[slot * request.INTS + request.FLAGS]! & request.IS_GHOST) !== 0)
      this.requests.release(slot);
    else this.atBalancer(slot);
  }

  private atBalancer(slot: number): void {
    const { requests } = this;
    let balancer = 0;
    if (this.fleets.length > 1) {
      const ordinal = this.sessions.ordinal[requests.ints[slot * request.INTS + request.SESSION]!]!;
      const number = this.perSession
        ? 0
        : requests.ints[slot * request.INTS + request.NUMBER]! * 256 +
          requests.ints[slot * request.INTS + request.ATTEMPT]!;
      balancer = this.balancerChoice.at(ordinal, number).below(this.fleets.length);
    }
    requests.ints[slot * request.INTS + request.BALANCER] = balancer;
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
    const session = requests.ints[slot * request.INTS + request.SESSION]!;
    this.digest.add(
      this.sessions.ordinal[session]!,
      requests.ints[slot * request.INTS + request.NUMBER]!,
      requests.ints[slot * request.INTS + request.ATTEMPT]!,
      server,
      reason,
    );
    if (this.observer !== null) this.observer(slot, server, reason);
    requests.ints[slot * request.INTS + request.SERVER] = server;
    if (server < 0) {
      this.returnError(slot, REFUSED);
      return;
    }
    requests.floats[slot * request.FLOATS + request.SENT_AT_MS] = this.kernel.nowMs;
    fleet.inFlight[server]!++;
    this.algorithms[balancer]!.sent(server);
    if (this.network.toServer.isInstant) this.atServer(slot);
    else this.network.toServer.deliver(slot, event.AT_SERVER);
  }

  atServer(slot: number): void {
    const { requests, servers } = this;
    const server = requests.ints[slot * request.INTS + request.SERVER]!;
    if ((requests.ints[slot * request.INTS + request.FLAGS]! & request.IS_GHOST) !== 0 && this.cancelsAbandonedWork) {
      this.dropGhost(slot);
      return;
    }
    if (!servers.isUp(server)) {
      this.refuse(slot);
      return;
    }
    const int = server * host.INTS;
    const isFree = servers.ints[int + host.IN_SERVICE]! < servers.ints[int + host.PLACES]!;
    if (!isFree && servers.ints[int + host.QUEUED]! >= servers.ints[int + host.QUEUE_LIMIT]!) {
      this.refuse(slot);
      return;
    }
    servers.settle(server);
    servers.ints[int + host.ARRIVED]!++;
    requests.floats[slot * request.FLOATS + request.REACHED_AT_MS] = this.kernel.nowMs;
    if (isFree) {
      this.begin(slot, server);
    } else {
      requests.ints[slot * request.INTS + request.PHASE] = request.QUEUED;
      servers.enqueue(server, slot);
    }
  }

  /** The server begins with a request that has a place; its books are settled. */
  begin(slot: number, server: number): void {
    const { requests } = this;
    this.servers.ints[server * host.INTS + host.IN_SERVICE]!++;
    requests.floats[slot * request.FLOATS + request.STARTED_AT_MS] = this.kernel.nowMs;
    // Work that nobody waits for any more does not touch the session; neither does a login before its write.
    const whose = request.HAS_SESSION | request.IS_GHOST;
    if ((requests.ints[slot * request.INTS + request.FLAGS]! & whose) === request.HAS_SESSION) {
      this.client.expireIfDue(slot);
    }
    if ((requests.ints[slot * request.INTS + request.FLAGS]! & whose) !== request.HAS_SESSION) {
      this.work(slot, server);
      return;
    }
    const outcome = this.state.read(slot, server);
    if (outcome === PENDING) {
      requests.ints[slot * request.INTS + request.PHASE] = request.READING;
      requests.floats[slot * request.FLOATS + request.MARKED_AT_MS] = this.kernel.nowMs;
    } else {
      this.haveRead(slot, server, outcome);
    }
  }

  readDone(slot: number): void {
    const server = this.requests.ints[slot * request.INTS + request.SERVER]!;
    this.countStateTime(slot);
    if ((this.requests.ints[slot * request.INTS + request.FLAGS]! & request.IS_GHOST) !== 0) this.work(slot, server);
    else this.haveRead(slot, server, this.state.readDone(slot, server));
  }

  private haveRead(slot: number, server: number, outcome: number): void {
    if (outcome === FOUND) {
      this.requests.ints[slot * request.INTS + request.WRITES_READ] = this.state.writesRead;
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
    requests.ints[slot * request.INTS + request.PHASE] = request.WORKING;
    if (this.servers.floats[server * host.FLOATS + host.IS_SHARING] === 1) {
      this.pool.share(slot, server);
      return;
    }
    const atMs =
      this.kernel.nowMs +
      requests.floats[slot * request.FLOATS + request.DEMAND_MS]! /
        this.servers.floats[server * host.FLOATS + host.SPEED]!;
    this.kernel.schedule(atMs, event.WORK_DONE, slot, requests.ints[slot * request.INTS + request.GENERATION]!);
  }

  workDone(slot: number): void {
    const { requests } = this;
    const server = requests.ints[slot * request.INTS + request.SERVER]!;
    const flags = requests.ints[slot * request.INTS + request.FLAGS]!;
    if ((flags & request.IS_GHOST) !== 0) {
      this.leave(slot, server, true);
      return;
    }
    const changed = (flags & request.WRITES) !== 0;
    const outcome = this.state.write(slot, server, this.containsAfter(slot), changed);
    if (outcome === PENDING) {
      requests.ints[slot * request.INTS + request.PHASE] = request.WRITING;
      requests.floats[slot * request.FLOATS + request.MARKED_AT_MS] = this.kernel.nowMs;
    } else {
      this.leave(slot, server, outcome === WRITTEN);
    }
  }

  writeDone(slot: number): void {
    const { requests } = this;
    const server = requests.ints[slot * request.INTS + request.SERVER]!;
    this.countStateTime(slot);
    if ((requests.ints[slot * request.INTS + request.FLAGS]! & request.IS_GHOST) !== 0) {
      this.leave(slot, server, true);
      return;
    }
    const changed = (requests.ints[slot * request.INTS + request.FLAGS]! & request.WRITES) !== 0;
    const outcome = this.state.writeDone(slot, server, this.containsAfter(slot), changed);
    this.leave(slot, server, outcome === WRITTEN);
  }

  private countStateTime(slot: number): void {
    this.requests.floats[slot * request.FLOATS + request.STATE_MS]! +=
      this.kernel.nowMs - this.requests.floats[slot * request.FLOATS + request.MARKED_AT_MS]!;
  }

  /** Acknowledged writes that the copy will contain once this request has had its way with it. */
  private containsAfter(slot: number): number {
    const { requests } = this;
    return (
      requests.ints[slot * request.INTS + request.WRITES_READ]! +
      ((requests.ints[slot * request.INTS + request.FLAGS]! & request.WRITES) !== 0 ? 1 : 0)
    );
  }

  /** The request gives up its place on the server, and the next in the queue takes it. */
  private leave(slot: number, server: number, succeeded: boolean): void {
    const { requests, servers } = this;
    const { nowMs } = this.kernel;
    servers.settle(server);
    servers.floats[server * host.FLOATS + host.SOJOURN_MS]! +=
      nowMs - requests.floats[slot * request.FLOATS + request.REACHED_AT_MS]!;
    requests.floats[slot * request.FLOATS + request.MARKED_AT_MS] = nowMs;
    servers.ints[server * host.INTS + host.IN_SERVICE]!--;
    if (servers.ints[server * host.INTS + host.QUEUED]! > 0) this.begin(servers.dequeue(server), server);
    if (succeeded) {
      requests.ints[slot * request.INTS + request.PHASE] = request.RETURNING;
      if ((requests.ints[slot * request.INTS + request.FLAGS]! & request.IS_GHOST) === 0) {
        this.affinity.answered(slot, requests.ints[slot * request.INTS + request.BALANCER]!, server);
      }
      if (this.network.toServer.isInstant) this.answerAtBalancer(slot);
      else this.network.toServer.deliver(slot, event.ANSWER_AT_BALANCER);
    } else {
      this.fail(slot);
    }
  }

  answerAtBalancer(slot: number): void {
    this.countCrossings(slot, this.onServerMs(slot));
    this.stopTimeout(slot);
    this.settleWithBalancer(slot, true);
    if ((this.requests.ints[slot * request.INTS + request.FLAGS]! & request.IS_GHOST) !== 0) {
      this.requests.release(slot);
    } else if (this.network.toBalancer.isInstant) {
      this.client.answered(slot);
    } else {
      this.cross(slot, event.ANSWER_AT_CLIENT);
    }
  }

  /** The server turns the request away, or its machine does in its stead. */
  private refuse(slot: number): void {
    if (this.network.toServer.isInstant) this.refusalAtBalancer(slot);
    else this.network.toServer.deliver(slot, event.REFUSAL_AT_BALANCER);
  }

  refusalAtBalancer(slot: number): void {
    const { requests } = this;
    const server = requests.ints[slot * request.INTS + request.SERVER]!;
    const isGhost = (requests.ints[slot * request.INTS + request.FLAGS]! & request.IS_GHOST) !== 0;
    if (isGhost) {
      this.dropGhost(slot);
      return;
    }
    this.countCrossings(slot, 0);
    this.settleWithBalancer(slot, false);
    if (
      requests.ints[slot * request.INTS + request.REDISPATCHES]! < this.redispatch &&
      this.fleets[requests.ints[slot * request.INTS + request.BALANCER]!]!.eligibleCount > 0
    ) {
      requests.ints[slot * request.INTS + request.REDISPATCHES]!++;
      requests.ints[slot * request.INTS + request.FLAGS]! |= request.WAS_REDISPATCHED;
      this.meter.redispatches++;
      this.decide(slot, requests.ints[slot * request.INTS + request.BALANCER]!, server);
    } else {
      this.returnError(slot, this.servers.isUp(server) ? REFUSED : FAILED);
    }
  }

  /** The server broke off: it crashed, or could not reach the session store. Its books are settled. */
  fail(slot: number): void {
    this.requests.ints[slot * request.INTS + request.PHASE] = request.RETURNING;
    this.requests.floats[slot * request.FLOATS + request.MARKED_AT_MS] = this.kernel.nowMs;
    if (this.network.toServer.isInstant) this.failureAtBalancer(slot);
    else this.network.toServer.deliver(slot, event.FAILURE_AT_BALANCER);
  }

  failureAtBalancer(slot: number): void {
    this.countCrossings(slot, this.onServerMs(slot));
    this.stopTimeout(slot);
    this.settleWithBalancer(slot, false);
    if ((this.requests.ints[slot * request.INTS + request.FLAGS]! & request.IS_GHOST) !== 0)
      this.requests.release(slot);
    else this.returnError(slot, FAILED);
  }

  /** The balancer answers for the server. */
  private returnError(slot: number, how: number): void {
    const { requests } = this;
    this.stopTimeout(slot);
    requests.ints[slot * request.INTS + request.PHASE] = request.RETURNING;
    requests.ints[slot * request.INTS + request.FAILURE] = how;
    if (this.network.toBalancer.isInstant) this.client.failed(slot, how);
    else this.cross(slot, event.ERROR_AT_CLIENT);
  }

  /** From the attempt's arrival on the server to its end there. */
  private onServerMs(slot: number): number {
    const { floats } = this.requests;
    const at = slot * request.FLOATS;
    return floats[at + request.MARKED_AT_MS]! - floats[at + request.REACHED_AT_MS]!;
  }

  /** The balancer has waited long enough: 504. The server may not know, and go on. */
  timeout(slot: number): void {
    const { requests } = this;
    requests.ints[slot * request.INTS + request.TIMEOUT] = NO_EVENT;
    this.settleWithBalancer(slot, false);
    requests.ints[slot * request.INTS + request.FLAGS]! |= request.BALANCER_IS_DONE;
    // A client who is gone already needs no answer, and nobody to go on for it.
    const heir =
      (requests.ints[slot * request.INTS + request.FLAGS]! & request.IS_GHOST) === 0 ? this.client.detach(slot) : -1;
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
    const handle = this.requests.ints[slot * request.INTS + request.TIMEOUT]!;
    if (handle === NO_EVENT) return;
    this.kernel.cancel(handle);
    this.requests.ints[slot * request.INTS + request.TIMEOUT] = NO_EVENT;
  }

  /** What the balancer counted when it sent the request on is taken back, once. */
  private settleWithBalancer(slot: number, answered: boolean): void {
    const { requests } = this;
    if ((requests.ints[slot * request.INTS + request.FLAGS]! & request.BALANCER_IS_DONE) !== 0) return;
    const server = requests.ints[slot * request.INTS + request.SERVER]!;
    const balancer = requests.ints[slot * request.INTS + request.BALANCER]!;
    this.fleets[balancer]!.inFlight[server]!--;
    this.algorithms[balancer]!.ended(
      server,
      this.kernel.nowMs - requests.floats[slot * request.FLOATS + request.SENT_AT_MS]!,
      answered,
    );
  }
}
