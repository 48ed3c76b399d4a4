/**
 * Visits that have more than one request under way: pages that send several together, and what open pages do by
 * themselves, polling and keeping a session alive. Only made where a scenario asks for any of this.
 */
import { Draws } from "../engine/draws.ts";
import { grown } from "../engine/grown.ts";
import type { Kernel } from "../engine/kernel.ts";
import { Sampler } from "../engine/sampler.ts";
import type { Ledger } from "../metrics/ledger.ts";
import type { SessionRules } from "../scenario.ts";
import * as field from "../workload/sessions.ts";
import { IS_LEAVING, type SessionColumns, type Sessions } from "../workload/sessions.ts";
import type { Users } from "../workload/users.ts";
import * as event from "./events.ts";
import * as request from "./requests.ts";

/**
 * Background requests have numbers of their own from here on, so that they shift nobody's draws; keep-alives from the
 * second number. A visit with more pages than that would share some draws with them, and nothing else.
 */
const FIRST_POLL = 0x40000;
const FIRST_KEEP_ALIVE = 0x80000;
/** Operands have so many bits: visits of one slot are told apart modulo this. */
const MARK_MASK = 0x3fffff;

export interface OpenPageParts {
  readonly kernel: Kernel;
  readonly sessions: Sessions;
  readonly users: readonly Users[];
  readonly ledger: Ledger;
  readonly rules: SessionRules;
  readonly seed: number;
  /** Sends request `number` of the visit with these flags. */
  readonly send: (session: number, number: number, flags: number) => void;
}

export class OpenPages implements SessionColumns {
  private readonly kernel: Kernel;
  private readonly sessions: Sessions;
  private readonly users: readonly Users[];
  private readonly ledger: Ledger;
  private readonly send: OpenPageParts["send"];
  /** Requests under way: those that the user waits for, and all. */
  private asked = new Uint16Array(0);
  private underWay = new Uint16Array(0);
  /** The visit is over, whatever of it is still under way. */
  private isOver = new Uint8Array(0);
  /** Tells this visit of a slot from those before it, for events under way. */
  private mark = new Int32Array(0);
  /** Background requests sent so far; the first answer sets it to 0. */
  private polls = new Int32Array(0);
  private readonly warning: Warnings | null;

  constructor(parts: OpenPageParts) {
    this.kernel = parts.kernel;
    this.sessions = parts.sessions;
    this.users = parts.users;
    this.ledger = parts.ledger;
    this.send = parts.send;
    const { warning, idleTimeoutMs } = parts.rules;
    this.warning =
      warning === null || idleTimeoutMs === null
        ? null
        : new Warnings(parts, warning, idleTimeoutMs - warning.beforeMs);
    parts.sessions.attach(this);
  }

  grow(capacity: number): void {
    this.asked = grown(this.asked, new Uint16Array(capacity));
    this.underWay = grown(this.underWay, new Uint16Array(capacity));
    this.isOver = grown(this.isOver, new Uint8Array(capacity));
    this.polls = grown(this.polls, new Int32Array(capacity));
    this.mark = grown(this.mark, new Int32Array(capacity));
  }

  begin(session: number): void {
    this.asked[session] = 0;
    this.underWay[session] = 0;
    this.isOver[session] = 0;
    this.polls[session] = -1;
    this.mark[session] = (this.mark[session]! + 1) & MARK_MASK;
    if (this.warning !== null) this.warning.begin(session);
  }

  /** The user's page has sent a request. */
  sent(session: number): void {
    this.asked[session]!++;
    this.underWay[session]!++;
  }

  /** A request of the visit is over for its client. */
  ended(session: number, flags: number): void {
    this.underWay[session]!--;
    if ((flags & request.IS_BACKGROUND) === 0) this.asked[session]!--;
  }

  /** Whether the user still waits for other requests of the page. */
  isWaiting(session: number): boolean {
    return this.asked[session]! > 0;
  }

  /** The visit is over. True while requests of it are under way, for which its slot has to wait. */
  holds(session: number): boolean {
    this.isOver[session] = 1;
    return this.underWay[session]! > 0;
  }

  hasEnded(session: number): boolean {
    return this.isOver[session] === 1;
  }

  /** An answer has come: the page is there, and with it what it does by itself. */
  answered(session: number, flags: number): void {
    const { polling } = this.users[this.sessions.populationOf(session)]!.population.session;
    if (polling !== null && this.polls[session]! < 0) {
      this.polls[session] = 0;
      this.kernel.schedule(this.kernel.nowMs + polling.intervalMs, event.POLL_DUE, session, this.markOf(session));
    }
    if (this.warning !== null && (flags & request.KEEPS_ALIVE) !== 0)
      this.warning.answered(session, this.markOf(session));
  }

  /** The user reads until `untilMs`. */
  thinks(session: number, untilMs: number): void {
    if (this.warning !== null) this.warning.thinks(session, untilMs, this.markOf(session));
  }

  private markOf(session: number): number {
    return this.mark[session]!;
  }

  private isGone(session: number, mark: number): boolean {
    const isLeaving = (this.sessions.ints[session * field.INTS + field.META]! & IS_LEAVING) !== 0;
    return isLeaving || this.isOver[session] === 1 || this.markOf(session) !== mark;
  }

  pollDue(session: number, mark: number): void {
    if (this.isGone(session, mark)) return;
    const users = this.users[this.sessions.populationOf(session)]!;
    const polling = users.population.session.polling!;
    const k = this.polls[session]!++;
    this.kernel.schedule(this.kernel.nowMs + polling.intervalMs, event.POLL_DUE, session, mark);
    const writes = users.pollWrites(session, k) ? request.WRITES : 0;
    this.sendBehind(session, FIRST_POLL + k, writes | (polling.renews ? 0 : request.RENEWS_NOT));
  }

  warningDue(session: number, mark: number): void {
    if (!this.isGone(session, mark)) this.warning!.due(session, mark);
  }

  keepAliveDue(session: number, mark: number): void {
    if (this.isGone(session, mark)) return;
    this.sendBehind(session, FIRST_KEEP_ALIVE + this.warning!.countOf(session), request.KEEPS_ALIVE);
  }

  /** A page without a session knows that it has been logged out, and asks for nothing. */
  private sendBehind(session: number, number: number, flags: number): void {
    if (!this.ledger.isBorn(session)) return;
    this.underWay[session]!++;
    this.send(session, number, flags | request.IS_BACKGROUND);
  }
}

/** The timer that a page sets when it gets an answer: it takes the session for renewed, whatever the server's rule. */
class Warnings implements SessionColumns {
  private readonly kernel: Kernel;
  private readonly sessions: Sessions;
  private readonly rule: NonNullable<SessionRules["warning"]>;
  private readonly afterMs: number;
  private readonly reacts: Draws;
  private readonly reaction: Sampler;
  /** When the user goes on by himself, when the next warning is due, and how many there have been. */
  private thinksUntilMs = new Float64Array(0);
  private dueMs = new Float64Array(0);
  private count = new Int32Array(0);

  constructor({ kernel, sessions, seed }: OpenPageParts, rule: NonNullable<SessionRules["warning"]>, afterMs: number) {
    this.kernel = kernel;
    this.sessions = sessions;
    this.rule = rule;
    this.afterMs = Math.max(0, afterMs);
    this.reacts = new Draws(seed, "session-warning");
    this.reaction = new Sampler(rule.reactionMs, seed, "session-warning/reaction");
    sessions.attach(this);
  }

  grow(capacity: number): void {
    this.thinksUntilMs = grown(this.thinksUntilMs, new Float64Array(capacity));
    this.dueMs = grown(this.dueMs, new Float64Array(capacity));
    this.count = grown(this.count, new Int32Array(capacity));
  }

  begin(session: number): void {
    this.count[session] = 0;
    this.thinksUntilMs[session] = 0;
  }

  countOf(session: number): number {
    return this.count[session]!;
  }

  thinks(session: number, untilMs: number, mark: number): void {
    this.thinksUntilMs[session] = untilMs;
    this.answered(session, mark);
  }

  answered(session: number, mark: number): void {
    const dueMs = this.kernel.nowMs + this.afterMs;
    if (!(dueMs < this.thinksUntilMs[session]!)) return;
    this.dueMs[session] = dueMs;
    this.kernel.schedule(dueMs, event.WARNING_DUE, session, mark);
  }

  due(session: number, mark: number): void {
    // An answer that came later has set the timer anew.
    if (this.dueMs[session] !== this.kernel.nowMs) return;
    const k = this.count[session]!++;
    const visit = this.sessions.visitOf(session);
    if (this.reacts.at(visit, k).uniform() >= this.rule.reactsFraction) return;
    const reactionMs = this.reaction.draw(visit, k);
    const atMs = this.kernel.nowMs + reactionMs;
    if (reactionMs < this.rule.beforeMs && atMs < this.thinksUntilMs[session]!)
      this.kernel.schedule(atMs, event.KEEP_ALIVE_DUE, session, mark);
  }
}
