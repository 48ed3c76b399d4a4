/** The users' side: when visits begin, what each answer or failure leads to, and the ledger of their sessions. */
import { type Kernel, NO_EVENT } from "../engine/kernel.ts";
import type { LossCause } from "../metrics/causes.ts";
import { sample } from "../metrics/histogram.ts";
import type { Ledger } from "../metrics/ledger.ts";
import { ANSWERED, type Meter, TIMED_OUT } from "../metrics/meter.ts";
import type { Timeline } from "../metrics/timeline.ts";
import type { AffinityMechanism } from "../persistence/affinity/mechanism.ts";
import type { StateBackend } from "../persistence/state/backend.ts";
import type { Scenario } from "../scenario.ts";
import { HAS_NEW_ADDRESS, IS_DISPLACED, IS_LEAVING, IS_RELOGIN, type Sessions } from "../workload/sessions.ts";
import type { Users } from "../workload/users.ts";
import * as event from "./events.ts";
import type { Fleet } from "./fleet.ts";
import type { ClientSide, RequestPath } from "./request-path.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";

export interface VisitParts {
  readonly kernel: Kernel;
  readonly scenario: Scenario;
  readonly requests: Requests;
  readonly sessions: Sessions;
  readonly users: readonly Users[];
  readonly fleets: readonly Fleet[];
  readonly affinity: AffinityMechanism;
  readonly state: StateBackend;
  readonly meter: Meter;
  readonly ledger: Ledger;
  readonly timeline: Timeline;
  readonly path: RequestPath;
}

/** What begins a population's visits and says how they go on. */
export interface VisitSource {
  /** A request of the visit has come to its end, one way or another. */
  requestEnded(session: number): void;
  /** True when the visit's next request, if any, comes by itself; false when the user thinks first. */
  paces(session: number): boolean;
  /** The visit is over. True when its slot can be given back now; false when requests of it are still under way. */
  releases(session: number): boolean;
}

export class Visits implements ClientSide {
  /** Sources by population. */
  readonly sources: VisitSource[] = [];
  private readonly kernel: Kernel;
  private readonly scenario: Scenario;
  private readonly requests: Requests;
  private readonly sessions: Sessions;
  private readonly users: readonly Users[];
  private readonly fleets: readonly Fleet[];
  private readonly affinity: AffinityMechanism;
  private readonly state: StateBackend;
  private readonly meter: Meter;
  private readonly ledger: Ledger;
  private readonly timeline: Timeline;
  private readonly path: RequestPath;
  /** By population; -1 where users have endless patience. */
  private readonly patienceLane: readonly number[];

  constructor(parts: VisitParts) {
    this.kernel = parts.kernel;
    this.scenario = parts.scenario;
    this.requests = parts.requests;
    this.sessions = parts.sessions;
    this.users = parts.users;
    this.fleets = parts.fleets;
    this.affinity = parts.affinity;
    this.state = parts.state;
    this.meter = parts.meter;
    this.ledger = parts.ledger;
    this.timeline = parts.timeline;
    this.path = parts.path;
    this.patienceLane = parts.scenario.populations.map(({ patienceMs }) =>
      patienceMs === null ? -1 : parts.kernel.addLane(),
    );
  }

  /** A new visit; its first request is up to the caller. */
  begin(population: number, ordinal: number): number {
    const session = this.sessions.take();
    this.sessions.population[session] = population;
    this.users[population]!.begin(session, ordinal);
    this.affinity.forget(session);
    this.state.forget(session);
    return session;
  }

  /** The user sends the next request of the visit. */
  issue(session: number): number {
    const { requests, sessions, scenario } = this;
    const { nowMs } = this.kernel;
    const population = sessions.population[session]!;
    const users = this.users[population]!;
    const ordinal = sessions.ordinal[session]!;
    const number = sessions.requestsIssued[session]!++;
    const slot = requests.take();
    const isMeasured = nowMs >= scenario.warmUpMs;
    let flags = isMeasured ? request.IS_MEASURED : 0;
    if (number > 0) {
      if (this.ledger.isBorn(session)) flags |= request.HAS_SESSION;
      if (users.writesAt(ordinal, number)) flags |= request.WRITES;
      users.refreshAddress(session, number);
    }
    if ((flags & request.HAS_SESSION) === 0) flags |= request.WRITES;
    if (sessions.transactionLeft[session]! > 0) {
      sessions.transactionLeft[session]!--;
      flags |= request.IN_TRANSACTION;
    } else if (users.startsTransaction(ordinal, number)) {
      sessions.transactionLeft[session] = users.population.session.transactions!.steps - 1;
      flags |= request.IN_TRANSACTION;
    }
    requests.ints[slot * request.INTS + request.SESSION] = session;
    requests.ints[slot * request.INTS + request.NUMBER] = number;
    requests.ints[slot * request.INTS + request.ATTEMPT] = 0;
    requests.ints[slot * request.INTS + request.FLAGS] = flags;
    requests.ints[slot * request.INTS + request.URL] = users.urlAt(ordinal, number);
    requests.floats[slot * request.FLOATS + request.INTENDED_AT_MS] = nowMs;
    users.drawDemand(requests.floats, slot * request.FLOATS + request.DEMAND_MS, ordinal, number);
    requests.floats[slot * request.FLOATS + request.NETWORK_MS] = 0;
    requests.floats[slot * request.FLOATS + request.STATE_MS] = 0;
    requests.ints[slot * request.INTS + request.WRITES_READ] = 0;
    requests.ints[slot * request.INTS + request.PATIENCE] = NO_EVENT;
    this.meter.enter();
    if (isMeasured) this.meter.offeredMeasured++;
    const { patienceMs } = users.population;
    if (patienceMs !== null) {
      const lane = this.patienceLane[population]!;
      requests.ints[slot * request.INTS + request.PATIENCE] = this.kernel.scheduleInLane(
        lane,
        nowMs + patienceMs,
        event.PATIENCE_OVER,
        slot,
        0,
      );
    }
    return slot;
  }

  issueAndSend(session: number): void {
    this.path.send(this.issue(session));
  }

  answered(slot: number): void {
    const { requests, meter, ledger } = this;
    const { nowMs } = this.kernel;
    const session = requests.ints[slot * request.INTS + request.SESSION]!;
    const flags = requests.ints[slot * request.INTS + request.FLAGS]!;
    sample[0] = nowMs - requests.floats[slot * request.FLOATS + request.INTENDED_AT_MS]!;
    this.timeline.responseTimeMs.addSample();
    if ((flags & request.IS_MEASURED) !== 0) {
      meter.responseTimeMs.addSample();
      meter.endedMeasured[ANSWERED]!++;
      meter.networkMs += requests.floats[slot * request.FLOATS + request.NETWORK_MS]!;
      meter.stateMs += requests.floats[slot * request.FLOATS + request.STATE_MS]!;
      meter.waitingMs +=
        requests.floats[slot * request.FLOATS + request.STARTED_AT_MS]! -
        requests.floats[slot * request.FLOATS + request.REACHED_AT_MS]!;
      meter.serviceMs +=
        requests.floats[slot * request.FLOATS + request.MARKED_AT_MS]! -
        requests.floats[slot * request.FLOATS + request.STARTED_AT_MS]! -
        requests.floats[slot * request.FLOATS + request.STATE_MS]!;
    }
    const isOnlyRequest =
      (flags & request.HAS_SESSION) === 0 &&
      this.sessions.requestsIssued[session] === this.sessions.requestsPlanned[session] &&
      !ledger.isBorn(session) &&
      (this.sessions.flags[session]! & (IS_LEAVING | IS_RELOGIN)) === 0;
    if (isOnlyRequest) ledger.fleeting();
    else this.account(slot, session);
    if (
      (flags & request.IS_MEASURED) !== 0 &&
      (requests.ints[slot * request.INTS + request.FLAGS]! & request.IS_SPOILT) === 0
    )
      meter.fresh++;
    this.finish(slot, session, ANSWERED);
    this.goOn(session);
  }

  /** Enters an answer into the ledger. */
  private account(slot: number, session: number): void {
    const { requests, sessions, ledger } = this;
    const { nowMs } = this.kernel;
    if ((sessions.flags[session]! & IS_LEAVING) !== 0) return;
    const server = requests.ints[slot * request.INTS + request.SERVER]!;
    const users = this.users[sessions.population[session]!]!;
    const flags = requests.ints[slot * request.INTS + request.FLAGS]!;
    const isLogin = (flags & request.HAS_SESSION) === 0;
    // While this request was under way, another one of the visit found the session gone.
    if (!isLogin && !ledger.isBorn(session)) return;
    if (this.scenario.sessions.idleTimeoutMs !== null) sessions.usedAtMs[session] = nowMs;
    sessions.flags[session]! &= ~(HAS_NEW_ADDRESS | IS_DISPLACED);
    if ((flags & request.WAS_REDISPATCHED) !== 0) sessions.flags[session]! |= IS_DISPLACED;
    if (!ledger.isBorn(session)) {
      sessions.writes[session] = 1;
      ledger.birth(session, server, users.bytesOf(session), nowMs);
      return;
    }
    if (sessions.server[session] !== server) ledger.move(session, server, nowMs);
    const owed = sessions.writes[session]!;
    const read = isLogin ? 0 : requests.ints[slot * request.INTS + request.WRITES_READ]!;
    if (!isLogin && read < owed) {
      ledger.counts.staleReads++;
      requests.ints[slot * request.INTS + request.FLAGS]! |= request.IS_SPOILT;
    }
    if ((flags & request.WRITES) === 0) return;
    // Of two logins at once the later one's session replaces the earlier one's, and with it whatever was written since.
    ledger.counts.writesLost += Math.max(0, isLogin ? owed - 1 : owed - read);
    const contains = read + 1;
    sessions.writes[session] = contains;
    const growth = users.population.session.growthBytesPerWrite;
    if (growth > 0) ledger.grow((contains - owed) * growth, nowMs);
  }

  failed(slot: number, how: number): void {
    const { requests, sessions } = this;
    const session = requests.ints[slot * request.INTS + request.SESSION]!;
    const users = this.users[sessions.population[session]!]!;
    const attempt = requests.ints[slot * request.INTS + request.ATTEMPT]!;
    if (attempt < users.population.retry.attempts) {
      const waitMs = users.backoffMs(
        sessions.ordinal[session]!,
        requests.ints[slot * request.INTS + request.NUMBER]!,
        attempt,
      );
      requests.ints[slot * request.INTS + request.ATTEMPT] = attempt + 1;
      requests.ints[slot * request.INTS + request.PHASE] = request.BACKING_OFF;
      if ((requests.ints[slot * request.INTS + request.FLAGS]! & request.IS_MEASURED) !== 0) this.meter.retries++;
      this.kernel.schedule(
        this.kernel.nowMs + waitMs,
        event.RETRY,
        slot,
        requests.ints[slot * request.INTS + request.GENERATION]!,
      );
      return;
    }
    this.interruptTransaction(slot, session);
    if ((requests.ints[slot * request.INTS + request.FLAGS]! & request.IS_MEASURED) !== 0)
      this.meter.endedMeasured[how]!++;
    this.finish(slot, session, how);
    if (users.population.afterFailure === "leave") this.leave(session);
    else this.goOn(session);
  }

  /** An answer has crossed the network to the client, who may be gone. */
  answerArrived(slot: number): void {
    if ((this.requests.ints[slot * request.INTS + request.FLAGS]! & request.IS_GHOST) !== 0)
      this.requests.release(slot);
    else this.answered(slot);
  }

  /** An error has come back to the client, who may be gone. */
  errorArrived(slot: number): void {
    if ((this.requests.ints[slot * request.INTS + request.FLAGS]! & request.IS_GHOST) !== 0)
      this.requests.release(slot);
    else this.failed(slot, this.requests.ints[slot * request.INTS + request.FAILURE]!);
  }

  /** The user waited long enough, and is gone. The cluster may go on with the request. */
  patienceOver(slot: number): void {
    const { requests } = this;
    requests.ints[slot * request.INTS + request.PATIENCE] = NO_EVENT;
    const session = requests.ints[slot * request.INTS + request.SESSION]!;
    this.interruptTransaction(slot, session);
    if ((requests.ints[slot * request.INTS + request.FLAGS]! & request.IS_MEASURED) !== 0)
      this.meter.endedMeasured[TIMED_OUT]!++;
    this.meter.leave(TIMED_OUT, slot);
    this.sources[this.sessions.population[session]!]!.requestEnded(session);
    if (requests.ints[slot * request.INTS + request.PHASE] === request.BACKING_OFF) {
      requests.release(slot);
    } else {
      requests.ints[slot * request.INTS + request.FLAGS]! |= request.IS_GHOST;
      this.path.abandonWork(slot);
    }
    this.leave(session);
  }

  detach(slot: number): number {
    const { requests } = this;
    const heir = requests.take();
    requests.copyClientSide(slot, heir);
    requests.ints[slot * request.INTS + request.FLAGS]! |= request.IS_GHOST;
    const patience = requests.ints[slot * request.INTS + request.PATIENCE]!;
    if (patience !== NO_EVENT) {
      this.kernel.cancel(patience);
      requests.ints[slot * request.INTS + request.PATIENCE] = NO_EVENT;
      const session = requests.ints[slot * request.INTS + request.SESSION]!;
      const users = this.users[this.sessions.population[session]!]!;
      const atMs = requests.floats[slot * request.FLOATS + request.INTENDED_AT_MS]! + users.population.patienceMs!;
      requests.ints[heir * request.INTS + request.PATIENCE] = this.kernel.scheduleTimer(
        atMs,
        event.PATIENCE_OVER,
        heir,
        0,
      );
    }
    return heir;
  }

  expireIfDue(slot: number): void {
    const session = this.requests.ints[slot * request.INTS + request.SESSION]!;
    if (!this.ledger.isBorn(session)) return;
    const { idleTimeoutMs, absoluteTimeoutMs } = this.scenario.sessions;
    const { nowMs } = this.kernel;
    const isIdle = idleTimeoutMs !== null && nowMs - this.sessions.usedAtMs[session]! > idleTimeoutMs;
    const isOld = absoluteTimeoutMs !== null && nowMs - this.sessions.bornAtMs[session]! > absoluteTimeoutMs;
    if (!isIdle && !isOld) return;
    this.interruptTransaction(slot, session);
    this.ledger.timeOut(session, this.bytesOf(session), nowMs);
    this.logInAgain(slot, session);
  }

  lost(slot: number): void {
    const session = this.requests.ints[slot * request.INTS + request.SESSION]!;
    if (this.ledger.isBorn(session)) {
      this.interruptTransaction(slot, session);
      this.ledger.lose(session, this.causeOfLoss(slot, session), this.bytesOf(session), this.kernel.nowMs);
      if (this.scenario.sessions.afterLoss === "leave") this.sessions.flags[session]! |= IS_LEAVING;
    }
    this.logInAgain(slot, session);
  }

  private causeOfLoss(slot: number, session: number): LossCause {
    const { requests } = this;
    if (this.state.cause !== null) return this.state.cause;
    if ((requests.ints[slot * request.INTS + request.FLAGS]! & request.WAS_REDISPATCHED) !== 0) return "overflow";
    const balancer = requests.ints[slot * request.INTS + request.BALANCER]!;
    if (this.fleets[balancer]!.isEligible[this.sessions.server[session]!] === 0) return "failover";
    const cause = this.affinity.whyElsewhere(slot, balancer);
    // The hash has not changed its mind: an earlier request was refused where it points, and the session went elsewhere.
    const wasDisplaced = (this.sessions.flags[session]! & IS_DISPLACED) !== 0;
    return cause === "rehash" && wasDisplaced ? "overflow" : cause;
  }

  /** The request finds no session and becomes the login of a new one. */
  private logInAgain(slot: number, session: number): void {
    this.state.forget(session);
    this.sessions.flags[session]! |= IS_RELOGIN;
    this.requests.ints[slot * request.INTS + request.WRITES_READ] = 0;
    this.requests.ints[slot * request.INTS + request.FLAGS] =
      (this.requests.ints[slot * request.INTS + request.FLAGS]! & ~request.HAS_SESSION) |
      request.WRITES |
      request.IS_SPOILT;
  }

  private interruptTransaction(slot: number, session: number): void {
    if ((this.requests.ints[slot * request.INTS + request.FLAGS]! & request.IN_TRANSACTION) === 0) return;
    this.ledger.counts.transactionsInterrupted++;
    this.sessions.transactionLeft[session] = 0;
    this.requests.ints[slot * request.INTS + request.FLAGS]! &= ~request.IN_TRANSACTION;
  }

  /** Takes the request off the books. */
  private finish(slot: number, session: number, how: number): void {
    const { requests } = this;
    this.sources[this.sessions.population[session]!]!.requestEnded(session);
    if (requests.ints[slot * request.INTS + request.PATIENCE] !== NO_EVENT)
      this.kernel.cancel(requests.ints[slot * request.INTS + request.PATIENCE]!);
    this.meter.leave(how, slot);
    requests.release(slot);
  }

  private goOn(session: number): void {
    const { sessions } = this;
    const population = sessions.population[session]!;
    if ((sessions.flags[session]! & IS_LEAVING) !== 0) {
      this.endVisit(session);
      return;
    }
    if (this.sources[population]!.paces(session)) return;
    const number = sessions.requestsIssued[session]!;
    if (number < sessions.requestsPlanned[session]!) {
      const thinkMs = this.users[population]!.thinkMs(sessions.ordinal[session]!, number);
      this.kernel.schedule(this.kernel.nowMs + thinkMs, event.THINK_OVER, session, 0);
    } else {
      this.complete(session);
    }
  }

  /** The visit has come to its intended end. */
  complete(session: number): void {
    if (this.ledger.isBorn(session)) this.ledger.complete(session, this.bytesOf(session), this.kernel.nowMs);
    this.endVisit(session);
  }

  private leave(session: number): void {
    if (this.ledger.isBorn(session)) this.ledger.abandon(session, this.bytesOf(session), this.kernel.nowMs);
    this.endVisit(session);
  }

  private endVisit(session: number): void {
    this.sessions.flags[session]! |= IS_LEAVING;
    if (this.sources[this.sessions.population[session]!]!.releases(session)) this.sessions.release(session);
  }

  private bytesOf(session: number): number {
    return this.users[this.sessions.population[session]!]!.bytesOf(session);
  }
}
