/** The users' side: when visits begin, and what each answer or failure leads to. */
import { type Kernel, NO_EVENT } from "../engine/kernel.ts";
import { sample } from "../metrics/histogram.ts";
import type { Ledger } from "../metrics/ledger.ts";
import { ANSWERED, type Meter, TIMED_OUT } from "../metrics/meter.ts";
import type { Timeline } from "../metrics/timeline.ts";
import type { AffinityMechanism } from "../persistence/affinity/mechanism.ts";
import type { Carried, StateBackend } from "../persistence/state/backend.ts";
import type { Scenario, SessionRules } from "../scenario.ts";
import * as field from "../workload/sessions.ts";
import { IS_LEAVING, IS_RELOGIN, type Sessions } from "../workload/sessions.ts";
import type { Users } from "../workload/users.ts";
import type { Accounts } from "./accounts.ts";
import type { Balancers } from "./balancers.ts";
import type { ClientSide } from "./client-side.ts";
import * as event from "./events.ts";
import { Issuing } from "./issuing.ts";
import { LeftBehind } from "./left-behind.ts";
import { OpenPages } from "./open-pages.ts";
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
  readonly rules: SessionRules;
  readonly seed: number;
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
  readonly issuing: Issuing;
  /** null where a visit never has more than one request under way, recorded ones apart. */
  readonly pages: OpenPages | null;
  /** null where everybody logs out. */
  private readonly left: LeftBehind | null;

  constructor(parts: VisitParts) {
    this.kernel = parts.kernel;
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
    const { kernel, sessions, users, ledger, rules, seed, accounts } = parts;
    const cleanup = this.service.care?.cleanup ?? null;
    const send = (session: number, number: number, flags: number) => this.issuing.issueBehind(session, number, flags);
    const isOpen = rules.warning !== null || users.some((each) => each.overlaps);
    this.issuing = new Issuing(parts);
    this.pages = isOpen ? new OpenPages({ kernel, sessions, users, ledger, rules, seed, send }) : null;
    this.issuing.pages = this.pages;
    const isLeft = users.some(({ population }) => population.session.logoutFraction < 1);
    this.left = isLeft ? new LeftBehind(kernel, sessions, accounts, cleanup) : null;
    if (this.left !== null && this.service.care !== null) this.service.care.scanned = () => this.scanned();
  }

  private scanned(): void {
    for (const session of this.left!.takeDue()) this.sessionDue(session);
  }

  /** A new visit; its first request is up to the caller. */
  begin(population: number, number: number): number {
    const session = this.sessions.take();
    this.users[population]!.begin(session, number, population);
    if (this.sessions.tracksIds) this.sessions.forgetIds(session);
    if (this.pages !== null) this.pages.begin(session);
    if (this.service.care !== null) this.service.care.begin(session);
    this.affinity.forget(session);
    this.state.forget(session);
    return session;
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
      (this.sessions.ints[session * field.INTS + field.META]! & (IS_LEAVING | IS_RELOGIN)) === 0 &&
      (this.left === null || this.logsOut(session));
    if (isOnlyRequest) ledger.fleeting();
    else if ((flags & (request.IS_BACKGROUND | request.HAS_SESSION)) !== request.IS_BACKGROUND)
      this.accounts.enter(slot, session);
    if (this.sessions.tracksIds && (flags & request.GIVES_ID) !== 0)
      this.sessions.idsHeld[session] = this.sessions.idsGiven[session]!;
    if (this.pages !== null) this.pages.answered(session, flags);
    if ((flags & request.IS_MEASURED) !== 0 && !requests.has(slot, request.IS_SPOILT)) meter.fresh++;
    this.finish(slot, session, ANSWERED);
    if (isOnlyRequest && this.pages === null && !this.isAnyPaced) this.fleetingOver(session);
    else if ((flags & request.IS_BACKGROUND) === 0) this.goOn(session);
    else this.behindEnded(session);
  }

  /** As `complete`, for a session that nobody has held. */
  private fleetingOver(session: number): void {
    this.state.forget(session);
    this.endVisit(session);
  }

  /** Nobody waited for what an open page asked for by itself; but the end of a visit may have. */
  private behindEnded(session: number): void {
    if (this.pages!.hasEnded(session)) this.endVisit(session);
  }

  failed(slot: number, how: number): void {
    const { requests, sessions } = this;
    const session = requests.ints[slot * request.INTS + request.SESSION]!;
    const users = this.users[sessions.populationOf(session)]!;
    const attempt = requests.ints[slot * request.INTS + request.ATTEMPT]!;
    const isBehind = requests.has(slot, request.IS_BACKGROUND);
    if (attempt < users.population.retry.attempts && !isBehind && !this.hasLeft(session)) {
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
    if (isBehind) this.behindEnded(session);
    else if (users.population.afterFailure === "leave") this.leave(session);
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
    if (this.pages !== null) this.pages.ended(session, 0);
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
    if (this.pages !== null) this.pages.ended(session, requests.ints[slot * request.INTS + request.FLAGS]!);
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
    if (this.pages?.isWaiting(session)) return;
    const number = sessions.ints[session * field.INTS + field.ISSUED]!;
    if (number < sessions.ints[session * field.INTS + field.PLANNED]!) this.think(session, number);
    else this.complete(session);
  }

  /** The user thinks before request `number` of the visit. */
  think(session: number, number: number): void {
    const { kernel } = this;
    this.users[this.sessions.populationOf(session)]!.drawThink(kernel.due, 0, session, number);
    kernel.due[0]! += kernel.nowMs;
    if (this.pages !== null) {
      const untilMs = kernel.due[0]!;
      this.pages.thinks(session, untilMs);
      kernel.due[0] = untilMs;
    }
    kernel.scheduleDue(event.THINK_OVER, session, 0);
  }

  /** The visit has come to its intended end. */
  complete(session: number): void {
    if (this.left !== null && this.ledger.isBorn(session) && !this.logsOut(session)) {
      this.left.leave(session);
    } else {
      this.accounts.complete(session);
      // A logout takes the data with it.
      this.state.forget(session);
    }
    this.endVisit(session);
  }

  private logsOut(session: number): boolean {
    return this.users[this.sessions.populationOf(session)]!.logsOut(session);
  }

  private leave(session: number): void {
    this.accounts.abandon(session);
    this.endVisit(session);
  }

  /** Whether the user has left while requests of the page were still under way. */
  private hasLeft(session: number): boolean {
    return this.pages?.hasEnded(session) ?? false;
  }

  private endVisit(session: number): void {
    this.sessions.ints[session * field.INTS + field.META]! |= IS_LEAVING;
    if (this.pages?.holds(session)) return;
    if (!this.sources[this.sessions.populationOf(session)]!.releases(session)) return;
    if (this.left === null || !this.left.keeps(session)) this.sessions.release(session);
  }

  /** A session that its user left behind has come to its limit. */
  sessionDue(session: number): void {
    if (this.left!.lapses(session) && (this.pages === null || !this.pages.holds(session)))
      this.sessions.release(session);
  }
}
