/** What clients hold of their sessions, what their requests bring of it, and what answers take back: state that travels. */
import { grown } from "../../engine/grown.ts";
import type { SessionColumns } from "../../workload/sessions.ts";
import type { Carried } from "./backend.ts";

/** The client holds no copy, or the answer brings none. */
export const NOTHING = -1;

export interface ClientCopiesParts {
  sessionOf(request: number): number;
  attach(columns: SessionColumns): void;
  /** Whether copies carry a date, when they were made. */
  readonly hasDates: boolean;
  /** Whether copies carry one more number. */
  readonly hasStamps: boolean;
}

/**
 * A request carries what the client held when it sent it, and so do its further attempts. Answers replace what the client
 * holds as they arrive, whatever they were made from: of two under way at once the last one stays.
 */
export class ClientCopies implements SessionColumns, Carried {
  private readonly parts: ClientCopiesParts;
  /** By session: acknowledged writes in the copy, its date and its stamp. */
  private contains = new Int32Array(0);
  private madeAtMs = new Float64Array(0);
  private stamp = new Int32Array(0);
  /** Counts sessions in the slot, so that an answer to one that is over leaves the next one alone. */
  private epoch = new Uint8Array(0);
  /** By request: the same of what it carries, and of what its answer brings. */
  private requests = 0;
  private carriedContains = new Int32Array(0);
  private carriedAtMs = new Float64Array(0);
  private carriedStamp = new Int32Array(0);
  private carriedEpoch = new Uint8Array(0);
  private broughtContains = new Int32Array(0);
  private broughtAtMs = new Float64Array(0);
  private broughtStamp = new Int32Array(0);

  constructor(parts: ClientCopiesParts) {
    this.parts = parts;
    parts.attach(this);
  }

  grow(capacity: number): void {
    this.contains = grown(this.contains, new Int32Array(capacity));
    this.epoch = grown(this.epoch, new Uint8Array(capacity));
    if (this.parts.hasDates) this.madeAtMs = grown(this.madeAtMs, new Float64Array(capacity));
    if (this.parts.hasStamps) this.stamp = grown(this.stamp, new Int32Array(capacity));
  }

  private growRequests(least: number): void {
    const requests = Math.max(64, 2 * this.requests, least);
    this.requests = requests;
    this.carriedContains = grown(this.carriedContains, new Int32Array(requests));
    this.carriedEpoch = grown(this.carriedEpoch, new Uint8Array(requests));
    this.broughtContains = grown(this.broughtContains, new Int32Array(requests));
    if (this.parts.hasDates) {
      this.carriedAtMs = grown(this.carriedAtMs, new Float64Array(requests));
      this.broughtAtMs = grown(this.broughtAtMs, new Float64Array(requests));
    }
    if (this.parts.hasStamps) {
      this.carriedStamp = grown(this.carriedStamp, new Int32Array(requests));
      this.broughtStamp = grown(this.broughtStamp, new Int32Array(requests));
    }
  }

  sent(request: number): void {
    if (request >= this.requests) this.growRequests(request + 1);
    this.pick(request, this.parts.sessionOf(request));
    this.broughtContains[request] = NOTHING;
  }

  private pick(request: number, session: number): void {
    this.carriedContains[request] = this.contains[session]!;
    this.carriedEpoch[request] = this.epoch[session]!;
    if (this.parts.hasDates) this.carriedAtMs[request] = this.madeAtMs[session]!;
    if (this.parts.hasStamps) this.carriedStamp[request] = this.stamp[session]!;
  }

  /**
   * Acknowledged writes in the copy that the request carries, or NOTHING. One that was sent before the session was lost
   * under it counts as sent now.
   */
  carriedBy(request: number): number {
    const session = this.parts.sessionOf(request);
    if (this.carriedEpoch[request] !== this.epoch[session]) this.pick(request, session);
    return this.carriedContains[request]!;
  }

  /** When the copy that the request carries was made; wants `hasDates`. */
  madeAt(request: number): number {
    return this.carriedAtMs[request]!;
  }

  stampOf(request: number): number {
    return this.carriedStamp[request]!;
  }

  /** The request has become the login of the session that is in its slot now. */
  begin(request: number): void {
    this.carriedEpoch[request] = this.epoch[this.parts.sessionOf(request)]!;
  }

  /** The answer to the request will bring a copy. */
  bring(request: number, contains: number, atMs: number, stamp: number): void {
    this.broughtContains[request] = contains;
    if (this.parts.hasDates) this.broughtAtMs[request] = atMs;
    if (this.parts.hasStamps) this.broughtStamp[request] = stamp;
  }

  arrived(request: number): void {
    const contains = this.broughtContains[request]!;
    const session = this.parts.sessionOf(request);
    if (contains === NOTHING || this.carriedEpoch[request] !== this.epoch[session]) return;
    this.contains[session] = contains;
    if (this.parts.hasDates) this.madeAtMs[session] = this.broughtAtMs[request]!;
    if (this.parts.hasStamps) this.stamp[session] = this.broughtStamp[request]!;
  }

  forget(session: number): void {
    this.contains[session] = NOTHING;
    this.epoch[session]!++;
  }
}
