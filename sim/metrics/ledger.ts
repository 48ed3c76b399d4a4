/**
 * The session ledger: what users are owed, and what became of it. The state backends know only their copies; every loss,
 * stale read and lost write is a difference between the two, counted here once, under one cause.
 *
 * Of each session two numbers are kept: how many writes its newest copy contains, in the order in which they were
 * written, and how many of those its user has been told of by an answer: those are owed.
 *
 * - A read that finds fewer than are owed is stale. A read of the newest copy never is, whatever is written meanwhile.
 * - A write of a copy that the newest one is not contained in puts itself in its place: what the newest one had beyond it is
 *   lost, told or not, under the cause of the read if that was stale, or else to a concurrent request. Where changes
 *   are merged the newest copy grows by one, and nothing is lost. What is lost is taken from what is owed at once.
 * - A write of a copy that the newest one had replaced brings back what had been lost with it: such writes are counted as
 *   restored, so that acknowledged = contained in the newest copy + lost - restored.
 * - An answer to a write makes owed what the newest copy contained when that write was done, as far as it still does:
 *   answers may overtake each other. A write whose answer never comes is owed as soon as the answer to a later one has come.
 * - Of logins that replace one another only what was written since the earlier one is lost; before the first answer
 *   nobody is owed anything.
 * - Work that nobody waits for touches no session; a request whose session has ended meanwhile writes for nobody, and is not
 *   counted.
 *
 * Checked at the end of every run: born = completed + timed out + abandoned + lost + still open, and for each kind of event
 * the causes add up to its total.
 */
import { floatZero } from "../engine/float-zero.ts";
import { grown } from "../engine/grown.ts";
import type { Sessions } from "../workload/sessions.ts";
import * as field from "../workload/sessions.ts";
import { IS_BORN, IS_RELOGIN } from "../workload/sessions.ts";
import { type Cause, causeCode } from "./causes.ts";
import { Histogram } from "./histogram.ts";
import { LedgerCounts, troubleKinds } from "./ledger-counts.ts";

export class Ledger {
  readonly counts = new LedgerCounts();
  /** Sessions born and not yet ended, now and integrated over time. */
  live = 0;
  liveMs = floatZero();
  private liveSinceMs = floatZero();
  /** Live sessions by the server that served them last, now and integrated over time. */
  readonly held: Int32Array;
  readonly heldMs: Float64Array;
  private readonly heldSinceMs: Float64Array;
  /** Bytes of live sessions' state, one copy each, now and integrated over time. */
  bytes = floatZero();
  byteMs = floatZero();
  readonly lifespanMs = new Histogram();
  /** Ages of sessions that were lost, and of those that timed out. */
  readonly lostAgeMs = new Histogram();
  readonly timedOutAgeMs = new Histogram();

  private readonly sessions: Sessions;
  /**
   * Number of the request that was the login, of sessions that were not the first of their visit; of the first it is
   * taken to be 0. Most runs never touch it.
   */
  private loginNumber = new Int32Array(0);

  constructor(sessions: Sessions, servers: number) {
    this.sessions = sessions;
    this.held = new Int32Array(servers);
    this.heldMs = new Float64Array(servers);
    this.heldSinceMs = new Float64Array(servers);
  }

  isBorn(session: number): boolean {
    return (this.sessions.ints[session * field.INTS + field.META]! & IS_BORN) !== 0;
  }

  /** The first answer, to request `number` of the visit: from now on the user is owed something, `bytes` of state. */
  birth(session: number, server: number, number: number, bytes: number, nowMs: number): void {
    this.counts.born++;
    if ((this.sessions.ints[session * field.INTS + field.META]! & IS_RELOGIN) !== 0) {
      this.counts.relogins++;
      this.noteLogin(session, number);
    }
    this.sessions.ints[session * field.INTS + field.META]! |= IS_BORN;
    this.sessions.bornAtMs[session] = nowMs;
    this.sessions.ints[session * field.INTS + field.SERVER] = server;
    this.settle(nowMs);
    this.live++;
    this.bytes += bytes;
    this.settleHeld(server, nowMs);
    this.held[server]!++;
  }

  /** A session whose only request is its first and last: born and completed in one moment, it is held for no time. */
  fleeting(): void {
    this.counts.born++;
    this.counts.completed++;
    this.counts.fleeting++;
  }

  /** An answer from another server than the last, with the state found. */
  move(session: number, server: number, nowMs: number): void {
    this.counts.moved++;
    const before = this.sessions.ints[session * field.INTS + field.SERVER]!;
    this.settleHeld(before, nowMs);
    this.held[before]!--;
    this.settleHeld(server, nowMs);
    this.held[server]!++;
    this.sessions.ints[session * field.INTS + field.SERVER] = server;
  }

  grow(bytes: number, nowMs: number): void {
    this.settle(nowMs);
    this.bytes += bytes;
  }

  complete(session: number, bytes: number, nowMs: number): void {
    this.counts.completed++;
    this.end(session, bytes, nowMs);
  }

  abandon(session: number, bytes: number, nowMs: number): void {
    this.counts.abandoned++;
    this.end(session, bytes, nowMs);
  }

  /** `number` is that of the request that met the end of the session. */
  timeOut(session: number, cause: Cause, number: number, bytes: number, nowMs: number): void {
    const code = causeCode(cause);
    const { counts } = this;
    counts.timedOut++;
    counts.surpriseTimeouts++;
    counts.caused.surpriseTimeouts[code]!++;
    const ageMs = nowMs - this.sessions.bornAtMs[session]!;
    counts.timedOutWork.writes[code]! += this.sessions.owedOf(session);
    counts.timedOutWork.requests[code]! += this.requestsSince(session, number);
    counts.timedOutWork.ms[code]! += ageMs;
    this.timedOutAgeMs.add(ageMs);
    this.end(session, bytes, nowMs);
  }

  /** The user went without a logout, and the session has come to its limit: nobody's surprise. */
  lapse(session: number, bytes: number, nowMs: number): void {
    this.counts.timedOut++;
    this.end(session, bytes, nowMs);
  }

  /** `number` is that of the request that found no copy. */
  lose(session: number, cause: Cause, number: number, bytes: number, nowMs: number): void {
    const code = causeCode(cause);
    const { counts } = this;
    const writes = this.sessions.owedOf(session);
    const ageMs = nowMs - this.sessions.bornAtMs[session]!;
    counts.lost++;
    counts.caused.sessionsLost[code]!++;
    counts.lostWork.writes[code]! += writes;
    counts.lostWork.requests[code]! += this.requestsSince(session, number);
    counts.lostWork.ms[code]! += ageMs;
    this.lostAgeMs.add(ageMs);
    this.loseWrites(cause, writes);
    this.end(session, bytes, nowMs);
  }

  loseWrites(cause: Cause, writes: number): void {
    this.counts.writesLost += writes;
    this.counts.caused.writesLost[causeCode(cause)]! += writes;
  }

  staleRead(code: number): void {
    this.counts.staleReads++;
    this.counts.caused.staleReads[code]!++;
  }

  interrupt(cause: Cause): void {
    this.counts.transactionsInterrupted++;
    this.counts.caused.transactionsInterrupted[causeCode(cause)]!++;
  }

  /** From the login to request `number`, which may have been sent before the login and overtaken by it. */
  private requestsSince(session: number, number: number): number {
    const isRelogin = (this.sessions.ints[session * field.INTS + field.META]! & IS_RELOGIN) !== 0;
    return Math.max(0, number - (isRelogin ? this.loginNumber[session]! : 0));
  }

  private noteLogin(session: number, number: number): void {
    if (session >= this.loginNumber.length) {
      this.loginNumber = grown(this.loginNumber, new Int32Array(this.sessions.capacity));
    }
    this.loginNumber[session] = number;
  }

  /** Ends the session within its visit; the visit may go on with a new one. */
  private end(session: number, bytes: number, nowMs: number): void {
    this.lifespanMs.add(nowMs - this.sessions.bornAtMs[session]!);
    this.settle(nowMs);
    this.live--;
    this.bytes -= bytes;
    const server = this.sessions.ints[session * field.INTS + field.SERVER]!;
    this.settleHeld(server, nowMs);
    this.held[server]!--;
    this.sessions.ints[session * field.INTS + field.META]! &= ~IS_BORN;
    this.sessions.ints[session * field.INTS + field.WRITES] = 0;
    this.sessions.ints[session * field.INTS + field.SERVER] = -1;
  }

  /** Brings the integrals up to now. */
  settle(nowMs: number): void {
    const elapsedMs = nowMs - this.liveSinceMs;
    this.liveMs += elapsedMs * this.live;
    this.byteMs += elapsedMs * this.bytes;
    this.liveSinceMs = nowMs;
  }

  settleHeld(server: number, nowMs: number): void {
    this.heldMs[server]! += (nowMs - this.heldSinceMs[server]!) * this.held[server]!;
    this.heldSinceMs[server] = nowMs;
  }

  /** @throws Error when sessions or causes do not add up: a defect of the model, never of the scenario. */
  check(): void {
    const { born, completed, timedOut, abandoned, lost, caused } = this.counts;
    const ended = completed + timedOut + abandoned + lost;
    if (born !== ended + this.live) {
      throw new Error(`sessions do not add up: ${born} born, ${ended} ended, ${this.live} live`);
    }
    for (const kind of troubleKinds) {
      const total = this.counts.totalOf(kind);
      const sum = caused[kind].reduce((all, count) => all + count, 0);
      if (sum !== total) throw new Error(`causes do not add up: ${total} ${kind}, ${sum} by cause`);
    }
  }
}
