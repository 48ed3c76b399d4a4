/**
 * What a server does for a session beside reading and writing it: locks, ids, clean-up, encoding. Of all this, only what
 * the session rules ask for is there; where they ask for none of it, this is not.
 */
import { Draws } from "../engine/draws.ts";
import type { Kernel } from "../engine/kernel.ts";
import type { Cause } from "../metrics/causes.ts";
import { type Cleanup, cleanupOf } from "../persistence/lifecycle/cleanup.ts";
import type { Encoder } from "../persistence/lifecycle/encoder.ts";
import { RegeneratedIds } from "../persistence/lifecycle/regenerated-ids.ts";
import { type LockHandler, SessionLocks } from "../persistence/lifecycle/session-locks.ts";
import type { Concurrency, SessionRules } from "../scenario.ts";
import type { Sessions } from "../workload/sessions.ts";
import type { Users } from "../workload/users.ts";
import * as event from "./events.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";

export interface CareParts {
  readonly kernel: Kernel;
  readonly requests: Requests;
  readonly sessions: Sessions;
  readonly users: readonly Users[];
  readonly rules: SessionRules;
  readonly encoder: Encoder | null;
  readonly seed: number;
}

/** What requests that wait go on with. */
export interface Waited {
  /** The request has its session's lock. */
  admitted(slot: number): void;
  /** The request has waited for it as long as it may. */
  turnedAway(slot: number): void;
}

type LockRules = Extract<Concurrency, { readonly kind: "locked" }>;

export class SessionCare implements LockHandler {
  waited!: Waited;
  readonly cleanup: Cleanup | null;
  /** A scan has taken away what was due. */
  scanned: (() => void) | null = null;
  private readonly kernel: Kernel;
  private readonly requests: Requests;
  private readonly sessions: Sessions;
  private readonly users: readonly Users[];
  private readonly encoder: Encoder | null;
  private readonly encodesChangesOnly: boolean;
  private readonly ids: RegeneratedIds | null;
  private readonly lockRules: LockRules | null;
  private readonly locks: SessionLocks | null;

  constructor({ kernel, requests, sessions, users, rules, encoder, seed }: CareParts) {
    this.kernel = kernel;
    this.requests = requests;
    this.sessions = sessions;
    this.users = users;
    this.encoder = encoder;
    this.encodesChangesOnly = rules.concurrency.kind === "merge";
    this.cleanup = cleanupOf(rules, new Draws(seed, "session-cleanup"));
    this.ids = rules.regenerateId === null ? null : new RegeneratedIds(rules.regenerateId.graceMs);
    if (this.ids !== null) {
      sessions.trackIds();
      sessions.attach(this.ids);
    }
    this.lockRules = rules.concurrency.kind === "locked" ? rules.concurrency : null;
    this.locks = this.lockRules === null ? null : new SessionLocks(this, this.lockRules.leaseMs !== null);
  }

  get isNeeded(): boolean {
    return this.sessions.tracksIds || this.cleanup !== null || this.encoder !== null || this.locks !== null;
  }

  /** The visit is new. */
  begin(session: number): void {
    if (this.ids !== null) this.ids.forget(session);
  }

  /** Whether a request of a session that has just begun on its server may go on. If not it waits, its worker with it. */
  admits(slot: number): boolean {
    if (this.locks === null) return true;
    const key = this.keyOf(slot);
    if (this.takes(slot, key)) return true;
    const at = slot * request.INTS;
    const { nowMs } = this.kernel;
    const { pollMs, waitTimeoutMs } = this.lockRules!;
    this.requests.ints[at + request.PHASE] = request.READING;
    this.requests.floats[slot * request.FLOATS + request.MARKED_AT_MS] = nowMs;
    const generation = this.requests.ints[at + request.GENERATION]!;
    if (pollMs > 0) {
      this.kernel.schedule(nowMs + pollMs, event.LOCK_POLL, slot, generation);
    } else {
      this.locks.wait(slot, key);
      if (waitTimeoutMs !== null) this.kernel.schedule(nowMs + waitTimeoutMs, event.LOCK_WAIT_OVER, slot, generation);
    }
    return false;
  }

  /** True when the request need not wait, with the lock or, where it only reads beside other readers, without. */
  private takes(slot: number, key: number): boolean {
    return this.onlyLooks(slot) ? !this.locks!.isHeld(key) : this.locks!.take(slot, key);
  }

  private onlyLooks(slot: number): boolean {
    return this.lockRules!.readersShare && !this.requests.has(slot, request.WRITES);
  }

  /** A request that waits looks again. */
  poll(slot: number): void {
    if (this.takes(slot, this.keyOf(slot))) {
      this.waited.admitted(slot);
      return;
    }
    const { pollMs, waitTimeoutMs } = this.lockRules!;
    const { nowMs } = this.kernel;
    const sinceMs = this.requests.floats[slot * request.FLOATS + request.MARKED_AT_MS]!;
    if (waitTimeoutMs !== null && nowMs - sinceMs >= waitTimeoutMs) {
      this.waited.turnedAway(slot);
      return;
    }
    const generation = this.requests.ints[slot * request.INTS + request.GENERATION]!;
    this.kernel.schedule(nowMs + pollMs, event.LOCK_POLL, slot, generation);
  }

  waitOver(slot: number): void {
    // The request may have had its turn since, and may even wait again, for another attempt.
    const sinceMs = this.requests.floats[slot * request.FLOATS + request.MARKED_AT_MS]!;
    const waitsSince = this.locks!.isWaiting(slot) ? sinceMs : Infinity;
    if (waitsSince + this.lockRules!.waitTimeoutMs! > this.kernel.nowMs) return;
    this.locks!.release(slot);
    this.waited.turnedAway(slot);
  }

  granted(slot: number): void {
    if (this.onlyLooks(slot)) this.locks!.release(slot);
    this.waited.admitted(slot);
  }

  scheduleLease(lock: number, grant: number): void {
    this.kernel.schedule(this.kernel.nowMs + this.lockRules!.leaseMs!, event.LOCK_LEASE_OVER, lock, grant);
  }

  leaseOver(lock: number, grant: number): void {
    this.locks!.expired(lock, grant);
  }

  /** The request has left its server, by whatever way but the server's death. */
  ended(slot: number): void {
    if (this.locks !== null) this.locks.release(slot);
  }

  died(slots: readonly number[]): void {
    if (this.locks !== null) this.locks.died(slots);
  }

  private keyOf(slot: number): number {
    return this.sessions.visitOf(this.requests.ints[slot * request.INTS + request.SESSION]!);
  }

  /** Why the id that the request carries leads to no session any more, or null. */
  causeOfMissing(slot: number): Cause | null {
    if (this.ids === null) return null;
    const session = this.requests.ints[slot * request.INTS + request.SESSION]!;
    const carried = this.requests.ints[slot * request.INTS + request.FLAGS]! >>> request.ID_SHIFT;
    return this.ids.isGone(session, carried, this.kernel.nowMs) ? "id-regenerated" : null;
  }

  /** The request has seen whether its session is still there, or has none yet. */
  looked(slot: number): void {
    if (this.cleanup === null || this.requests.has(slot, request.IS_GHOST)) return;
    const at = slot * request.INTS;
    const { ints } = this.requests;
    const k = ints[at + request.NUMBER]! * 256 + ints[at + request.ATTEMPT]!;
    if (this.cleanup.scansAt(this.keyOf(slot), k, this.kernel.nowMs) && this.scanned !== null) this.scanned();
  }

  /** The request is worked on: a session that is new has an id of its own, and so has one whose user has logged in. */
  worked(slot: number, flags: number): void {
    if (!this.sessions.tracksIds || (flags & request.GIVES_ID) !== 0) return;
    const isNew = (flags & request.HAS_SESSION) === 0;
    if (!isNew && !this.logsIn(slot)) return;
    const session = this.requests.ints[slot * request.INTS + request.SESSION]!;
    const id = this.sessions.giveId(session);
    this.requests.ints[slot * request.INTS + request.FLAGS]! |= request.GIVES_ID;
    if (this.ids === null) return;
    if (isNew) this.ids.forget(session);
    else this.ids.regenerated(session, id, this.kernel.nowMs);
  }

  /** Whether the request is the login of somebody who has had a session before it, and rules give that another id. */
  private logsIn(slot: number): boolean {
    if (this.ids === null) return false;
    const at = slot * request.INTS;
    const { ints } = this.requests;
    const { loginAt } = this.users[this.sessions.populationOf(ints[at + request.SESSION]!)]!.population.session;
    return loginAt > 0 && ints[at + request.NUMBER] === loginAt;
  }

  /** Work on a server of speed 1, in ms, to make the state that the request reads and writes out of bytes and back. */
  codingMs(slot: number): number {
    if (this.encoder === null) return 0;
    const at = slot * request.INTS;
    const { ints } = this.requests;
    const session = ints[at + request.SESSION]!;
    const flags = ints[at + request.FLAGS]!;
    if ((flags & request.IS_GHOST) !== 0) return 0;
    const users = this.users[this.sessions.populationOf(session)]!;
    const bytes = users.bytesOf(session);
    const written = this.encodesChangesOnly ? Math.min(bytes, users.changedBytes ?? bytes) : bytes;
    const readMs = (flags & request.HAS_SESSION) === 0 ? 0 : this.encoder.readMs(bytes);
    return readMs + ((flags & request.WRITES) === 0 ? 0 : this.encoder.writeMs(written));
  }
}

/** null where the rules ask for nothing. */
export function careOf(parts: CareParts): SessionCare | null {
  const care = new SessionCare(parts);
  return care.isNeeded ? care : null;
}
