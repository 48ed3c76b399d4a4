/**
 * The session ledger: what users are owed, and what became of it. The state backends know only their copies; every loss,
 * stale read and lost write is a difference between the two, counted here once.
 *
 * Checked at the end of every run: born = completed + timed out + abandoned + lost + still open, and losses by cause add
 * up to the losses.
 */
import { floatZero } from "../engine/float-zero.ts";
import type { Sessions } from "../workload/sessions.ts";
import * as field from "../workload/sessions.ts";
import { IS_BORN, IS_RELOGIN } from "../workload/sessions.ts";
import { type Cause, causeCode, sessionCauses } from "./causes.ts";
import { Histogram } from "./histogram.ts";

/** Counts since the start of the run; a copy taken at the end of warm-up is what the measured numbers start from. */
export class LedgerCounts {
  born = 0;
  completed = 0;
  /** Of the completed: born and completed in one moment. */
  fleeting = 0;
  timedOut = 0;
  abandoned = 0;
  lost = 0;
  moved = 0;
  staleReads = 0;
  writesLost = 0;
  relogins = 0;
  surpriseTimeouts = 0;
  transactionsInterrupted = 0;
  readonly lostByCause = new Float64Array(sessionCauses.length);
  readonly writesLostByCause = new Float64Array(sessionCauses.length);

  copy(): LedgerCounts {
    const copy = new LedgerCounts();
    Object.assign(copy, {
      ...this,
      lostByCause: this.lostByCause.slice(),
      writesLostByCause: this.writesLostByCause.slice(),
    });
    return copy;
  }
}

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

  private readonly sessions: Sessions;

  constructor(sessions: Sessions, servers: number) {
    this.sessions = sessions;
    this.held = new Int32Array(servers);
    this.heldMs = new Float64Array(servers);
    this.heldSinceMs = new Float64Array(servers);
  }

  isBorn(session: number): boolean {
    return (this.sessions.ints[session * field.INTS + field.META]! & IS_BORN) !== 0;
  }

  /** The first answer: from now on the user is owed `writes` acknowledged writes, `bytes` of state. */
  birth(session: number, server: number, bytes: number, nowMs: number): void {
    this.counts.born++;
    if ((this.sessions.ints[session * field.INTS + field.META]! & IS_RELOGIN) !== 0) this.counts.relogins++;
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

  timeOut(session: number, bytes: number, nowMs: number): void {
    this.counts.timedOut++;
    this.counts.surpriseTimeouts++;
    this.end(session, bytes, nowMs);
  }

  lose(session: number, cause: Cause, bytes: number, nowMs: number): void {
    const code = causeCode(cause);
    const writes = this.sessions.ints[session * field.INTS + field.WRITES]!;
    this.counts.lost++;
    this.counts.writesLost += writes;
    this.counts.lostByCause[code]!++;
    this.counts.writesLostByCause[code]! += writes;
    this.end(session, bytes, nowMs);
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
    const { born, completed, timedOut, abandoned, lost, lostByCause } = this.counts;
    const ended = completed + timedOut + abandoned + lost;
    if (born !== ended + this.live) {
      throw new Error(`sessions do not add up: ${born} born, ${ended} ended, ${this.live} live`);
    }
    const caused = lostByCause.reduce((sum, count) => sum + count, 0);
    if (caused !== lost) throw new Error(`losses do not add up: ${lost} lost, ${caused} by cause`);
  }
}
