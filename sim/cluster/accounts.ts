/**
 * What a request means for the session of its user: enters reads, writes, answers, losses and expiries into the ledger.
 * What is owed, stale and lost is defined in `metrics/ledger.ts`.
 */

import type { Fleet } from "../balancing/fleet.ts";
import type { Kernel } from "../engine/kernel.ts";
import { type Cause, causeCode, sessionCauses } from "../metrics/causes.ts";
import type { Ledger } from "../metrics/ledger.ts";
import { FAILED, REFUSED } from "../metrics/meter.ts";
import { PartError } from "../part-error.ts";
import type { AffinityMechanism } from "../persistence/affinity/mechanism.ts";
import type { Cleanup } from "../persistence/lifecycle/cleanup.ts";
import { type Renewal, renewalOf } from "../persistence/lifecycle/renewal.ts";
import type { StateBackend } from "../persistence/state/backend.ts";
import type { SessionRules } from "../scenario.ts";
import * as field from "../workload/sessions.ts";
import {
  HAS_NEW_ADDRESS,
  IS_BORN,
  IS_DISPLACED,
  IS_LEAVING,
  IS_RELOGIN,
  MOST_UNTOLD,
  MOST_WRITES,
  type Sessions,
  UNTOLD_SHIFT,
} from "../workload/sessions.ts";
import type { Users } from "../workload/users.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";
import type { SessionSide } from "./service.ts";

/** One write more, of which the user has yet to hear. */
const ONE_WRITTEN = 1 + (1 << UNTOLD_SHIFT);
const STALE_BITS = request.STALE_MASK << request.STALE_SHIFT;

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
  readonly cleanup: Cleanup | null;
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
  /** Bytes that a session gains with each write, by population; null where none does. */
  private readonly growthBytes: Float64Array | null;
  private readonly tracksUse: boolean;
  /** Whether a visit may have more than one request under way. */
  private readonly overlaps: boolean;
  /** null where every answer starts the idle limit anew. */
  private readonly renewal: Renewal | null;
  /** null where a session is gone at the moment when it is due. */
  private readonly cleanup: Cleanup | null;

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
    const growth = Float64Array.from(parts.users, ({ population }) => population.session.growthBytesPerWrite);
    this.growthBytes = growth.some((bytes) => bytes > 0) ? growth : null;
    this.tracksUse = parts.rules.idleTimeoutMs !== null;
    this.overlaps = parts.users.some(({ overlaps, population }) => overlaps || population.arrivals.process === "trace");
    const polls = parts.users.some(({ population }) => population.session.polling !== null);
    this.renewal = renewalOf(parts.rules) ?? (polls ? () => true : null);
    this.cleanup = parts.cleanup;
  }

  /** The backend found a copy of the session. */
  found(slot: number): void {
    const { ints } = this.requests;
    const at = slot * request.INTS;
    const read = this.state.writesRead;
    ints[at + request.WRITES_READ] = read;
    const isStale = read < this.sessions.owedOf(ints[at + request.SESSION]!);
    if (isStale || (ints[at + request.FLAGS]! & STALE_BITS) !== 0) this.noteAge(slot, isStale);
  }

  /** Whether the copy that the request read is behind, and why; an attempt before may have read another. */
  private noteAge(slot: number, isStale: boolean): void {
    const at = slot * request.INTS + request.FLAGS;
    this.requests.ints[at]! &= ~STALE_BITS;
    if (!isStale) return;
    const { writesRead } = this.state;
    // Where requests of a visit overlap, one of a session that has ended meanwhile may have written over the next one.
    const cause = this.state.cause ?? (this.overlaps ? "concurrent-request" : null);
    if (cause === null) {
      throw new PartError(
        `the state backend found an old copy, of ${writesRead} writes, and did not say why it is old`,
      );
    }
    this.requests.ints[at]! |= (causeCode(cause) + 1) << request.STALE_SHIFT;
  }

  /** The backend has acknowledged what the request changed. */
  wrote(slot: number): void {
    const { ints } = this.requests;
    const at = slot * request.INTS;
    const session = ints[at + request.SESSION]!;
    const page = session * field.INTS;
    const book = this.sessions.ints;
    const isBorn = (book[page + field.META]! & IS_BORN) !== 0;
    const entry = book[page + field.WRITES]!;
    // Its session has ended meanwhile, and nobody has written for the next one, as whose it would count otherwise.
    if (!isBorn && entry === 0 && (ints[at + request.FLAGS]! & request.HAS_SESSION) !== 0) return;
    const { writesWritten } = this.state;
    ints[at + request.WRITES_READ] = writesWritten;
    const before = entry & MOST_WRITES;
    if (writesWritten === before + 1 && entry >>> UNTOLD_SHIFT < MOST_UNTOLD && before < MOST_WRITES) {
      book[page + field.WRITES] = entry + ONE_WRITTEN;
    } else {
      this.replaced(slot, session, before);
    }
    if (this.growthBytes !== null && isBorn) this.grow(session, writesWritten - before);
  }

  /** The write did not follow on the newest copy, which had `before` writes. */
  private replaced(slot: number, session: number, before: number): void {
    const { writesWritten } = this.state;
    if (writesWritten > MOST_WRITES) throw new RangeError(`a session has more than ${MOST_WRITES} writes`);
    const owed = Math.min(this.sessions.owedOf(session), writesWritten);
    const untold = Math.min(writesWritten - owed, MOST_UNTOLD);
    this.sessions.ints[session * field.INTS + field.WRITES] = writesWritten | (untold << UNTOLD_SHIFT);
    // A login does not replace the one before it but what was written since.
    const own = this.requests.has(slot, request.HAS_SESSION) ? 1 : 0;
    const lost = before - (writesWritten - own);
    if (!this.ledger.isBorn(session)) return;
    if (lost > 0) this.ledger.loseWrites(this.causeOfOverwriting(slot), lost);
    else if (writesWritten > before + 1) this.ledger.counts.writesRestored += writesWritten - before - 1;
  }

  conflicted(): void {
    this.ledger.counts.conflicts++;
  }

  private causeOfOverwriting(slot: number): Cause {
    const stale =
      (this.requests.ints[slot * request.INTS + request.FLAGS]! >>> request.STALE_SHIFT) & request.STALE_MASK;
    return this.state.writeCause ?? sessionCauses[stale - 1]?.name ?? "concurrent-request";
  }

  private grow(session: number, writes: number): void {
    const bytes = this.growthBytes![this.sessions.populationOf(session)]!;
    if (bytes > 0) this.ledger.grow(writes * bytes, this.kernel.nowMs);
  }

  /** The answer tells the user of a write, after which the newest copy contained `writes`. */
  private told(session: number, writes: number): void {
    const at = session * field.INTS + field.WRITES;
    const entry = this.sessions.ints[at]!;
    const written = entry & MOST_WRITES;
    const untold = written > writes ? written - writes : 0;
    if (untold < entry >>> UNTOLD_SHIFT) this.sessions.ints[at] = written | (untold << UNTOLD_SHIFT);
  }

  /** Enters an answer into the ledger. */
  enter(slot: number, session: number): void {
    const { requests, sessions, ledger } = this;
    const { nowMs } = this.kernel;
    if ((sessions.ints[session * field.INTS + field.META]! & IS_LEAVING) !== 0) return;
    const server = requests.ints[slot * request.INTS + request.SERVER]!;
    const flags = requests.ints[slot * request.INTS + request.FLAGS]!;
    const isLogin = (flags & request.HAS_SESSION) === 0;
    // While this request was under way, another one of the visit found the session gone.
    if (!isLogin && !ledger.isBorn(session)) return;
    if (this.tracksUse && (this.renewal === null || this.renews(slot, session))) sessions.usedAtMs[session] = nowMs;
    sessions.ints[session * field.INTS + field.META]! &= ~(HAS_NEW_ADDRESS | IS_DISPLACED);
    if ((flags & request.WAS_REDISPATCHED) !== 0) sessions.ints[session * field.INTS + field.META]! |= IS_DISPLACED;
    const writes = requests.ints[slot * request.INTS + request.WRITES_READ]!;
    if (!ledger.isBorn(session)) {
      // The session before, which ended while this login was under way, has taken its write along.
      if (sessions.writesOf(session) < writes) sessions.ints[session * field.INTS + field.WRITES] = writes;
      this.told(session, writes);
      const number = requests.ints[slot * request.INTS + request.NUMBER]!;
      ledger.birth(session, server, number, this.bytesOf(session), nowMs);
      return;
    }
    if (sessions.ints[session * field.INTS + field.SERVER] !== server) ledger.move(session, server, nowMs);
    if ((flags & STALE_BITS) !== 0) {
      ledger.staleRead(((flags >>> request.STALE_SHIFT) & request.STALE_MASK) - 1);
      requests.ints[slot * request.INTS + request.FLAGS]! |= request.IS_SPOILT;
    }
    if ((flags & request.WRITES) !== 0) this.told(session, writes);
  }

  expireIfDue(slot: number): void {
    const session = this.requests.ints[slot * request.INTS + request.SESSION]!;
    if (!this.ledger.isBorn(session)) return;
    const { idleTimeoutMs, absoluteTimeoutMs } = this.rules;
    const { nowMs } = this.kernel;
    const isIdle = idleTimeoutMs !== null && nowMs - this.sessions.usedAtMs[session]! > idleTimeoutMs;
    const isOld = absoluteTimeoutMs !== null && nowMs - this.sessions.bornAtMs[session]! > absoluteTimeoutMs;
    if (!isIdle && !isOld) return;
    if (this.cleanup !== null && !this.cleanup.hasTaken(this.dueMs(session), nowMs)) return;
    // Of two limits the one that was reached first.
    const isIdleFirst =
      isIdle &&
      (!isOld ||
        this.sessions.usedAtMs[session]! + idleTimeoutMs <= this.sessions.bornAtMs[session]! + absoluteTimeoutMs);
    this.timeOut(slot, session, isIdleFirst ? "idle-timeout" : "absolute-timeout");
  }

  /** Whether the answer to the request starts the idle limit of the session anew. */
  private renews(slot: number, session: number): boolean {
    const flags = this.requests.ints[slot * request.INTS + request.FLAGS]!;
    if (!this.ledger.isBorn(session)) return true;
    if ((flags & request.RENEWS_NOT) !== 0) return false;
    if ((flags & request.KEEPS_ALIVE) !== 0 && this.rules.renewal !== "fixed") return true;
    return this.renewal!(this.sessions.usedAtMs[session]!, this.kernel.nowMs, (flags & request.WRITES) !== 0);
  }

  /** When the session reaches the first of its limits, used no more. */
  dueMs(session: number): number {
    const { idleTimeoutMs, absoluteTimeoutMs } = this.rules;
    const idleMs = idleTimeoutMs === null ? Infinity : this.sessions.usedAtMs[session]! + idleTimeoutMs;
    return absoluteTimeoutMs === null ? idleMs : Math.min(idleMs, this.sessions.bornAtMs[session]! + absoluteTimeoutMs);
  }

  /** The limit of a session has come that its user left behind. */
  lapse(session: number): void {
    this.ledger.lapse(session, this.bytesOf(session), this.kernel.nowMs);
    this.state.forget(session);
  }

  /** The backend found a copy past a limit of the backend's own. */
  expired(slot: number): void {
    const session = this.requests.ints[slot * request.INTS + request.SESSION]!;
    const { idleTimeoutMs, absoluteTimeoutMs } = this.rules;
    const usual = idleTimeoutMs === null && absoluteTimeoutMs !== null ? "absolute-timeout" : "idle-timeout";
    if (this.ledger.isBorn(session)) this.timeOut(slot, session, this.state.cause ?? usual);
    else this.logInAgain(slot, session);
  }

  private timeOut(slot: number, session: number, cause: Cause): void {
    this.interruptTransaction(slot, session, cause);
    const number = this.numberOf(slot, session);
    this.ledger.timeOut(session, cause, number, this.bytesOf(session), this.kernel.nowMs);
    this.logInAgain(slot, session);
  }

  /** The cause is given where it is known before any read. */
  lost(slot: number, known: Cause | null = null): void {
    const session = this.requests.ints[slot * request.INTS + request.SESSION]!;
    if (this.ledger.isBorn(session)) {
      const cause = known ?? this.causeOfLoss(slot, session);
      const number = this.numberOf(slot, session);
      this.interruptTransaction(slot, session, cause);
      this.ledger.lose(session, cause, number, this.bytesOf(session), this.kernel.nowMs);
      if (this.rules.afterLoss === "leave") this.sessions.ints[session * field.INTS + field.META]! |= IS_LEAVING;
    }
    this.logInAgain(slot, session);
  }

  /** Number of the user's request that meets the end of the session; one that the page sent by itself comes before the next. */
  private numberOf(slot: number, session: number): number {
    if (this.requests.has(slot, request.IS_BACKGROUND)) return this.sessions.ints[session * field.INTS + field.ISSUED]!;
    return this.requests.ints[slot * request.INTS + request.NUMBER]!;
  }

  private causeOfLoss(slot: number, session: number): Cause {
    const { requests } = this;
    if (this.state.cause !== null) return this.state.cause;
    if (requests.has(slot, request.WAS_REDISPATCHED)) return "overflow";
    if (requests.has(slot, request.WAS_DRAINED)) return "drain";
    const balancer = requests.ints[slot * request.INTS + request.BALANCER]!;
    const fleet = this.fleets[balancer]!;
    const holder = this.sessions.ints[session * field.INTS + field.SERVER]!;
    if (fleet.isUp[holder] === 0) {
      // A server that was stopped may still be at its last requests, with all that is in its memory.
      return fleet.isDraining[holder] === 1 || fleet.isListed[holder] === 0 ? "scale-in" : "failover";
    }
    const cause = this.affinity.whyElsewhere(slot, balancer);
    // A hash that leaves out a server that drains has not been changed by anything else.
    if (cause === "rehash" && fleet.isDraining[holder] === 1) return "drain";
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
      (this.requests.ints[slot * request.INTS + request.FLAGS]! & ~(request.HAS_SESSION | STALE_BITS)) |
      request.WRITES |
      request.IS_SPOILT;
  }

  /** A request that has come to nothing, `how` being its end (`metrics/meter.ts`), cuts the transaction that it belongs to. */
  failed(slot: number, session: number, how: number): void {
    const cause = how === REFUSED ? "request-refused" : how === FAILED ? "request-failed" : "request-timed-out";
    this.interruptTransaction(slot, session, cause);
  }

  private interruptTransaction(slot: number, session: number, cause: Cause): void {
    if (!this.requests.has(slot, request.IN_TRANSACTION)) return;
    this.ledger.interrupt(cause);
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
