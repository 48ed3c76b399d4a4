/** What a request means for the session of its user: enters answers, losses and expiries into the ledger. */

import type { Fleet } from "../balancing/fleet.ts";
import type { Kernel } from "../engine/kernel.ts";
import type { Cause } from "../metrics/causes.ts";
import type { Ledger } from "../metrics/ledger.ts";
import type { AffinityMechanism } from "../persistence/affinity/mechanism.ts";
import type { StateBackend } from "../persistence/state/backend.ts";
import type { SessionRules } from "../scenario.ts";
import * as field from "../workload/sessions.ts";
import { HAS_NEW_ADDRESS, IS_DISPLACED, IS_LEAVING, IS_RELOGIN, type Sessions } from "../workload/sessions.ts";
import type { Users } from "../workload/users.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";
import type { SessionSide } from "./service.ts";

export interface AccountsParts {
  readonly kernel: Kernel;
  readonly rules: SessionRules;
  readonly requests: Requests;
  readonly sessions: Sessions;
  readonly users: readonly Users[];
  readonly fleets: readonly Fleet[];
  readonly affinity: AffinityMechanism;
  readonly state: StateBackend;
  readonly ledger: Ledger;
}

export class Accounts implements SessionSide {
  private readonly kernel: Kernel;
  private readonly rules: SessionRules;
  private readonly requests: Requests;
  private readonly sessions: Sessions;
  private readonly users: readonly Users[];
  private readonly fleets: readonly Fleet[];
  private readonly affinity: AffinityMechanism;
  private readonly state: StateBackend;
  private readonly ledger: Ledger;

  constructor(parts: AccountsParts) {
    this.kernel = parts.kernel;
    this.rules = parts.rules;
    this.requests = parts.requests;
    this.sessions = parts.sessions;
    this.users = parts.users;
    this.fleets = parts.fleets;
    this.affinity = parts.affinity;
    this.state = parts.state;
    this.ledger = parts.ledger;
  }

  /** Enters an answer into the ledger. */
  enter(slot: number, session: number): void {
    const { requests, sessions, ledger } = this;
    const { nowMs } = this.kernel;
    if ((sessions.ints[session * field.INTS + field.META]! & IS_LEAVING) !== 0) return;
    const server = requests.ints[slot * request.INTS + request.SERVER]!;
    const users = this.users[sessions.populationOf(session)]!;
    const flags = requests.ints[slot * request.INTS + request.FLAGS]!;
    const isLogin = (flags & request.HAS_SESSION) === 0;
    // While this request was under way, another one of the visit found the session gone.
    if (!isLogin && !ledger.isBorn(session)) return;
    if (this.rules.idleTimeoutMs !== null) sessions.usedAtMs[session] = nowMs;
    sessions.ints[session * field.INTS + field.META]! &= ~(HAS_NEW_ADDRESS | IS_DISPLACED);
    if ((flags & request.WAS_REDISPATCHED) !== 0) sessions.ints[session * field.INTS + field.META]! |= IS_DISPLACED;
    if (!ledger.isBorn(session)) {
      sessions.ints[session * field.INTS + field.WRITES] = 1;
      ledger.birth(session, server, users.bytesOf(session), nowMs);
      return;
    }
    if (sessions.ints[session * field.INTS + field.SERVER] !== server) ledger.move(session, server, nowMs);
    const owed = sessions.ints[session * field.INTS + field.WRITES]!;
    const read = isLogin ? 0 : requests.ints[slot * request.INTS + request.WRITES_READ]!;
    if (!isLogin && read < owed) {
      ledger.counts.staleReads++;
      requests.ints[slot * request.INTS + request.FLAGS]! |= request.IS_SPOILT;
    }
    if ((flags & request.WRITES) === 0) return;
    // Of two logins at once the later one's session replaces the earlier one's, and with it whatever was written since.
    ledger.counts.writesLost += Math.max(0, isLogin ? owed - 1 : owed - read);
    const contains = read + 1;
    sessions.ints[session * field.INTS + field.WRITES] = contains;
    const growth = users.population.session.growthBytesPerWrite;
    if (growth > 0) ledger.grow((contains - owed) * growth, nowMs);
  }

  expireIfDue(slot: number): void {
    const session = this.requests.ints[slot * request.INTS + request.SESSION]!;
    if (!this.ledger.isBorn(session)) return;
    const { idleTimeoutMs, absoluteTimeoutMs } = this.rules;
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
      if (this.rules.afterLoss === "leave") this.sessions.ints[session * field.INTS + field.META]! |= IS_LEAVING;
    }
    this.logInAgain(slot, session);
  }

  private causeOfLoss(slot: number, session: number): Cause {
    const { requests } = this;
    if (this.state.cause !== null) return this.state.cause;
    if (requests.has(slot, request.WAS_REDISPATCHED)) return "overflow";
    const balancer = requests.ints[slot * request.INTS + request.BALANCER]!;
    if (this.fleets[balancer]!.isEligible[this.sessions.ints[session * field.INTS + field.SERVER]!] === 0)
      return "failover";
    const cause = this.affinity.whyElsewhere(slot, balancer);
    // The hash has not changed its mind: an earlier request was refused where it points, and the session went elsewhere.
    const wasDisplaced = (this.sessions.ints[session * field.INTS + field.META]! & IS_DISPLACED) !== 0;
    return cause === "rehash" && wasDisplaced ? "overflow" : cause;
  }

  /** The request finds no session and becomes the login of a new one. */
  private logInAgain(slot: number, session: number): void {
    this.state.forget(session);
    this.sessions.ints[session * field.INTS + field.META]! |= IS_RELOGIN;
    this.requests.ints[slot * request.INTS + request.WRITES_READ] = 0;
    this.requests.ints[slot * request.INTS + request.FLAGS] =
      (this.requests.ints[slot * request.INTS + request.FLAGS]! & ~request.HAS_SESSION) |
      request.WRITES |
      request.IS_SPOILT;
  }

  interruptTransaction(slot: number, session: number): void {
    if (!this.requests.has(slot, request.IN_TRANSACTION)) return;
    this.ledger.counts.transactionsInterrupted++;
    this.sessions.setTransactionLeft(session, 0);
    this.requests.ints[slot * request.INTS + request.FLAGS]! &= ~request.IN_TRANSACTION;
  }

  private bytesOf(session: number): number {
    return this.users[this.sessions.populationOf(session)]!.bytesOf(session);
  }

  complete(session: number): void {
    if (this.ledger.isBorn(session)) this.ledger.complete(session, this.bytesOf(session), this.kernel.nowMs);
  }

  abandon(session: number): void {
    if (this.ledger.isBorn(session)) this.ledger.abandon(session, this.bytesOf(session), this.kernel.nowMs);
  }
}
