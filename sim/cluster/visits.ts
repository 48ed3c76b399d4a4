/** The users' side: when visits begin, and what each answer or failure leads to. */
import { type Kernel, NO_EVENT } from "../engine/kernel.ts";
import { sample } from "../metrics/histogram.ts";
import type { Ledger } from "../metrics/ledger.ts";
import { ANSWERED, type Meter, TIMED_OUT } from "../metrics/meter.ts";
import type { Timeline } from "../metrics/timeline.ts";
import type { AffinityMechanism } from "../persistence/affinity/mechanism.ts";
import type { Carried, StateBackend } from "../persistence/state/backend.ts";
import type { Scenario } from "../scenario.ts";
import * as field from "../workload/sessions.ts";
import { IS_LEAVING, IS_RELOGIN, type Sessions } from "../workload/sessions.ts";
import type { Users } from "../workload/users.ts";
import type { Accounts } from "./accounts.ts";
import type { Balancers } from "./balancers.ts";
import type { ClientSide } from "./client-side.ts";
import * as event from "./events.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";
import type { Service } from "./service.ts";

export interface VisitParts {
  readonly kernel: Kernel;
  readonly scenario: Scenario;
  readonly requests: Requests;
  readonly sessions: Sessions;
  readonly users: readonly Users[];
  readonly affinity: AffinityMechanism;
  readonly state: StateBackend;
  readonly meter: Meter;
  readonly ledger: Ledger;
  readonly timeline: Timeline;
  readonly accounts: Accounts;
  readonly balancers: Balancers;
  readonly service: Service;
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
  private readonly affinity: AffinityMechanism;
  private readonly state: StateBackend;
  private readonly carried: Carried | null;
  private readonly meter: Meter;
  private readonly ledger: Ledger;
  private readonly timeline: Timeline;
  private readonly accounts: Accounts;
  private readonly balancers: Balancers;
  private readonly service: Service;
  /** Whether any population's requests come by themselves; only then do sources want to know of each one. */
  private readonly isAnyPaced: boolean;
  /** By population; -1 where users have endless patience. */
  private readonly patienceLane: readonly number[];

  constructor(parts: VisitParts) {
    this.kernel = parts.kernel;
    this.scenario = parts.scenario;
    this.requests = parts.requests;
    this.sessions = parts.sessions;
    this.users = parts.users;
    this.affinity = parts.affinity;
    this.state = parts.state;
    this.carried = parts.state.carried;
    this.meter = parts.meter;
    this.ledger = parts.ledger;
    this.timeline = parts.timeline;
    this.accounts = parts.accounts;
    this.balancers = parts.balancers;
    this.service = parts.service;
    this.isAnyPaced = parts.scenario.populations.some(({ arrivals }) => arrivals.process === "trace");
    this.patienceLane = parts.scenario.populations.map(({ patienceMs }) =>
      patienceMs === null ? -1 : parts.kernel.addLane(),
    );
  }

  /** A new visit; its first request is up to the caller. */
  begin(population: number, number: number): number {
    const session = this.sessions.take();
    this.users[population]!.begin(session, number, population);
    if (this.sessions.tracksIds) this.sessions.idsGiven[session] = 0;
    this.affinity.forget(session);
    this.state.forget(session);
    return session;
  }

  /** The user sends the next request of the visit. */
  issue(session: number): number {
    const { requests, sessions, scenario } = this;
    const { nowMs } = this.kernel;
    const population = sessions.populationOf(session);
    const users = this.users[population]!;
    const number = sessions.ints[session * field.INTS + field.ISSUED]!++;
    const slot = requests.take();
    const { ints, floats } = this.requests;
    const at = slot * request.INTS;
    const float = slot * request.FLOATS;
    const isMeasured = nowMs >= scenario.warmUpMs;
    let flags = isMeasured ? request.IS_MEASURED : 0;
    if (number > 0) {
      if (this.ledger.isBorn(session)) flags |= request.HAS_SESSION;
      if (users.writesAt(session, number)) flags |= request.WRITES;
      users.refreshAddress(session, number);
    }
    if ((flags & request.HAS_SESSION) === 0) flags |= request.WRITES;
    const left = sessions.transactionLeftOf(session);
    if (left > 0) {
      sessions.setTransactionLeft(session, left - 1);
      flags |= request.IN_TRANSACTION;
    } else if (users.startsTransaction(session, number)) {
      sessions.setTransactionLeft(session, users.population.session.transactions!.steps - 1);
      flags |= request.IN_TRANSACTION;
    }
    if (sessions.tracksIds) flags |= (sessions.idsGiven[session]! & request.ID_MASK) << request.ID_SHIFT;
    ints[at + request.SESSION] = session;
    ints[at + request.NUMBER] = number;
    ints[at + request.ATTEMPT] = 0;
    ints[at + request.FLAGS] = flags;
    ints[at + request.URL] = users.urlAt(session, number);
    floats[float + request.INTENDED_AT_MS] = nowMs;
    users.drawDemand(floats, float + request.DEMAND_MS, session, number);
    floats[float + request.NETWORK_MS] = 0;
    floats[float + request.STATE_MS] = 0;
    ints[at + request.REDISPATCHES] = 0;
    ints[at + request.WRITES_READ] = 0;
    ints[at + request.TIMEOUT] = NO_EVENT;
    ints[at + request.PATIENCE] = NO_EVENT;
    if (this.carried !== null) this.carried.sent(slot);
    this.meter.enter();
    if (!isMeasured) this.meter.offeredUnmeasured++;
    const lane = this.patienceLane[population]!;
    if (lane >= 0) {
      const atMs = nowMs + users.population.patienceMs!;
      ints[at + request.PATIENCE] = this.kernel.scheduleInLane(lane, atMs, event.PATIENCE_OVER, slot, 0);
    }
    return slot;
  }

  issueAndSend(session: number): void {
    this.balancers.send(this.issue(session));
  }

  answered(slot: number): void {
    const { ints, floats } = this.requests;
    const at = slot * request.INTS;
    const float = slot * request.FLOATS;
    const { requests, meter, ledger, timeline } = this;
    const { nowMs } = this.kernel;
    const session = ints[at + request.SESSION]!;
    const flags = ints[at + request.FLAGS]!;
    if (this.carried !== null) this.carried.arrived(slot);
    sample[0] = nowMs - floats[float + request.INTENDED_AT_MS]!;
    timeline.responseTimeMs.addSample();
    if ((flags & request.IS_MEASURED) !== 0) {
      if (timeline.isMixed) meter.responseTimeMs.addSample();
      meter.networkMs += floats[float + request.NETWORK_MS]!;
      meter.stateMs += floats[float + request.STATE_MS]!;
      if (this.balancers.limits !== null) meter.heldMs += this.balancers.limits.waitedMs(slot);
      meter.waitingMs += floats[float + request.STARTED_AT_MS]! - floats[float + request.REACHED_AT_MS]!;
      meter.serviceMs +=
        floats[float + request.MARKED_AT_MS]! -
        floats[float + request.STARTED_AT_MS]! -
        floats[float + request.STATE_MS]!;
    } else meter.endedUnmeasured[ANSWERED]!++;
    const isOnlyRequest =
      (flags & request.HAS_SESSION) === 0 &&
      this.sessions.ints[session * field.INTS + field.ISSUED] ===
        this.sessions.ints[session * field.INTS + field.PLANNED] &&
      !ledger.isBorn(session) &&
      (this.sessions.ints[session * field.INTS + field.META]! & (IS_LEAVING | IS_RELOGIN)) === 0;
    if (isOnlyRequest) ledger.fleeting();
    else this.accounts.enter(slot, session);
    if ((flags & request.IS_MEASURED) !== 0 && !requests.has(slot, request.IS_SPOILT)) meter.fresh++;
    this.finish(slot, session, ANSWERED);
    this.goOn(session);
  }

  failed(slot: number, how: number): void {
    const { requests, sessions } = this;
    const session = requests.ints[slot * request.INTS + request.SESSION]!;
    const users = this.users[sessions.populationOf(session)]!;
    const attempt = requests.ints[slot * request.INTS + request.ATTEMPT]!;
    if (attempt < users.population.retry.attempts) {
      const waitMs = users.backoffMs(session, requests.ints[slot * request.INTS + request.NUMBER]!, attempt);
      requests.ints[slot * request.INTS + request.ATTEMPT] = attempt + 1;
      requests.ints[slot * request.INTS + request.PHASE] = request.BACKING_OFF;
      if (requests.has(slot, request.IS_MEASURED)) this.meter.retries++;
      this.kernel.schedule(
        this.kernel.nowMs + waitMs,
        event.RETRY,
        slot,
        requests.ints[slot * request.INTS + request.GENERATION]!,
      );
      return;
    }
    this.accounts.failed(slot, session, how);
    if (!requests.has(slot, request.IS_MEASURED)) this.meter.endedUnmeasured[how]!++;
    this.finish(slot, session, how);
    if (users.population.afterFailure === "leave") this.leave(session);
    else this.goOn(session);
  }

  /** An answer has crossed the network to the client, who may be gone. */
  answerArrived(slot: number): void {
    if (this.requests.has(slot, request.IS_GHOST)) this.requests.release(slot);
    else this.answered(slot);
  }

  /** An error has come back to the client, who may be gone. */
  errorArrived(slot: number): void {
    if (this.requests.has(slot, request.IS_GHOST)) this.requests.release(slot);
    else this.failed(slot, this.requests.ints[slot * request.INTS + request.FAILURE]!);
  }

  /** The user waited long enough, and is gone. The cluster may go on with the request. */
  patienceOver(slot: number): void {
    const { requests } = this;
    requests.ints[slot * request.INTS + request.PATIENCE] = NO_EVENT;
    const session = requests.ints[slot * request.INTS + request.SESSION]!;
    this.accounts.failed(slot, session, TIMED_OUT);
    if (!requests.has(slot, request.IS_MEASURED)) this.meter.endedUnmeasured[TIMED_OUT]!++;
    this.meter.leave(TIMED_OUT, slot);
    if (this.isAnyPaced) this.sources[this.sessions.populationOf(session)]!.requestEnded(session);
    if (requests.ints[slot * request.INTS + request.PHASE] === request.BACKING_OFF) {
      requests.release(slot);
    } else if (requests.ints[slot * request.INTS + request.PHASE] === request.HELD) {
      this.balancers.forget(slot);
    } else {
      requests.ints[slot * request.INTS + request.FLAGS]! |= request.IS_GHOST;
      this.service.abandonWork(slot);
    }
    this.leave(session);
  }

  detach(slot: number): number {
    const { requests } = this;
    const heir = requests.take();
    requests.copyClientSide(slot, heir);
    if (this.carried !== null) this.carried.sent(heir);
    requests.ints[slot * request.INTS + request.FLAGS]! |= request.IS_GHOST;
    const patience = requests.ints[slot * request.INTS + request.PATIENCE]!;
    if (patience !== NO_EVENT) {
      this.kernel.cancel(patience);
      requests.ints[slot * request.INTS + request.PATIENCE] = NO_EVENT;
      const session = requests.ints[slot * request.INTS + request.SESSION]!;
      const users = this.users[this.sessions.populationOf(session)]!;
      const atMs = requests.floats[slot * request.FLOATS + request.INTENDED_AT_MS]! + users.population.patienceMs!;
      requests.ints[heir * request.INTS + request.PATIENCE] = this.kernel.schedule(atMs, event.PATIENCE_OVER, heir, 0);
    }
    return heir;
  }

  /** Takes the request off the books. */
  private finish(slot: number, session: number, how: number): void {
    const { requests } = this;
    if (this.isAnyPaced) this.sources[this.sessions.populationOf(session)]!.requestEnded(session);
    if (requests.ints[slot * request.INTS + request.PATIENCE] !== NO_EVENT)
      this.kernel.cancel(requests.ints[slot * request.INTS + request.PATIENCE]!);
    this.meter.leave(how, slot);
    requests.release(slot);
  }

  private goOn(session: number): void {
    const { sessions } = this;
    const population = sessions.populationOf(session);
    if ((sessions.ints[session * field.INTS + field.META]! & IS_LEAVING) !== 0) {
      this.endVisit(session);
      return;
    }
    if (this.isAnyPaced && this.sources[population]!.paces(session)) return;
    const number = sessions.ints[session * field.INTS + field.ISSUED]!;
    if (number < sessions.ints[session * field.INTS + field.PLANNED]!) this.think(session, number);
    else this.complete(session);
  }

  /** The user thinks before request `number` of the visit. */
  think(session: number, number: number): void {
    const { kernel } = this;
    this.users[this.sessions.populationOf(session)]!.drawThink(kernel.due, 0, session, number);
    kernel.due[0]! += kernel.nowMs;
    kernel.scheduleDue(event.THINK_OVER, session, 0);
  }

  /** The visit has come to its intended end. */
  complete(session: number): void {
    this.accounts.complete(session);
    this.endVisit(session);
  }

  private leave(session: number): void {
    this.accounts.abandon(session);
    this.endVisit(session);
  }

  private endVisit(session: number): void {
    this.sessions.ints[session * field.INTS + field.META]! |= IS_LEAVING;
    if (this.sources[this.sessions.populationOf(session)]!.releases(session)) this.sessions.release(session);
  }
}
