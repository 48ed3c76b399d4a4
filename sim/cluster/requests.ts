/** Attempts of requests under way, one slot each, in columns; slots are recycled. */
import { NO_EVENT } from "../engine/kernel.ts";
import { widened } from "../workload/sessions.ts";

const INITIAL_CAPACITY = 64;
const GROWTH = 1.5;

/** Bits of `flags`. */
export const WRITES = 1;
/** The client has gone; the server does not know and works on. */
export const IS_GHOST = 2;
/** Intended after the end of warm-up: it counts in the metrics. */
export const IS_MEASURED = 4;
/** Sent to another server after the first one refused it. */
export const WAS_REDISPATCHED = 8;
/** The session was born when this request was sent, so there is state to be found. */
export const HAS_SESSION = 16;
/** The balancer has given up on it and counts it no more. */
export const BALANCER_IS_DONE = 32;
/** Its session was lost or had expired, or the copy it read was stale. */
export const IS_SPOILT = 64;
/** A step of a transaction. */
export const IN_TRANSACTION = 128;

/** Where an attempt is; decides what a crash, a timeout or an impatient user does to it. */
export const ON_NETWORK = 0;
export const QUEUED = 1;
export const READING = 2;
export const WORKING = 3;
export const WRITING = 4;
export const RETURNING = 5;
export const BACKING_OFF = 6;
const FREE = 7;

/** Queued or in service. */
export const isAtServer = (phase: number): boolean => phase >= QUEUED && phase <= WRITING;

/** Generations tell an event for a slot's past owner from one for its present; they wrap far above any event's life. */
export const GENERATION_MASK = 0x1fffff;

export class Requests {
  session = new Int32Array(INITIAL_CAPACITY);
  /** Number of the request within its visit, from 0. */
  number = new Int32Array(INITIAL_CAPACITY);
  attempt = new Uint16Array(INITIAL_CAPACITY);
  flags = new Uint8Array(INITIAL_CAPACITY);
  phase = new Uint8Array(INITIAL_CAPACITY);
  generation = new Int32Array(INITIAL_CAPACITY);
  url = new Int32Array(INITIAL_CAPACITY);
  balancer = new Int32Array(INITIAL_CAPACITY);
  server = new Int32Array(INITIAL_CAPACITY);
  /** Redispatches so far, and the server that refused last. */
  redispatches = new Uint8Array(INITIAL_CAPACITY);
  /** When the user meant to send it. */
  intendedAtMs = new Float64Array(INITIAL_CAPACITY);
  /** When the balancer sent it on. */
  sentAtMs = new Float64Array(INITIAL_CAPACITY);
  /** When it reached the server, when the server began with it, and when it was done. */
  reachedAtMs = new Float64Array(INITIAL_CAPACITY);
  startedAtMs = new Float64Array(INITIAL_CAPACITY);
  leftAtMs = new Float64Array(INITIAL_CAPACITY);
  /** Work in ms on a server of speed 1. */
  demandMs = new Float64Array(INITIAL_CAPACITY);
  networkMs = new Float64Array(INITIAL_CAPACITY);
  stateMs = new Float64Array(INITIAL_CAPACITY);
  /** When the present read or write of session state began. */
  stateSinceMs = new Float64Array(INITIAL_CAPACITY);
  /** Acknowledged writes that the copy it read contains. */
  writesRead = new Int32Array(INITIAL_CAPACITY);
  /** How the attempt failed, while the error is on its way. */
  failure = new Uint8Array(INITIAL_CAPACITY);
  /** Handles of the balancer's timeout and of the user's patience. */
  timeout = new Int32Array(INITIAL_CAPACITY);
  patience = new Int32Array(INITIAL_CAPACITY);
  /** Links of the server's queue; `next` also links free slots. */
  next = new Int32Array(INITIAL_CAPACITY);
  previous = new Int32Array(INITIAL_CAPACITY);
  /** Place in a processor-sharing server's heap. */
  place = new Int32Array(INITIAL_CAPACITY);

  private capacity = INITIAL_CAPACITY;
  private used = 0;
  private free = -1;

  take(): number {
    const slot = this.free;
    if (slot >= 0) {
      this.free = this.next[slot]!;
      return slot;
    }
    if (this.used === this.capacity) this.grow();
    return this.used++;
  }

  /** Events under way for the slot will no longer find it. */
  renew(slot: number): void {
    this.generation[slot] = (this.generation[slot]! + 1) & GENERATION_MASK;
  }

  release(slot: number): void {
    this.renew(slot);
    this.phase[slot] = FREE;
    this.next[slot] = this.free;
    this.free = slot;
  }

  /** What belongs to the client, for a slot that goes on in another's place. */
  copyClientSide(from: number, to: number): void {
    this.session[to] = this.session[from]!;
    this.number[to] = this.number[from]!;
    this.attempt[to] = this.attempt[from]!;
    this.flags[to] = this.flags[from]! & ~(IS_GHOST | BALANCER_IS_DONE);
    this.url[to] = this.url[from]!;
    this.balancer[to] = this.balancer[from]!;
    this.server[to] = this.server[from]!;
    this.intendedAtMs[to] = this.intendedAtMs[from]!;
    this.demandMs[to] = this.demandMs[from]!;
    this.networkMs[to] = this.networkMs[from]!;
    this.stateMs[to] = 0;
    this.writesRead[to] = 0;
    this.timeout[to] = NO_EVENT;
    this.patience[to] = NO_EVENT;
  }

  /** The slots in use that satisfy `condition`, ascending. */
  slotsWhere(condition: (slot: number) => boolean): number[] {
    const found: number[] = [];
    for (let slot = 0; slot < this.used; slot++) {
      if (this.phase[slot] !== FREE && condition(slot)) found.push(slot);
    }
    return found;
  }

  /** When each request that a client waits for was meant to be sent. */
  *intendedAtOfOpen(): Generator<number> {
    for (let slot = 0; slot < this.used; slot++) {
      if (this.phase[slot] !== FREE && (this.flags[slot]! & IS_GHOST) === 0) yield this.intendedAtMs[slot]!;
    }
  }

  private grow(): void {
    const capacity = Math.floor(this.capacity * GROWTH);
    const ints = (from: Int32Array<ArrayBuffer>) => widened(from, new Int32Array(capacity));
    const floats = (from: Float64Array<ArrayBuffer>) => widened(from, new Float64Array(capacity));
    this.session = ints(this.session);
    this.number = ints(this.number);
    this.attempt = widened(this.attempt, new Uint16Array(capacity));
    this.flags = widened(this.flags, new Uint8Array(capacity));
    this.phase = widened(this.phase, new Uint8Array(capacity));
    this.generation = ints(this.generation);
    this.url = ints(this.url);
    this.balancer = ints(this.balancer);
    this.server = ints(this.server);
    this.redispatches = widened(this.redispatches, new Uint8Array(capacity));
    this.intendedAtMs = floats(this.intendedAtMs);
    this.sentAtMs = floats(this.sentAtMs);
    this.reachedAtMs = floats(this.reachedAtMs);
    this.startedAtMs = floats(this.startedAtMs);
    this.leftAtMs = floats(this.leftAtMs);
    this.demandMs = floats(this.demandMs);
    this.networkMs = floats(this.networkMs);
    this.stateMs = floats(this.stateMs);
    this.stateSinceMs = floats(this.stateSinceMs);
    this.writesRead = ints(this.writesRead);
    this.failure = widened(this.failure, new Uint8Array(capacity));
    this.timeout = ints(this.timeout);
    this.patience = ints(this.patience);
    this.next = ints(this.next);
    this.previous = ints(this.previous);
    this.place = ints(this.place);
    this.capacity = capacity;
  }
}
