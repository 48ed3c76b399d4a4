/**
 * Replays a recorded trace: requests are sent when the trace says, whatever became of the ones before. A visit ends when
 * the trace knows that no request will follow and the last answer is in.
 */
import type { Kernel } from "../engine/kernel.ts";
import * as field from "../workload/sessions.ts";
import { IS_LEAVING, IS_MOBILE, KNOWS_ADDRESS, type Sessions } from "../workload/sessions.ts";
import type { TraceChunk } from "../workload/trace.ts";
import type { Balancers } from "./balancers.ts";
import * as event from "./events.ts";
import type { Requests } from "./requests.ts";
import * as request from "./requests.ts";
import type { VisitSource, Visits } from "./visits.ts";

interface Visit {
  readonly session: number;
  inFlight: number;
  /** No request will follow. */
  isOver: boolean;
}

export class TraceSource implements VisitSource {
  private readonly kernel: Kernel;
  private readonly visits: Visits;
  private readonly balancers: Balancers;
  private readonly sessions: Sessions;
  private readonly requests: Requests;
  private readonly population: number;
  private readonly stream: number;
  private chunk: TraceChunk | null = null;
  private nextRequest = 0;
  private isAtEnd = false;
  /** Sessions known to end, in the order of the times at which it is known; those before `nextEnd` are dealt with. */
  private ended: { readonly number: number; readonly knownAtMs: number }[] = [];
  private nextEnd = 0;
  /** Visits under way by the trace's session number. */
  private readonly open = new Map<number, Visit>();

  constructor(
    kernel: Kernel,
    visits: Visits,
    balancers: Balancers,
    sessions: Sessions,
    requests: Requests,
    population: number,
  ) {
    this.kernel = kernel;
    this.visits = visits;
    this.balancers = balancers;
    this.sessions = sessions;
    this.requests = requests;
    this.population = population;
    this.stream = kernel.addStream(event.TRACE_ENTRY, population);
  }

  /** The last request known has been sent, and the trace may go on. */
  get needsChunk(): boolean {
    return !this.isAtEnd && this.chunk === null;
  }

  /** The next chunk, or null at the end of the trace. */
  feed(chunk: TraceChunk | null): void {
    this.chunk = chunk;
    this.nextRequest = 0;
    if (chunk === null) {
      this.isAtEnd = true;
    } else {
      this.ended = this.ended.slice(this.nextEnd);
      this.nextEnd = 0;
      chunk.endedSession.forEach((number, i) => {
        this.ended.push({ number, knownAtMs: chunk.endedKnownAtMs[i]! });
      });
    }
    this.scheduleNext();
  }

  /** One entry stands in the kernel at a time; with its last request a chunk is used up. */
  private scheduleNext(): void {
    if (this.chunk !== null && this.nextRequest === this.chunk.atMs.length) this.chunk = null;
    // What comes next is not known before the next chunk is.
    if (this.needsChunk) return;
    const atMs = Math.min(this.requestAtMs, this.endAtMs);
    if (atMs < Infinity) this.kernel.setNext(this.stream, Math.max(this.kernel.nowMs, atMs));
  }

  private get requestAtMs(): number {
    return this.chunk === null ? Infinity : this.chunk.atMs[this.nextRequest]!;
  }

  private get endAtMs(): number {
    return this.ended[this.nextEnd]?.knownAtMs ?? Infinity;
  }

  /** At one moment requests come before ends, so that no session is over before its last request. */
  entryDue(): void {
    if (this.requestAtMs <= this.endAtMs) this.request();
    else this.endSession();
    this.scheduleNext();
  }

  private request(): void {
    const chunk = this.chunk!;
    const at = this.nextRequest++;
    const number = chunk.session[at]!;
    if (chunk.first[at] === 1) this.begin(number, chunk.address[at]!);
    const visit = this.open.get(number);
    // A user who has left sends no more, whatever the trace says.
    if (visit !== undefined && (this.sessions.ints[visit.session * field.INTS + field.META]! & IS_LEAVING) === 0) {
      visit.inFlight++;
      const slot = this.visits.issuing.issue(visit.session);
      this.requests.ints[slot * request.INTS + request.URL] = chunk.url[at]!;
      if (chunk.writes[at] === 1) this.requests.ints[slot * request.INTS + request.FLAGS]! |= request.WRITES;
      this.balancers.send(slot);
    }
  }

  private begin(number: number, address: number): void {
    const session = this.visits.begin(this.population, number);
    this.sessions.ints[session * field.INTS + field.ADDRESS] = address;
    this.sessions.ints[session * field.INTS + field.META] =
      (this.sessions.ints[session * field.INTS + field.META]! & ~IS_MOBILE) | KNOWS_ADDRESS;
    this.sessions.ints[session * field.INTS + field.PLANNED] = 0;
    this.open.set(number, { session, inFlight: 0, isOver: false });
  }

  private endSession(): void {
    const visit = this.open.get(this.ended[this.nextEnd++]!.number);
    if (visit === undefined) return;
    visit.isOver = true;
    if (visit.inFlight === 0) this.visits.complete(visit.session);
  }

  requestEnded(session: number): void {
    this.open.get(this.sessions.numberOf(session))!.inFlight--;
  }

  /** Requests come by themselves; a visit that is over ends with its last answer. */
  paces(session: number): boolean {
    const visit = this.open.get(this.sessions.numberOf(session))!;
    return !(visit.isOver && visit.inFlight === 0);
  }

  /** A user may leave while other requests of the visit are still under way. */
  releases(session: number): boolean {
    const number = this.sessions.numberOf(session);
    if (this.open.get(number)!.inFlight > 0) return false;
    this.open.delete(number);
    return true;
  }
}
