/**
 * Attempts of requests under way, one recycled slot each.
 *
 * A slot's words stand together, sixteen integers and eight numbers: one or two cache lines instead of one for each
 * field, which is what keeps a fleet of ten thousand servers from costing several times what ten do. Field f of slot s
 * is at `ints[s * INTS + f]` or `floats[s * FLOATS + f]`.
 */

import { grown } from "../engine/grown.ts";
import { NO_EVENT } from "../engine/kernel.ts";

const INITIAL_CAPACITY = 64;
const GROWTH = 1.5;

export const INTS = 16;
export const SESSION = 0;
/** Number of the request within its visit, from 0. */
export const NUMBER = 1;
export const ATTEMPT = 2;
export const FLAGS = 3;
export const PHASE = 4;
export const GENERATION = 5;
export const URL = 6;
export const BALANCER = 7;
export const SERVER = 8;
/** Redispatches of this attempt so far. */
export const REDISPATCHES = 9;
/** How the attempt failed, while the error is on its way. */
export const FAILURE = 10;
/** Writes that the copy it read contains; once it has written, those that the newest copy contained then. */
export const WRITES_READ = 11;
/** Handles of the balancer's timeout and of the user's patience. */
export const TIMEOUT = 12;
export const PATIENCE = 13;
/** Links of the server's queue; NEXT also links free slots. */
export const NEXT = 14;
export const PREVIOUS = 15;
/** Place in a processor-sharing server's heap; a request in service stands in no queue. */
export const PLACE = PREVIOUS;

export const FLOATS = 8;
/** When the user meant to send it. */
export const INTENDED_AT_MS = 0;
/** When the balancer sent it on. */
export const SENT_AT_MS = 1;
/** When it reached the server, and when the server began with it. */
export const REACHED_AT_MS = 2;
export const STARTED_AT_MS = 3;
/** When the read or write of session state under way began; once it has left the server, when it did. */
export const MARKED_AT_MS = 4;
/** Work in ms on a server of speed 1. */
export const DEMAND_MS = 5;
/** Time spent so far on the network, all attempts, and with session state, this attempt. */
export const NETWORK_MS = 6;
export const STATE_MS = 7;

/** Bits of FLAGS. */
export const WRITES = 1;
/** The client has gone; the server does not know and works on. */
export const IS_GHOST = 2;
/** Intended after the end of warm-up: it counts in the metrics. */
export const IS_MEASURED = 4;
/** Sent to another server after the first one refused it, or since its own had no room. */
export const WAS_REDISPATCHED = 8;
/** The session was born when this request was sent, so there is state to be found. */
export const HAS_SESSION = 16;
/** The balancer has sent it on, and counts it among those in flight. */
export const IS_COUNTED = 32;
/** Its session was lost or had expired, or the copy it read was stale. */
export const IS_SPOILT = 64;
/** A step of a transaction. */
export const IN_TRANSACTION = 128;
/** Sent by an open page and not by its user: it never logs in, and nobody waits for it. */
export const IS_BACKGROUND = 256;
/** It does not start the idle limit anew. */
export const RENEWS_NOT = 512;
/** The user's reaction to a warning: it starts the idle limit anew whatever it does. */
export const KEEPS_ALIVE = 1024;
/** Its answer brings the client a new session id. */
export const GIVES_ID = 2048;
/** From this bit on, how many times the attempt's write has met another one and was rolled back. */
export const CONFLICT_SHIFT = 12;
export const CONFLICT_MASK = 0xf;

/** From this bit on, code + 1 of the cause for which the copy it read was an older one; 0 where it was the newest. */
export const STALE_SHIFT = 16;
export const STALE_MASK = 0x7f;
/** Led away from the server of its binding, which drains. */
export const WAS_DRAINED = 0x80_0000;
/** From this bit on, how many session ids the client had been given when it sent the request, modulo the mask + 1. */
export const ID_SHIFT = 24;
export const ID_MASK = 0x7f;

/** What belongs to one attempt, and not to the request. */
export const OF_ATTEMPT = WAS_REDISPATCHED | WAS_DRAINED | GIVES_ID | (CONFLICT_MASK << CONFLICT_SHIFT);

/** Values of PHASE: where an attempt is decides what a crash, a timeout or an impatient user does to it. */
export const ON_NETWORK = 0;
export const QUEUED = 1;
export const READING = 2;
export const WORKING = 3;
export const WRITING = 4;
export const RETURNING = 5;
export const BACKING_OFF = 6;
const FREE = 7;
/** In the balancer's queue. */
export const HELD = 8;

/** Queued or in service. */
export const isAtServer = (phase: number): boolean => phase >= QUEUED && phase <= WRITING;

/** Generations tell an event for a slot's past owner from one for its present; they wrap far above any event's life. */
export const GENERATION_MASK = 0x1fffff;

export class Requests {
  ints = new Int32Array(INITIAL_CAPACITY * INTS);
  floats = new Float64Array(INITIAL_CAPACITY * FLOATS);
  private capacity = INITIAL_CAPACITY;
  private used = 0;
  private free = -1;

  take(): number {
    const slot = this.free;
    if (slot >= 0) {
      this.free = this.ints[slot * INTS + NEXT]!;
      return slot;
    }
    if (this.used === this.capacity) this.grow();
    return this.used++;
  }

  /** Whether a bit of FLAGS is set. */
  has(slot: number, flag: number): boolean {
    return (this.ints[slot * INTS + FLAGS]! & flag) !== 0;
  }

  /** Whether the slot is still that of the request whose generation this is. */
  isOf(slot: number, generation: number): boolean {
    return this.ints[slot * INTS + GENERATION] === generation;
  }

  /** Events under way for the slot will no longer find it. */
  renew(slot: number): void {
    const at = slot * INTS + GENERATION;
    this.ints[at] = (this.ints[at]! + 1) & GENERATION_MASK;
  }

  release(slot: number): void {
    this.renew(slot);
    this.ints[slot * INTS + PHASE] = FREE;
    this.ints[slot * INTS + NEXT] = this.free;
    this.free = slot;
  }

  /** Copies what belongs to the client, for a slot that goes on in another's place. */
  copyClientSide(from: number, to: number): void {
    const { ints, floats } = this;
    const generation = ints[to * INTS + GENERATION]!;
    ints.copyWithin(to * INTS, from * INTS, (from + 1) * INTS);
    floats.copyWithin(to * FLOATS, from * FLOATS, (from + 1) * FLOATS);
    ints[to * INTS + GENERATION] = generation;
    ints[to * INTS + FLAGS]! &= ~(IS_GHOST | IS_COUNTED);
    ints[to * INTS + TIMEOUT] = NO_EVENT;
    ints[to * INTS + PATIENCE] = NO_EVENT;
  }

  /** The slots in use that satisfy `condition`, ascending. */
  slotsWhere(condition: (slot: number) => boolean): number[] {
    const found: number[] = [];
    for (let slot = 0; slot < this.used; slot++) {
      if (this.ints[slot * INTS + PHASE] !== FREE && condition(slot)) found.push(slot);
    }
    return found;
  }

  /** When each request that a client waits for was meant to be sent. */
  intendedAtOfOpen(): number[] {
    return this.slotsWhere((slot) => (this.ints[slot * INTS + FLAGS]! & IS_GHOST) === 0).map(
      (slot) => this.floats[slot * FLOATS + INTENDED_AT_MS]!,
    );
  }

  private grow(): void {
    this.capacity = Math.floor(this.capacity * GROWTH);
    this.ints = grown(this.ints, new Int32Array(this.capacity * INTS));
    this.floats = grown(this.floats, new Float64Array(this.capacity * FLOATS));
  }
}
